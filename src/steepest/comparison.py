"""Runs side by side: what was asked differently, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.evaluation.evaluation import Score
from steepest.evaluation.studies.paired import PairedTest
from steepest.pairing import pair_runs
from steepest.run import Request, Run

__all__ = ["Comparison", "compare_runs"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Comparison:
    """n runs side by side: every tuple has n entries, in the order of `runs`.

    asked:         of the request, what is not the same for all
    stops, steps:  why each descent ended, and after which step
    losses:        the cost of the training rows at the last step
    scores:        name -> score, None for a run without it
    coefficients:  name -> value in the input's own units, None for a run without it
    intercepts:    in the input's own units, None for a run without one
    same_rows:     were all evaluated on the same rows of the same data?
    rows:          a sentence about that, and what follows for the scores; where the runs
                   minimised different costs, that those cannot be compared
    paired:        each run after the first held against the first, row by row, where that can
                   be done; a `p` is that of its own pair alone
    unpaired:      why it cannot be done for others, a sentence each
    """

    runs: tuple[str, ...]
    asked: Mapping[str, tuple[Any, ...]]
    verdicts: tuple[str, ...]
    stops: tuple[str, ...]
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    scores: Mapping[str, tuple[Score | None, ...]]
    coefficients: Mapping[str, tuple[float | None, ...]]
    intercepts: tuple[float | None, ...]
    same_rows: bool
    rows: str
    paired: tuple[PairedTest, ...] = ()
    unpaired: tuple[str, ...] = ()


def compare_runs(runs: Sequence[Run], data: object = None) -> Comparison:
    """Put two or more runs side by side, and test on rows that both held out which is better.

    data:  the table that they were fitted to, where it cannot be read again from where they
           read it; or one that no run has seen, with their target: all of its rows then judge,
           but for those that are known to have trained one of the two

    Raises InputError for fewer than two runs, and for data that cannot be read.
    """
    if len(runs) < 2:
        raise InputError(f"comparing takes two runs or more; {len(runs)} was named")
    table = None if data is None else read_table(data)
    paired = [pair_runs(runs[0], other, table) for other in runs[1:]]
    same = all(_same_rows(runs[0], run) for run in runs)
    scores = [{score.name: score for score in run.evaluation.scores} for run in runs]
    return Comparison(
        runs=tuple(run.id or "unsaved" for run in runs),
        asked=_differences([run.request for run in runs]),
        verdicts=tuple(run.verdict for run in runs),
        stops=tuple(run.trace.stop.reason for run in runs),
        steps=tuple(int(run.trace.step[-1]) for run in runs),
        losses=tuple(run.trace.last_loss for run in runs),
        scores=_beside(scores),
        coefficients=_beside([run.coefficients for run in runs]),
        intercepts=tuple(run.intercept for run in runs),
        same_rows=same,
        rows=_rows_sentence(runs, same) + _costs_sentence([run.request for run in runs]),
        paired=tuple(one for one in paired if isinstance(one, PairedTest)),
        unpaired=tuple(dict.fromkeys(one for one in paired if isinstance(one, str))),
    )


def _differences(requests: Sequence[Request]) -> dict[str, tuple[Any, ...]]:
    asked = {
        field.name: tuple(getattr(request, field.name) for request in requests)
        for field in fields(Request)
    }
    return {
        name: values
        for name, values in asked.items()
        if any(value != values[0] for value in values)
    }


def _beside(named: Sequence[Mapping[str, Value]]) -> dict[str, tuple[Value | None, ...]]:
    names = dict.fromkeys(name for one in named for name in one)
    return {name: tuple(one.get(name) for one in named) for name in names}


def _same_rows(one: Run, other: Run) -> bool:
    """Whether both were evaluated on the same rows, as far as their target and numbers tell."""
    first, second = one.contract.fingerprint, other.contract.fingerprint
    if first is not None and second is not None and first.target != second.target:
        return False
    return _evaluated_rows(one) == _evaluated_rows(other)


def _evaluated_rows(run: Run) -> tuple[Any, ...]:
    """What is equal when the rows are: the split, and the target column to its last digit."""
    target = next(column for column in run.contract.columns if column.role == "target")
    sketch = target.sketch and replace(target.sketch, lowest=(), highest=())
    split = run.split
    folds = (split.folds, split.seed) if split.folds else ()
    held = split.held_out if split.counted is None else (split.counted, split.share, split.seed)
    return (run.contract.rows, replace(target, sketch=sketch), split.rows, held, folds)


def _costs_sentence(requests: Sequence[Request]) -> str:
    """That the costs J are of different kinds, where they are; "" else."""
    costs = {
        (request.loss, request.huber_delta, request.weight, request.l2, request.l1)
        for request in requests
    }
    if len(costs) == 1:
        return ""
    return " They minimised different costs J, so their losses cannot be compared."


def _rows_sentence(runs: Sequence[Run], same: bool) -> str:
    if same:
        method = runs[0].evaluation.method
        return f"All were evaluated on the same rows ({method}): their scores can be compared."
    if len({run.contract.target for run in runs}) > 1:
        return "They predict different targets, so their scores cannot be compared."
    rows = "; ".join(f"{run.id}: {run.evaluation.method}" for run in runs)
    return (
        "They were evaluated on different rows, so a difference of scores may come from the "
        f"rows and not from the models ({rows})."
    )
