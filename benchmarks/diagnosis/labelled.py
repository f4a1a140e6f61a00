"""A log whose fault is known: what a run wrote down, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from logged import Log
from truth import Truth

__all__ = ["HEALTHY", "Kind", "Labelled"]

Kind = Literal["full", "losses"]
HEALTHY = ("converged", "unfinished")


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A log and the truth about it.

    label:   the code of what is wrong, or "converged", "unfinished"
    note:    how it was made, in a sentence, with its numbers
    accept:  the verdicts that are right; where it is more than one, the note says why
    context: what its owner would tell: classes, batch, optimizer, epochs
    truth:   what a remedy can be tried on; for full records of a cost that is known
    """

    label: str
    log: Log
    note: str
    accept: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=_nothing)
    truth: Truth | None = None

    @property
    def kind(self) -> Kind:
        """Whether it holds parameters and gradients, or losses alone."""
        return "losses" if self.log.params is None else "full"

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong: a warning would be a false alarm."""
        return self.label in HEALTHY

    @property
    def right(self) -> tuple[str, ...]:
        """The verdicts that count as right."""
        return self.accept or (self.label,)
