"""Ways of training tried on the same rows, part by part, and what each loses there.

A part is rows that train and rows that judge: one where rows are held out, one a fold in a
cross-validation. All that a study compares is tried on the same parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from steepest.evaluation.scoring.baseline import baseline_of, baseline_rows
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, unit_sums, widened_by_folds
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL, Measured
from steepest.evaluation.scoring.main_score import (
    MainScore,
    row_losses,
    score_difference,
    score_interval,
)
from steepest.evaluation.splits.split import Rows
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Parts", "Predictor", "Train", "Trial", "Trials"]

Parts = tuple[tuple[Rows, Rows], ...]
"""(rows that train, rows that judge) of each part."""


class Predictor(Protocol):
    """What can be asked for predictions: a `Model`, or another library's."""

    def predict(self, data: pl.DataFrame, /) -> Array:
        """(m,) numbers or probabilities of the class 1; (m, K) of K classes."""
        ...


Train = Callable[["pl.DataFrame", Array], Predictor]
"""(rows, their target) -> what predicts."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one way of training loses.

    losses:   (n,) on the rows that judge, of all parts
    trained:  the mean over the rows that trained; nan where it was not asked for
    trained_error: the standard error of the main score on the rows that trained; nan as well
    """

    losses: Array
    trained: float = np.nan
    trained_error: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """The rows that ways of training are tried on.

    frame, target:  all rows, and their target (m,): numbers, or the places of classes
    parts:   at least one; every row judges at most once
    score:   what all are compared by
    classes: of the target, () for a number
    rows_drawn: how all rows were drawn, by `drawn_of`: what intervals count
    """

    frame: pl.DataFrame
    target: Array
    parts: Parts
    score: MainScore
    classes: tuple[str, ...] = ()
    rows_drawn: Drawn = EACH_ROW

    @property
    def judging(self) -> Rows:
        """The rows that judge, in the order of a trial's losses (n,)."""
        return np.concatenate([judge for _, judge in self.parts])

    @property
    def training_rows(self) -> int:
        """How many rows train, in the smallest part."""
        return min(len(train) for train, _ in self.parts)

    @property
    def widen(self) -> float:
        """How much wider an interval is to be than that of independent rows.

        Models of several folds share most of the rows that they train on, so that their errors
        are not independent: the variance grows by the factor 1 + n / (rows that train), the
        correction of Nadeau and Bengio (2003) for n rows that judge. 1 for a single part.
        """
        return widened_by_folds([len(train) for train, _ in self.parts], len(self.judging))

    @property
    def drawn(self) -> Drawn:
        """How the rows that judge were drawn, in the order of a trial's losses (n,)."""
        return replace(self.rows_drawn.of(self.judging), widen=self.widen)

    @property
    def counted(self) -> str:
        """What intervals count, in words."""
        return {"groups": "groups", "times": "stretches of time"}.get(self.drawn.kind, "rows")

    @property
    def baseline(self) -> Array:
        """(n,) what is lost by always predicting what the rows that train are on average."""
        scores = len(self.classes) if len(self.classes) > 2 else 1
        lost: list[Array] = []
        for train, judge in self.parts:
            always = baseline_of(self.target[train], self.classes)
            predicted = baseline_rows(always, len(judge), scores=scores)
            lost.append(row_losses(self.score, self.target[judge], predicted))
        return np.concatenate(lost)

    def judge(self, train: Train, *, and_trained: bool = False) -> Trial:
        """Train on each part, and take the losses of the rows that judge it."""
        lost: list[Array] = []
        trained: list[float] = []
        errors: list[float] = []
        for rows, judge in self.parts:
            predictor = train(self.frame[rows], self.target[rows])
            lost.append(self.losses_of(predictor, judge))
            if and_trained:
                own = self.losses_of(predictor, rows)
                trained.append(float(own.mean()))
                errors.append(self._error(own, rows))
        if not and_trained:
            return Trial(np.concatenate(lost))
        return Trial(np.concatenate(lost), float(np.mean(trained)), float(np.mean(errors)))

    def _error(self, losses: Array, rows: Rows) -> float:
        """The standard error of the main score of these rows (m,) with these losses (m,).

        Of R², which is 1 minus a ratio of means, by the delta method; of whole groups, by what
        each of them adds.
        """
        if len(rows) < FEWEST_FOR_INTERVAL or not np.isfinite(losses).all():
            return np.nan
        off, scale = losses - losses.mean(), 1.0
        if self.score.name == "r2":
            squares = (self.target[rows] - self.target[rows].mean()) ** 2
            scale = float(squares.mean()) or 1.0
            off = losses - losses.mean() / scale * squares
        sums, _ = unit_sums(off[:, None], self.rows_drawn.of(rows).units())
        many = len(sums)
        spread = float(np.sum(sums**2)) * many / (many - 1) if many > 1 else np.nan
        return float(np.sqrt(spread)) / len(rows) / scale

    def losses_of(self, predictor: Predictor, rows: Rows) -> Array:
        """(len(rows),) what it loses on some rows."""
        predicted = predictor.predict(self.frame[rows])
        return row_losses(self.score, self.target[rows], predicted)

    def value(self, trial: Trial) -> Measured:
        """The main score on the rows that judge, with its 95 % interval."""
        return score_interval(self.score, *self._in_order(trial.losses, self.baseline))

    def trained_value(self, trial: Trial) -> float:
        """The main score on the rows that trained."""
        if self.score.name != "r2":
            return trial.trained
        variances = [float(self.target[train].var()) for train, _ in self.parts]
        variance = float(np.mean(variances))
        return 1.0 - trial.trained / variance if variance > 0 else 0.0

    def difference(self, one: Trial, other: Trial) -> Measured:
        """The score of the one minus that of the other, paired, with its 95 % interval."""
        return score_difference(
            self.score, *self._in_order(one.losses, other.losses, self.baseline)
        )

    def _in_order(self, *losses: Array) -> Any:
        """The losses in the order of the table, so that the same rows are resampled as those of
        the evaluation, and how they were drawn."""
        order = np.argsort(self.judging, kind="stable")
        return (*(one[order] for one in losses), self.drawn.of(order))

    def gain(self, one: Trial, other: Trial) -> Measured:
        """By how much the one is better than the other: above zero where it is."""
        return self.score.improvement(self.difference(one, other))
