"""What each column buys, beside what it costs to keep.

A column buys what the score loses where the model is trained without it. Columns that carry the
same thing stand in for each other: each of them may buy nothing, and all of them much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Column, Contract
from steepest.data.representation import Representation
from steepest.evaluation.scoring.intervals import Measured
from steepest.evaluation.scoring.main_score import MainScore, interval_said
from steepest.evaluation.studies.drift_along import Along, drift_along
from steepest.evaluation.studies.study import ColumnWorth, Study
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import counted, readable

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CAUTION",
    "column_study",
    "columns_worth",
    "parameters_of",
    "trials_without",
    "with_the_most_useful_first",
]

CAUTION = (
    "Columns that carry the same thing stand in for each other, so that each of them may buy "
    "nothing while all of them together buy much: leave out one at a time."
)

_MANY_MISSING = 0.01


def column_study(
    trials: Trials,
    ours: Trial,
    without: Callable[[str], Train],
    contract: Contract,
    representation: Representation,
    *,
    method: str,
    scores: int = 1,
) -> Study:
    """A study of nothing but the worth of the columns: what `fit` adds to a run.

    trials:   the rows, and which of them train and judge
    ours:     what the model with all columns loses on the rows that judge
    without:  a column's name -> a function (rows, their target) -> a model trained without it
    representation: of the model, for how many parameters a column takes
    method:   "4,128 rows held out at random (seed 0)"
    scores:   how many a row has in the model: one a class under softmax, else 1
    """
    counts = parameters_of(representation, scores)
    found = columns_worth(trials, ours, trials_without(trials, without, contract), contract, counts)
    return Study(
        method=method,
        score=trials.score.name,
        better=trials.score.better,
        value=None,
        columns=with_the_most_useful_first(found),
        columns_method=f"The model was trained again without each column. {CAUTION}",
    )


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
    left_out: Iterable[tuple[str, Trial]],
    contract: Contract,
    parameters: dict[str, int],
) -> Iterator[ColumnWorth]:
    """The worth of each column that was left out, one after the other."""
    columns = {column.name: column for column in contract.features}
    for name, trial in left_out:
        yield _worth(
            columns[name],
            trials.gain(ours, trial),
            trials.score,
            parameters.get(name, 0),
            trials.frame[name],
        )


def with_the_most_useful_first(found: Iterable[ColumnWorth]) -> tuple[ColumnWorth, ...]:
    """By what they buy; what could not be told comes last."""
    return tuple(sorted(found, key=lambda worth: -np.nan_to_num(worth.gain, nan=-np.inf)))


def parameters_of(representation: Representation, scores: int = 1) -> dict[str, int]:
    """Column -> how many of the model's parameters it has a part in."""
    counts = {
        column.name: scores * sum(1 for powers in representation.powers if powers[place])
        for place, column in enumerate(representation.numbers)
    }
    return counts | {text.name: scores * len(text.levels) for text in representation.texts}


def _worth(
    column: Column, gain: Measured, score: MainScore, parameters: int, values: pl.Series
) -> ColumnWorth:
    levels = column.distinct if column.kind == "text" else 0
    missing = values.null_count() / max(1, values.len())
    steady = drift_along(values)
    return ColumnWorth(
        column=column.name,
        gain=gain[0],
        low=gain[1],
        high=gain[2],
        parameters=parameters,
        missing=missing,
        drift=None if steady is None else steady.index,
        levels=levels,
        sentence=_sentence(gain, score, _upkeep(missing, levels, steady)),
    )


def _upkeep(missing: float, levels: int, steady: Along | None) -> list[str]:
    costs = [f"{readable(100 * missing, digits=2)} % missing"] if missing >= _MANY_MISSING else []
    if levels:
        costs.append(counted(levels, "level"))
    if steady is not None and steady.drifts:
        costs.append(f"drift along the table (index {readable(steady.index, digits=2)})")
    return costs


def _sentence(gain: Measured, score: MainScore, costs: list[str]) -> str:
    value, low, high = gain
    size = f"{readable(abs(value), digits=2)} of {score.words}{interval_said(gain, 2)}"
    upkeep = f"; {', '.join(costs)}" if costs else ""
    if not np.isfinite(value):
        return f"what it buys cannot be told: a model has no finite predictions{upkeep}"
    if low is None or high is None:
        way = "buys" if value >= 0 else "costs"
        return f"{way} {size}, of rows too few to say how surely{upkeep}"
    if low > 0:
        return f"buys {size}{upkeep}"
    if high < 0:
        better = f"{readable(-value, digits=2)} of {score.words}"
        interval = interval_said((-value, -high, -low), 2)
        return f"the model is better without it, by {better}{interval}{upkeep}: drop it"
    at_cost = f" and costs {', '.join(costs)}" if costs else ""
    return f"buys nothing that these rows can show{at_cost}: a candidate to drop"
