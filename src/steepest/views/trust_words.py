"""The sentences on how far to trust a model, said alike in the report and on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.evaluation.decisions import (
    ErrorKind,
    PolicyOutcome,
    PredictionInterval,
    Thousand,
    WorstSlice,
)
from steepest.evaluation.evaluation import Repeats
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.views.amounts import (
    interval_words,
    money,
    of_target,
    percent,
    percent_interval,
    threshold_words,
)
from steepest.views.phrases import score_words

__all__ = [
    "constant_words",
    "coverage_sentence",
    "kind_words",
    "leak_sentences",
    "policy_sentence",
    "repeats_words",
    "spoken",
    "thousand_sentences",
    "widest_interval",
    "worst_sentence",
]


def leak_sentences(run: Run) -> tuple[str, ...]:
    """Each way in which the answer may have leaked, once."""
    leakage = run.evaluation.leakage
    found = () if leakage is None else leakage.found
    leaks = [remark for remark in run.contract.remarks if remark.code == "leak"]
    warned = {column for remark in leaks for column in remark.columns}
    rest = [r for r in found if not r.columns or not set(r.columns) <= warned]
    return tuple(dict.fromkeys(remark.sentence for remark in (*leaks, *rest)))


def widest_interval(run: Run) -> PredictionInterval | None:
    """The prediction interval that is told where there is room for one: that of nine in ten."""
    intervals = run.evaluation.intervals
    return min(intervals, key=lambda one: abs(one.coverage - 0.9), default=None)


def coverage_sentence(run: Run, interval: PredictionInterval) -> str:
    """How far around a prediction the truth lies, and how often it was found there."""
    unsure = ""
    if interval.low is not None and interval.high is not None:
        unsure = f" (95 % interval {percent_interval(interval.low, interval.high)})"
    return (
        f"{percent(interval.coverage)} of the truths are expected within "
        f"−{readable(interval.below)} to +{of_target(run, interval.above)} of the prediction; of "
        f"{counted(interval.rows, 'row')} it held {percent(interval.measured)}{unsure}."
    )


def repeats_words(repeats: Repeats | None) -> Iterator[str]:
    """The main score over several splits."""
    if repeats is not None:
        count, what = len(repeats.values), score_words(repeats.score)
        yield (
            f"With {count} different splits the {what} is {readable(repeats.mean)} on average (95 "
            f"% interval {interval_words(repeats.low, repeats.high)}): from "
            f"{readable(min(repeats.values))} to {readable(max(repeats.values))}."
        )


def constant_words(thousand: Thousand) -> str:
    """What decides or predicts alike for all cases, beside which the model's cost is told."""
    return thousand.constant.replace("calling a row ", "calling every row ") or "the baseline"


def worst_sentence(run: Run, part: WorstSlice) -> str:
    """Where the errors are largest, beside those of all rows."""
    if run.model.classes:
        return (
            f"{_first(part.where)}: {percent(part.value)} of {counted(part.rows, 'row')} are "
            f"decided wrongly (95 % interval {percent_interval(part.low, part.high)}), against "
            f"{percent(part.overall)} of all."
        )
    return (
        f"{_first(part.where)}: it is off by {of_target(run, part.value)} on average over "
        f"{counted(part.rows, 'row')} (95 % interval {interval_words(part.low, part.high)}), "
        f"against {of_target(run, part.overall)} over all."
    )


def _first(where: str) -> str:
    return f"Worst where {where}"


def policy_sentence(run: Run, outcome: PolicyOutcome) -> str:
    """What a thresholding policy finds, and how rightly."""
    positive = run.contract.classes[1]
    told = [f"calls {percent(outcome.called)} of the rows {positive}"]
    if outcome.recall is not None:
        told.append(f"finds {percent(outcome.recall)} of those that are")
    if outcome.precision is not None:
        told.append(f"is right for {percent(outcome.precision)} of those it calls so")
    why = "" if outcome.policy[:1].isdigit() else f" ({outcome.words})"
    return (
        f"From a probability of {threshold_words(outcome.threshold)} on a row is called "
        f"{positive}{why}: that {', '.join(told)}."
    )


def kind_words(run: Run, kind: ErrorKind, currency: str) -> str:
    """How many of a thousand cases are wrong in one way, and what they cost."""
    words = f"{kind.words}: {spoken(kind.count)}"
    if kind.low is not None and kind.high is not None:
        words += f" (95 % interval {spoken(kind.low)} to {spoken(kind.high)})"
    if kind.amount is not None:
        words += f", by {of_target(run, kind.amount)} together"
    if kind.cost is not None:
        words += f", at a cost of {money(kind.cost, currency)}"
    return words


def spoken(count: float) -> str:
    """A number of cases: three digits are enough.

    >>> spoken(473.26), spoken(1000), spoken(0.5)
    ('473', '1,000', '0.5')
    """
    return readable(count, 3)


def thousand_sentences(run: Run, thousand: Thousand) -> Iterator[str]:
    """The errors of a day of a thousand cases: all they cost, beside the baseline's."""
    cases = f"{thousand.cases:,} cases"
    if thousand.cost is not None:
        unsure = ""
        if thousand.low is not None and thousand.high is not None:
            unsure = f" (95 % interval {interval_words(thousand.low, thousand.high)})"
        words = f"The errors of {cases} cost {money(thousand.cost, thousand.currency)}{unsure}"
        if thousand.baseline_cost is not None:
            words += f"; those of the baseline {money(thousand.baseline_cost, thousand.currency)}"
        yield f"{words}."
    if thousand.kinds:
        parts = (kind_words(run, kind, thousand.currency) for kind in thousand.kinds[:2])
        yield f"Of {cases}: {'; '.join(parts)}."
