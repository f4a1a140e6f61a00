"""How far a study is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.evaluation.studies.trials import Predictor, Train
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Progress", "Ticks"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is: what it does, and how many trainings of all are done.

    Before the first of them, `doing` says what will be done.
    """

    doing: str
    done: int
    total: int


class Ticks:
    """Counts the trainings of a study, and tells whoever wants to know."""

    def __init__(self, total: int, on_progress: Callable[[Progress], None] | None) -> None:
        self.done = 0
        self._total = total
        self._told = on_progress

    def begin(self, doing: str) -> None:
        """Say what will be done, before the first training."""
        if self._told is not None and self._total:
            self._told(Progress(doing, 0, self._total))

    def __call__(self, doing: str, train: Train) -> Train:
        """The same way to train, counted."""

        def counted(frame: pl.DataFrame, target: Array) -> Predictor:
            predictor = train(frame, target)
            self.done += 1
            if self._told is not None:
                self._told(Progress(doing, self.done, self._total))
            return predictor

        return counted
