"""What is said of the decisions that are made with a model, and of what its errors cost."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Calibration",
    "CalibrationBin",
    "Confusion",
    "ConfusionSlice",
    "Decisions",
    "ErrorKind",
    "PolicyOutcome",
    "PredictionInterval",
    "Thousand",
    "ThresholdPoint",
    "WorstSlice",
]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of a two-class decision at one threshold."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int


@dataclass(frozen=True, slots=True)
class PredictionInterval:
    """From `below` under a prediction to `above` over it lies the truth of so many rows.

    Split conformal: quantiles of the errors on rows that did not train (Vovk, Gammerman and
    Shafer 2005; Lei et al. 2018).

    coverage:     the share of rows that was asked for
    below, above: in the target's units, both from zero up
    measured:     the share of rows that it covered, each judged by quantiles in which it had no
                  part. Of independent rows it is near `coverage` whatever the errors are: that is
                  what the method promises, and this checks that it came so
    low, high:    between what the share of cases to come lies in 95 of 100 tables, since these
                  quantiles are of so many rows and no more (a Beta law, Vovk 2012)
    rows:         of the measurement
    later:        True where the margins were made before, and `measured` counts later rows, with
                  `low` and `high` the 95 % interval of that share
    """

    coverage: float
    below: float
    above: float
    measured: float
    low: float | None
    high: float | None
    rows: int
    later: bool = False


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows with predictions alike: their mean prediction, beside what came true.

    low, high:  95 % interval of `observed`; None where the rows are too few
    """

    predicted: float
    observed: float
    low: float | None
    high: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether what is predicted comes true as often, or as large, as it is predicted.

    bins:       tenths of the rows by prediction, rising; of fewer than a hundred rows so many
                parts that each has ten
    intercept, slope:  of the truth on the prediction, 0 and 1 where it is calibrated: for two
                classes a logistic regression on the log odds (Cox 1958), for a number a line;
                None where it cannot be fitted
    slope_low, slope_high:  95 % interval of the slope
    error:      mean distance of `observed` from `predicted` over the bins, weighted by rows
                (of a probability the expected calibration error), in the target's units
    p_value:    of the hypothesis that it is calibrated: Spiegelhalter's z (1986) for two
                classes, an F test of intercept 0 and slope 1 for a number, for errors of any law;
                None where there is none
    sentence:   all that in words
    """

    bins: tuple[CalibrationBin, ...]
    intercept: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    error: float
    p_value: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class WorstSlice:
    """A part of the rows for which the model is worse than for all, with its interval.

    where:      "income above 4.7"
    rows:       how many evaluated rows are in it
    value, low, high:  the mean error there: the mean absolute error in the target's units, for
                classes the share of wrong decisions; its 95 % interval is corrected for the
                number of parts that were looked at
    overall:    the same of all rows
    """

    where: str
    rows: int
    value: float
    low: float
    high: float
    overall: float


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """What would be decided at one threshold, in counts of the evaluated rows.

    cost:  of a thousand cases; None where no costs were named
    """

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """A thresholding policy, and what it did on rows that had no part in its threshold.

    policy:     as it is asked for: "0.5", "cost", "recall=0.9", "budget=0.05"
    words:      what it is, in words
    threshold:  chosen on all evaluated rows, which is what the model would use
    chosen:     True for the one that the model uses
    confusion:  counted with thresholds that the other nine tenths of the rows chose; its
                own `threshold` is that of the model
    recall, precision, called:  shares: of the positives that are found, of those called positive
                that are, of all rows that are called positive; None where there is no row
    cost, cost_low, cost_high:  of a thousand cases, and its 95 % interval; None without costs
    ties:         of the policy "cost": from where to where every threshold costs the same on all
                  evaluated rows; None for others
    theoretical:  of the policy "cost": where true probabilities would cost least (Elkan 2001)
    chosen_range: the lowest and the highest of the thresholds that the rows were judged by; None
                  where all were judged by `threshold`
    recall_interval, precision_interval, called_interval:  95 % intervals of these; None where the
                  rows are fewer than ten
    """

    policy: str
    words: str
    threshold: float
    chosen: bool
    confusion: Confusion
    recall: float | None
    precision: float | None
    called: float
    cost: float | None
    cost_low: float | None
    cost_high: float | None
    ties: tuple[float, float] | None = None
    theoretical: float | None = None
    chosen_range: tuple[float, float] | None = None
    recall_interval: tuple[float, float] | None = None
    precision_interval: tuple[float, float] | None = None
    called_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ConfusionSlice:
    """What was decided for one part of the rows: "where" they are, and the counts."""

    where: str
    rows: int
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions between two classes: policies, the threshold's curve, the parts of the rows.

    curve:   at most 101 thresholds, rising from 0 to 1
    slices:  quarters of the numbers and levels of the texts with twenty rows or more, those with
             the largest share of wrong decisions first, at most eight
    """

    policies: tuple[PolicyOutcome, ...]
    curve: tuple[ThresholdPoint, ...]
    slices: tuple[ConfusionSlice, ...]


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One kind of error, in a day of a thousand cases.

    name:    "over", "under", "false_positive", "false_negative", or "cat->dog"; and of decisions
             that are right "true_positive", "true_negative" or "cat->cat", where these cost or gain
    words:   what it is: "called ill, in truth healthy (a false positive)"
    count, low, high:  how many of the thousand, with its 95 % interval
    amount:  of a number: by how many units of the target all of them together are off; else None
    cost:    of all of them; None where no cost was named
    each:    the cost of one case, or of one unit of the target; None where none was named
    """

    name: str
    words: str
    count: float
    low: float | None
    high: float | None
    amount: float | None
    cost: float | None
    each: float | None = None


@dataclass(frozen=True, slots=True)
class Thousand:
    """What the errors of one day of a thousand cases are, and cost.

    cost, low, high:  of all decisions together, and its 95 % interval; None where no cost was named
    baseline_cost:    of the cheapest decision or prediction that is the same for every case, by
                      what is known of the rows that train; None without costs
    currency:         of the costs; "" where it was not said
    constant:         what that is: "calling a row ill", "predicting 34.2"; "" where it is not known
    saved, saved_low, saved_high:  by how much the model costs less than it (below zero: more),
                      and the 95 % interval, over the same cases
    likeliest_cost:   of three classes or more: of deciding for the likeliest of them, where the
                      model decides by the expected cost
    """

    kinds: tuple[ErrorKind, ...]
    cost: float | None
    low: float | None
    high: float | None
    baseline_cost: float | None
    currency: str
    cases: int = 1_000
    constant: str = ""
    saved: float | None = None
    saved_low: float | None = None
    saved_high: float | None = None
    likeliest_cost: float | None = None
