"""What a model is worth over all rows held out: sums of what each of them loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.sources.source import Piece
from steepest.data.table import target_values
from steepest.evaluation.scoring.baseline import Baseline, baseline_rows
from steepest.evaluation.scoring.main_score import MainScore, main_score, row_losses
from steepest.model import Model
from steepest.passes.drawing import below
from steepest.passes.worker import Worker
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["HeldScores", "HeldSums", "measures_of"]


@dataclass(frozen=True, slots=True, eq=False)
class HeldSums:
    """rows: how many; values: (2, k) Σ of each of `measures_of`, of the model and the baseline."""

    rows: int
    values: Array


@dataclass(frozen=True, slots=True)
class HeldScores:
    """Sums over the rows held out, all alike whatever they weigh.

    baseline:  what the model is held against, see `baseline_of`
    """

    model: Model
    baseline: Baseline

    @property
    def answer(self) -> type[HeldSums]:
        """The type of the answers."""
        return HeldSums

    def of_piece(self, piece: Piece, worker: Worker) -> HeldSums:
        """Of the rows of a piece that are held out."""
        layout = worker.layout
        found = HeldSums(0, np.zeros((2, len(measures_of(self.model.loss)))))
        for given, keys in worker.rows(piece):
            usable, own = layout.usable(given, keys)
            rows = usable.filter(below(own, layout.holdout)).frame
            if layout.holdout and rows.height:
                found = self.merge(found, self._of(rows, target_values(rows, layout.contract)))
        return found

    def merge(self, left: HeldSums, right: HeldSums) -> HeldSums:
        """Added."""
        return HeldSums(left.rows + right.rows, left.values + right.values)

    def _of(self, rows: pl.DataFrame, target: Array) -> HeldSums:
        model = self.model
        always = baseline_rows(self.baseline, len(target), scores=model.scores)
        with np.errstate(all="ignore"):
            predicted = model.predict(rows)
            places = model.places(predicted).astype(np.float64) if model.classes else None
            own = self._measured(target, predicted, places)
            other = self._measured(target, always, _usual(always))
        return HeldSums(len(target), np.array([own, other]))

    def _measured(self, target: Array, predicted: Array, places: Array | None) -> list[float]:
        """In the order of `measures_of`."""
        own = [row_losses(main_score(self.model.loss), target, predicted)]
        if self.model.classes and places is not None:
            own.append((places == target).astype(np.float64))
            own.append(_brier(target, predicted))
        return [float(values.sum()) for values in own]


def measures_of(loss: str) -> tuple[MainScore, ...]:
    """What is summed up for a loss: the main score, and for classes accuracy and Brier score."""
    main = main_score(loss)
    if main.name != "log_loss":
        return (main,)
    return (main, MainScore("accuracy", "higher"), MainScore("brier_score", "lower"))


def _usual(always: Array) -> Array:
    """The class that the baseline decides for: the most frequent."""
    decided = np.argmax(always, axis=1) if always.ndim == 2 else always >= 0.5
    return decided.astype(np.float64)


def _brier(target: Array, predicted: Array) -> Array:
    """(m,) Σ over the classes of (probability - what was the case)²; of two, that of the second.

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability".
    """
    if predicted.ndim == 1:
        return np.square(predicted - target)
    there = np.zeros(predicted.shape)
    there[np.arange(len(target)), target.astype(np.int64)] = 1.0
    return np.einsum("ij,ij->i", predicted - there, predicted - there)
