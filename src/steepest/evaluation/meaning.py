"""What the errors of a model mean for whoever uses it: ranges, costs, policy, where it is bad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from steepest.evaluation.decisions import (
    Calibration,
    Decisions,
    ErrorKind,
    PolicyOutcome,
    PredictionInterval,
    Thousand,
    WorstSlice,
)
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL
from steepest.evaluation.words import amount, counted_rows, ends_words, percent
from steepest.readable import readable

__all__ = ["Meaning", "class_meaning", "many_class_meaning", "number_meaning"]

_OFF = 0.03
_SAID_COVERAGE = 0.9
_MOST_KINDS = 3
_SHARES = {
    0.5: "Half of the",
    0.8: "Eight of ten",
    0.9: "Nine of ten",
    0.95: "95 of 100",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was measured beside the scores, for the sentences about it.

    said:   places that other sentences speak of already
    by_cost: of many classes that are decided by the expected cost, for what share of the rows
            that is another one than the likeliest; None where the likeliest is decided for
    """

    worst: tuple[WorstSlice, ...] = ()
    intervals: tuple[PredictionInterval, ...] = ()
    calibration: Calibration | None = None
    decisions: Decisions | None = None
    thousand: Thousand | None = None
    said: tuple[str, ...] = ()
    by_cost: float | None = None


def number_meaning(name: str, unit: str, meaning: Meaning | None, rows: int) -> Iterator[str]:
    """Of predicted numbers: within what they lie, what a day costs, where they are bad."""
    if meaning is None:
        return
    yield _interval(name, unit, meaning.intervals, rows)
    if meaning.thousand is not None and meaning.thousand.cost is not None:
        yield _number_cost(meaning.thousand, unit)
    for part in _worst(meaning):
        yield (
            f"It is worst for {part.where}: off by {amount(part.value, unit)} on average"
            f"{ends_words(part.low, part.high)} on {counted_rows(part.rows)}, against "
            f"{amount(part.overall, unit)} over all."
        )
    if meaning.calibration is not None:
        yield meaning.calibration.sentence


def class_meaning(positive: str, meaning: Meaning | None) -> Iterator[str]:
    """Of two classes: the policy, what a day costs, where decisions are wrong."""
    if meaning is None:
        return
    if meaning.decisions is not None:
        yield from _policy(positive, meaning.decisions)
    if meaning.thousand is not None and meaning.thousand.cost is not None:
        yield _decision_cost(meaning.thousand) + _false_words(meaning.thousand)
    yield from _wrong_most(meaning)


def many_class_meaning(meaning: Meaning | None) -> Iterator[str]:
    """Of many classes: what a day costs, and the calibration of what is decided for."""
    if meaning is None:
        return
    if meaning.thousand is not None and meaning.thousand.cost is not None:
        yield f"{_rule(meaning.by_cost, meaning.thousand)} {_decision_cost(meaning.thousand)}"
    yield from _wrong_most(meaning)
    if meaning.calibration is not None:
        yield meaning.calibration.sentence


def _interval(name: str, unit: str, intervals: tuple[PredictionInterval, ...], rows: int) -> str:
    known = [interval for interval in intervals if interval.coverage <= _SAID_COVERAGE]
    if not known:
        return f"{counted_rows(rows)} are too few for a prediction interval of {name}."
    best = known[-1]
    below, above = readable(best.below), amount(best.above, unit)
    share = _SHARES.get(best.coverage, f"{percent(best.coverage)} of the")
    sentence = (
        f"{share} values of {name} are expected from {below} below to {above} above the "
        f"prediction{_held(best)}"
    )
    few = best.coverage < _SAID_COVERAGE
    return f"{sentence}; the rows are too few for a larger share." if few else f"{sentence}."


def _held(interval: PredictionInterval) -> str:
    """What share it holds: of rows that had no part in it, where that is another than was asked
    for, and of the cases to come."""
    if interval.later:
        ends = ends_words(interval.low, interval.high, as_percent=True)
        return f"; of these rows it held {percent(interval.measured)}{ends}"
    told = ""
    if interval.rows >= FEWEST_FOR_INTERVAL and abs(interval.measured - interval.coverage) >= _OFF:
        told = f"; of rows that had no part in it, it held {percent(interval.measured)}"
    if interval.low is None or interval.high is None:
        return told
    low, high = percent(interval.low), percent(interval.high)
    return (
        f"{told}; set by {counted_rows(interval.rows)}, it holds {low} to {high} of cases to come"
    )


def _number_cost(day: Thousand, unit: str) -> str:
    over, under = (
        (readable(kind.count, digits=3), amount(kind.amount or 0.0, unit)) for kind in day.kinds
    )
    return (
        f"Of a thousand predictions {over[0]} are too high, by {over[1]} in all, and {under[0]} "
        f"too low, by {under[1]}; {_cost(day)}."
    )


def _decision_cost(day: Thousand) -> str:
    ranked = sorted(day.kinds, key=lambda kind: -abs(kind.cost or 0.0))
    told = [f"{readable(kind.count, digits=3)} are {_only(kind)}" for kind in ranked if kind.count]
    cases = ", ".join(told[:_MOST_KINDS]) or "none is decided wrongly"
    return f"Of a thousand cases, {cases}; {_cost(day)}."


def _false_words(day: Thousand) -> str:
    """Which error is the false positive and which the false negative, with what each costs."""
    told = [
        f"a {kind.name.replace('_', ' ')} is a row {_only(kind)}, at "
        f"{amount(kind.each or 0.0, day.currency)}"
        for kind in day.kinds
        if kind.name.startswith("false_")
    ]
    return f" Here {'; '.join(told)}." if told else ""


