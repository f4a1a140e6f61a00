"""What a tracker is asked for: to take rows of numbers, and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from steepest.diagnosis.finding import Finding

__all__ = ["Row", "Tracker", "text_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one step by name, all finite: "loss", "gradient_norm/fc1", ..."""

    step: int
    numbers: Mapping[str, float]


class Tracker(Protocol):
    """One tracker's client; a file of its own, and a line in `registry.py`.

    All is called from one thread, which is not that of the loop. What it raises is said once, and
    the tracker is dropped.
    """

    def rows(self, rows: list[Row]) -> None:
        """Take the rows of a block, steps rising."""
        ...

    def finding(self, finding: Finding, step: int) -> None:
        """Take a finding, at the step at which it was found."""
        ...

    def close(self) -> None:
        """Nothing more will come; what was opened here is closed, what was handed in is not."""
        ...


def text_of(finding: Finding, step: int) -> str:
    """A finding in a few lines: at which step, why, and what to try."""
    lines = [f"step {step:,}: {finding.because}"]
    if finding.layers:
        lines.append(f"layers: {', '.join(finding.layers)}")
    return "\n".join(lines + [f"try: {remedy.sentence}" for remedy in finding.remedies])
