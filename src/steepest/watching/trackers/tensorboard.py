"""TensorBoard: scalars and texts, through a SummaryWriter of PyTorch or of tensorboardX."""

from __future__ import annotations

from typing import Any

from steepest.diagnosis.finding import Finding
from steepest.watching.doors import framework
from steepest.watching.trackers.tracker import Row, text_of

__all__ = ["TensorBoard"]


class TensorBoard:
    """Scalars "steepest/gradient_norm" and texts "steepest/findings/CODE".

    writer: a SummaryWriter; None: one of PyTorch's own, in its usual folder, runs/
    """

    def __init__(self, writer: Any = None) -> None:
        self._owned = writer is None
        if writer is None:
            framework("tensorboard", "tensorboard")
            writer = framework("torch.utils.tensorboard", "torch").SummaryWriter()
        self._writer = writer

    def rows(self, rows: list[Row]) -> None:
        """A point a number a row."""
        for row in rows:
            for name, value in row.numbers.items():
                self._writer.add_scalar(f"steepest/{name}", value, row.step)

    def finding(self, finding: Finding, step: int) -> None:
        """A text under the code of the finding; lines are parted as Markdown wants it."""
        text = f"**{finding.severity}: {finding.title}**\n" + text_of(finding, step)
        self._writer.add_text(f"steepest/findings/{finding.code}", text.replace("\n", "  \n"), step)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        if self._owned:
            self._writer.close()
        else:
            self._writer.flush()