def _only(kind: ErrorKind) -> str:
    """What kind of error it is, without its name: "called ill, in truth well"."""
    name = f" (a {kind.name.replace('_', ' ')})"
    return kind.words.removesuffix(name)


def _rule(by_cost: float | None, day: Thousand) -> str:
    """Whether the costs decide, and what that changes."""
    if by_cost is None:
        return (
            "It decides for the likeliest class, not by the costs: by those that are named one "
            "class could always be decided for and nothing lost; name what each wrong decision "
            "costs to have them decide."
        )
    sentence = (
        "It decides for the class that is expected to cost least, which is not the likeliest on "
        f"{percent(by_cost)} of the rows"
    )
    if not by_cost or day.likeliest_cost is None:
        return f"{sentence}."
    return f"{sentence}; deciding for the likeliest would {_sum(day.likeliest_cost, day)}."


def _cost(day: Thousand) -> str:
    cost, baseline = day.cost or 0.0, day.baseline_cost or 0.0
    low, high = day.low, day.high
    if cost < 0:
        low, high = (None, None) if low is None or high is None else (-high, -low)
    words = f"that {_sums(cost, day)}{ends_words(low, high)}"
    if not day.constant:
        return f"{words}; the baseline would {_sum(baseline, day)}"
    return f"{words}. Always {day.constant} {_sums(baseline, day)}{_beside(day)}"


def _beside(day: Thousand) -> str:
    """How the cheapest constant stands to the model, and whether that is more than chance."""
    if day.saved is None:
        return ""
    own = amount(abs(day.cost or 0.0), day.currency)
    sure = day.saved_low is not None and day.saved_high is not None
    if day.saved < 0:
        more = sure and (day.saved_high or 0.0) < 0
        gains = (day.cost or 0.0) < 0
        words = f": {'more' if gains else 'less'} than the model's {own}"
        return words if more else f"{words}, though on these rows that may be chance"
    if not day.saved and not sure:
        return ": the same as the model"
    if sure and (day.saved_low or 0.0) > 0:
        return ""
    return ", which these rows do not tell from what the model does"


def _sums(cost: float, day: Thousand) -> str:
    """What it costs, or gains where that is below zero: "costs 743 EUR"."""
    return f"{'gains' if cost < 0 else 'costs'} {amount(abs(cost), day.currency)}"


def _sum(cost: float, day: Thousand) -> str:
    return f"{'gain' if cost < 0 else 'cost'} {amount(abs(cost), day.currency)}"


def _policy(positive: str, decisions: Decisions) -> Iterator[str]:
    """The policy that was chosen; nothing for the plain one of 0.5 without costs."""
    chosen = next(outcome for outcome in decisions.policies if outcome.chosen)
    if chosen.policy == "0.5" and chosen.cost is None:
        return
    words = (
        f"It calls a row {positive} from a probability of {readable(chosen.threshold, digits=3)} up"
        if chosen.threshold <= 1
        else f"It calls no row {positive}, a probability of 1 included"
    )
    words = f"{words} ({chosen.words})"
    found = ""
    if chosen.recall is not None:
        found = f"finds {percent(chosen.recall)} of the {positive}{_ends(chosen.recall_interval)}, "
    if chosen.precision is not None:
        found += f"is right about {percent(chosen.precision)} of those that it calls so"
        found += f"{_ends(chosen.precision_interval)}, "
    found = f"{found.removesuffix(', ')} and " if found else ""
    found += f"calls {percent(chosen.called)} of all rows so{_ends(chosen.called_interval)}"
    yield f"{words}; that {found}{_by_others(chosen)}{_cheaper(chosen, decisions)}."


def _ends(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else ends_words(*interval, as_percent=True)


def _by_others(chosen: PolicyOutcome) -> str:
    """That the rows were judged by other thresholds than the model's, where they were."""
    if chosen.chosen_range is None:
        return ""
    low, high = (readable(limit, digits=3) for limit in chosen.chosen_range)
    reach = low if low == high else f"{low} to {high}"
    return f"; counted with each row decided by a threshold that other rows chose, {reach}"


def _cheaper(chosen: PolicyOutcome, decisions: Decisions) -> str:
    """The policy that would cost least, where that is another one, and by more than chance."""
    priced = [outcome for outcome in decisions.policies if outcome.cost is not None]
    least = min(priced, key=lambda outcome: outcome.cost or 0.0, default=chosen)
    if chosen.cost_low is None or least.cost is None or least.cost >= chosen.cost_low:
        return ""
    start = readable(least.threshold, digits=3)
    return (
        f"; by the policy {least.policy}, from {start} up, a thousand "
        f"cases would cost {readable(least.cost)}, not {readable(chosen.cost or 0.0)}"
    )


def _worst(meaning: Meaning) -> tuple[WorstSlice, ...]:
    """The worst part, unless another sentence speaks of it."""
    return tuple(part for part in meaning.worst[:1] if part.where not in meaning.said)


def _wrong_most(meaning: Meaning) -> Iterator[str]:
    for part in _worst(meaning):
        yield (
            f"It is wrong most often for {part.where}: on {percent(part.value)} of "
            f"{counted_rows(part.rows)}{ends_words(part.low, part.high, as_percent=True)}, "
            f"against {percent(part.overall)} of all."
        )
