"""What is known of a model beyond its evaluation: by training again, in other ways."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ColumnWorth",
    "CurvePoint",
    "LearningCurve",
    "Peer",
    "Study",
    "ValidationCurve",
]


@dataclass(frozen=True, slots=True)
class ColumnWorth:
    """What a column buys, beside what it costs to keep.

    column:      its name in the table
    gain, low, high:  by how much the main score on rows that did not train is worse where the
                 model is trained without the column, paired row by row, and its 95 % interval;
                 above zero the column helps, below zero the model is better without it
    parameters:  how many of the model's parameters it takes
    missing:     share of the rows without a value
    drift:       population stability index between the first and the last half of the table's
                 rows, in their order; None where it cannot be told
    levels:      of a text column how many have to be maintained, else 0
    sentence:    what to make of it
    verdict:     "buys" and "harms" where that is shown, all columns counted (Holm 1979); "little"
                 where it buys next to nothing at most, "unsure" where these rows cannot tell; ""
                 of a study made before there were verdicts
    """

    column: str
    gain: float
    low: float | None
    high: float | None
    parameters: int
    missing: float
    drift: float | None
    levels: int
    sentence: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another model on the same folds: what it reaches, and what choosing ours costs.

    name:        "Ridge", "LogisticRegression", "HistGradientBoostingRegressor", ...
    value, low, high:  its main score, with its 95 % interval
    difference, difference_low, difference_high:  our score minus its own, paired row by row
    seconds:     for all folds
    """

    name: str
    value: float
    low: float | None
    high: float | None
    difference: float
    difference_low: float | None
    difference_high: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a learning or validation curve: the main score at one setting.

    at:          rows that train, a degree, or a penalty
    train:       on the rows that trained, the mean over the folds
    held_out, low, high:  on the rows that did not, and the 95 % interval
    """

    at: float
    train: float
    held_out: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The score by the number of rows that train, rising; `sentence` says if more would help."""

    points: tuple[CurvePoint, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class ValidationCurve:
    """The score over one setting, which shows under- and over-fitting.

    over:      "degree" or "l2"
    asked:     what the run was fitted with
    best:      the setting with the best held-out score
    simplest:  the simplest whose score is within one standard error of the best (Breiman,
               Friedman, Olshen and Stone 1984)
    advised:   what the sentence advises, where what was asked for is shown to be worse; else None
    """

    over: str
    points: tuple[CurvePoint, ...]
    asked: float
    best: float
    simplest: float
    sentence: str
    advised: float | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """What training again in other ways tells of a model.

    method:     on which rows, or folds, all was measured, in words
    score:      name of the main score, as in `Evaluation`: "r2", "mean_absolute_error" (of the
                loss huber), "mean_poisson_deviance" or "log_loss"
    better:     "lower" or "higher"
    value:      of the model itself, in the same way; None where only `columns` were studied
    seconds:    that training it once takes, on all folds, as `Peer.seconds`; None without peers
    columns:    the worth of each, the most useful first
    columns_method:  how the worth was measured, or why it was not, in a sentence
    sentences:  what to make of it all
    interrupted: whether it was ended by Ctrl-C, so that some of it is missing
    """

    method: str
    score: str
    better: str
    value: float | None
    columns: tuple[ColumnWorth, ...] = ()
    columns_method: str = ""
    peers: tuple[Peer, ...] = ()
    learning_curve: LearningCurve | None = None
    validation_curves: tuple[ValidationCurve, ...] = ()
    sentences: tuple[str, ...] = ()
    interrupted: bool = False
    seconds: float | None = None
