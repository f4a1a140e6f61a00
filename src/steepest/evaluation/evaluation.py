"""What an evaluation says: scores with intervals, and what the errors mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steepest.evaluation.decisions import (
    Calibration,
    Confusion,
    Decisions,
    PredictionInterval,
    Thousand,
    WorstSlice,
)
from steepest.evaluation.leakage.leakage import Leakage

__all__ = ["ClassCounts", "Confusion", "ErrorSlice", "Evaluation", "Repeats", "Score"]


@dataclass(frozen=True, slots=True)
class Score:
    """One number that says how good the model is, beside the baseline's.

    name:       "mean_absolute_error", "root_mean_squared_error", "r2",
                "mean_poisson_deviance", "log_loss", "accuracy", "balanced_accuracy", "roc_auc"
    value, low, high:  the score and its 95 % interval; None where the rows are too few
    baseline:   the same score of the baseline (training mean, or majority)
    better:     "lower" or "higher"
    unit:       the target's own unit where the score has one ("" otherwise)
    """

    name: str
    value: float
    low: float | None
    high: float | None
    baseline: float
    better: Literal["lower", "higher"]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ErrorSlice:
    """A part of the rows for which the model errs to one side, or more often than on others.

    where:       "income above 4.7", "ocean_proximity is INLAND"
    rows:        how many evaluated rows are in it
    mean_error:  mean of prediction minus truth, in the target's units: below zero it
                 predicts too low. Of three or more classes: the share of wrong decisions,
                 minus that of all rows
    low, high:   95 % interval of the mean error, corrected for the number of slices tried
    """

    where: str
    rows: int
    mean_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Counts of the decisions of a softmax model between K classes.

    classes:  their K names, in the order of the model
    counts:   K tuples of K: counts[i][j] rows are of class i and were decided to be j

    >>> table = ClassCounts(("a", "b"), ((8, 2), (1, 9)))
    >>> table.recall(0), table.precision(1)
    (0.8, 0.8181818181818182)
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def rows(self, place: int) -> int:
        """How many rows are of that class."""
        return sum(self.counts[place])

    def decided(self, place: int) -> int:
        """How many rows were decided to be of that class."""
        return sum(row[place] for row in self.counts)

    def recall(self, place: int) -> float | None:
        """The share of the rows of that class that were decided so; None for no row."""
        return self.counts[place][place] / self.rows(place) if self.rows(place) else None

    def precision(self, place: int) -> float | None:
        """The share of the rows decided to be of that class that are; None for no row."""
        return self.counts[place][place] / self.decided(place) if self.decided(place) else None


@dataclass(frozen=True, slots=True)
class Repeats:
    """The main score when the same is done again with other splits.

    score:      its name
    values:     one a split, the first that of the evaluation itself
    mean, low, high:  and the 95 % interval of what another split would give on average, widened
                for the rows that the splits share (Nadeau and Bengio 2003)
    """

    score: str
    values: tuple[float, ...]
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How far to trust a model: measured on rows that it was not trained on.

    method:     a sentence: "4,128 rows held out at random (seed 0)", "5-fold cross-validation"
    rows:       how many rows were evaluated
    baseline:   a sentence: "always predicts the training rows' mean, 206,855"
    scores:     the main one first
    quantiles:  of the absolute error, share -> size: ((0.5, ...), (0.9, ...)); () for classes
    slices:     where it errs to one side, worst first; () where nowhere
    confusion:  of a two-class model, at the threshold that it decides with
    sentences:  what all this means, in words and the target's own units
    better_than_baseline:  True, False, or None where the rows cannot tell
    counts:     of a softmax model, what was decided for the rows of each class
    worst:      where its errors are larger than elsewhere, worst first
    intervals:  of a number, prediction intervals by split conformal, rising coverage
    calibration: whether what is predicted comes true; None where the rows are too few
    decisions:  of two classes, the thresholding policies and what follows from them
    thousand:   what the errors of a day of a thousand cases are, and cost
    leakage:    whether the rows that judge it told it anything; None where it was not looked at
    repeats:    the main score over repeated splits; None where there is one split
    over_all:   where `rows` were drawn from more that were held out: scores over all of these,
                which stand in `scores` as well; () where all were judged
    """

    method: str
    rows: int
    baseline: str
    scores: tuple[Score, ...]
    quantiles: tuple[tuple[float, float], ...]
    slices: tuple[ErrorSlice, ...]
    confusion: Confusion | None
    sentences: tuple[str, ...]
    better_than_baseline: bool | None
    counts: ClassCounts | None = None
    worst: tuple[WorstSlice, ...] = ()
    intervals: tuple[PredictionInterval, ...] = ()
    calibration: Calibration | None = None
    decisions: Decisions | None = None
    thousand: Thousand | None = None
    leakage: Leakage | None = None
    repeats: Repeats | None = None
    over_all: tuple[Score, ...] = ()

    def score(self, name: str) -> Score:
        """The score of that name; KeyError where there is none."""
        for score in self.scores:
            if score.name == name:
                return score
        raise KeyError(name)
