"""What each column buys, beside what it costs to keep.

A column buys what the score loses where the model is trained without it. Columns that carry the
same thing stand in for each other: each of them may buy nothing, and all of them much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Column, Contract
from steepest.data.representation import Representation
from steepest.evaluation.scoring.intervals import Measured
from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.studies.drift_along import drift_along, ordered_said
from steepest.evaluation.studies.paired import mean_test
from steepest.evaluation.studies.study import ColumnWorth, Study
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import counted, readable

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "column_study",
    "columns_method",
    "columns_worth",
    "parameters_of",
    "trials_without",
]

_TOGETHER = (
    "The model was trained again without each column. Columns that carry the same thing stand in "
    "for each other, so that each of them may buy nothing while all of them together buy much: "
    "leave out one at a time."
)
_MANY = "What is said to buy or to harm is shown for all {} columns together (Holm, 5 %)."
_SAME_ROWS = (
    "They are judged on the rows that judge the model: whoever drops columns by them needs other "
    "rows to say how good what is left is."
)

_MANY_MISSING = 0.01
_LEVEL = 0.05
_SMALL = 0.01  # of what the model gains over its baseline: so little is not worth a column


def column_study(
    trials: Trials,
    ours: Trial,
    without: Callable[[str], Train],
    contract: Contract,
    representation: Representation,
    *,
    method: str,
    scores: int = 1,
    plain: bool = True,
) -> Study:
    """A study of nothing but the worth of the columns: what `fit` adds to a run.

    trials:   the rows, and which of them train and judge
    ours:     what the model with all columns loses on the rows that judge
    without:  a column's name -> a function (rows, their target) -> a model trained without it
    representation: of the model, for how many parameters a column takes
    method:   "4,128 rows held out at random (seed 0)"
    scores:   how many a row has in the model: one a class under softmax, else 1
    plain:    whether rows were held out with no regard to groups or time
    """
    counts = parameters_of(representation, scores)
    found = tuple(trials_without(trials, without, contract))
    return Study(
        method=method,
        score=trials.score.name,
        better=trials.score.better,
        value=None,
        columns=columns_worth(trials, ours, found, contract, counts),
        columns_method=columns_method(trials, contract, plain=plain),
    )


def columns_method(trials: Trials, contract: Contract, *, plain: bool, many: int = 0) -> str:
    """How the worth was measured and what to keep in mind; whether the rows are ordered.

    plain:  whether rows were held out with no regard to groups or time
    many:   how many columns were left out; 0 for all
    """
    names = [column.name for column in contract.features]
    together = _MANY.format(many or len(names)) if len(names) > 1 else ""
    told = (_TOGETHER, together, _SAME_ROWS, ordered_said(trials.frame, names, plain=plain))
    return " ".join(part for part in told if part)


def trials_without(
    trials: Trials, without: Callable[[str], Train], contract: Contract
) -> Iterator[tuple[str, Trial]]:
    """(column, what the model loses without it), one feature after the other.

    Where a column is the only one, what is left is the baseline.
    """
    for column in contract.features:
        if len(contract.features) == 1:
            yield column.name, Trial(trials.baseline)
        else:
            yield column.name, trials.judge(without(column.name))


def columns_worth(
    trials: Trials,
    ours: Trial,
    left_out: Sequence[tuple[str, Trial]],
    contract: Contract,
    parameters: dict[str, int],
    *,
    bounded: bool = True,
) -> tuple[ColumnWorth, ...]:
    """The worth of each column that was left out, the most useful first.

    Where many columns are looked at, some seem to buy or to harm by chance: each is judged by a
    paired test, and all the tests together by Holm's correction (1979).
    bounded:  whether the cost has a minimum; without, nothing is advised
    """
    columns = {column.name: column for column in contract.features}
    small = _SMALL * abs(trials.gain(ours, Trial(trials.baseline))[0])
    shown = _shown([_chance(trials, ours, trial) for _, trial in left_out])
    found: list[ColumnWorth] = []
    for (name, trial), sure in zip(left_out, shown, strict=True):
        gain = trials.gain(ours, trial)
        verdict = _verdict(gain, small, sure=sure) if bounded else "unsure"
        judged = _Judged(gain, verdict, trials, small, len(left_out), bounded)
        found.append(_worth(columns[name], judged, parameters.get(name, 0), trials.frame[name]))
    return _with_the_most_useful_first(found)


def _chance(trials: Trials, ours: Trial, without: Trial) -> float:
    """How likely so large a difference is where the column buys nothing; 1 where it is unknown."""
    p, _ = mean_test(without.losses - ours.losses, drawn=trials.drawn)
    return 1.0 if p is None else p


def _shown(chances: Sequence[float]) -> list[bool]:
    """Which of them hold together at 5 %, by Holm's step-down.

    >>> _shown([0.02, 0.001, 0.9]), _shown([0.02, 0.02, 0.9])
    ([True, True, False], [False, False, False])
    """
    shown = [False] * len(chances)
    for place, one in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        if chances[one] >= _LEVEL / (len(chances) - place):
            break
        shown[one] = True
    return shown


def _with_the_most_useful_first(found: Iterable[ColumnWorth]) -> tuple[ColumnWorth, ...]:
    """By what they buy; what could not be told comes last."""
    return tuple(sorted(found, key=lambda worth: -np.nan_to_num(worth.gain, nan=-np.inf)))


def parameters_of(representation: Representation, scores: int = 1) -> dict[str, int]:
    """Column -> how many of the model's parameters it has a part in."""
    counts = {
        column.name: scores * sum(1 for powers in representation.powers if powers[place])
        for place, column in enumerate(representation.numbers)
    }
    return counts | {text.name: scores * len(text.levels) for text in representation.texts}


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a column buys, as it is judged.

    small:    a size of the score that is not worth a column
    columns:  how many are judged together
    bounded:  whether the cost has a minimum
    """

    gain: Measured
    verdict: str
    trials: Trials
    small: float
    columns: int
    bounded: bool


def _verdict(gain: Measured, small: float, *, sure: bool) -> str:
    """Whether a column buys or harms, buys little at most, or these rows cannot tell."""
    value, low, high = gain
    if not np.isfinite(value) or low is None or high is None:
        return "unsure"
    if sure and high < 0:
        return "harms"
    if high < small:
        return "little"
    return "buys" if sure and low > 0 else "unsure"


def _worth(column: Column, judged: _Judged, parameters: int, values: pl.Series) -> ColumnWorth:
    levels = column.distinct if column.kind == "text" else 0
    missing = values.null_count() / max(1, values.len())
    along = drift_along(values)
    costs = _upkeep(missing, levels)
    upkeep = f"; its upkeep: {', '.join(costs)}" if costs else ""
    return ColumnWorth(
        column=column.name,
        gain=judged.gain[0],
        low=judged.gain[1],
        high=judged.gain[2],
        parameters=parameters,
        missing=missing,
        drift=None if along is None else along.index,
        levels=levels,
        sentence=f"{_sentence(judged)}{upkeep}",
        verdict=judged.verdict,
    )


def _upkeep(missing: float, levels: int) -> list[str]:
    costs = [f"{readable(100 * missing, digits=2)} % missing"] if missing >= _MANY_MISSING else []
    return [*costs, *([counted(levels, "level")] if levels else [])]


def _sentence(judged: _Judged) -> str:
    value, low, high = judged.gain
    words = judged.trials.score.words
    size = f"{readable(abs(value), digits=2)} of {words}"
    if not np.isfinite(value):
        return "what it buys cannot be told: a model has no finite predictions"
    if not judged.bounded:
        way = "worse" if value >= 0 else "better"
        much = readable(abs(value), digits=2)
        return f"without it the descent stopped where {words} is {way} by {much}"
    if low is None or high is None:
        way = "buys" if value >= 0 else "costs"
        return f"{way} {size}, and the {judged.trials.counted} are too few to say how surely"
    if judged.verdict == "harms":
        span = interval_said((-value, -high, -low), 2)
        return f"the model is better without it, by {size}{span}: drop it"
    if judged.verdict == "little":
        most = f"{readable(judged.small, digits=2)} of {words}"
        return (
            f"buys less than {most}, 1 % of what the model gains over its baseline "
            f"({readable(low, digits=2)} to {readable(high, digits=2)}): a candidate to drop"
        )
    if judged.verdict == "buys":
        return f"buys {size}{interval_said(judged.gain, 2)}"
    return _unsure(judged, low, high, size)


def _unsure(judged: _Judged, low: float, high: float, size: str) -> str:
    chance = f"of {counted(judged.columns, 'column')} some seem so by chance"
    if low > 0:
        return f"seems to buy {size}{interval_said(judged.gain, 2)}, but {chance}"
    return (
        "what it buys these rows cannot tell: from "
        f"{readable(low, digits=2)} to {readable(high, digits=2)} of {judged.trials.score.words}"
    )
