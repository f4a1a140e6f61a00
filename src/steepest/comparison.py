"""Runs side by side: what was asked differently, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from steepest.data.table import Table, read_table, target_values, usable_rows
from steepest.data.trained_rows import seen_rows
from steepest.errors import InputError
from steepest.evaluation.evaluation import Score
from steepest.evaluation.scoring.baseline import baseline_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.main_score import MainScore, main_score, row_losses
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.split import Rows
from steepest.evaluation.studies.paired import Flags, PairedTest, paired_test
from steepest.model import Model
from steepest.readable import counted, listed
from steepest.run import Request, Run
from steepest.studying.read_again import rows_again, trials_of
from steepest.studying.study import has_diverged
from steepest.studying.ways import goes_to_minimum, trainer
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

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
    paired = [_pair(runs[0], other, table) for other in runs[1:]]
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
    return (run.contract.rows, replace(target, sketch=sketch), split.rows, split.held_out, folds)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """The rows that can judge a run, by their number in the table, and what is predicted.

    mean:   of the target of the rows that trained, or the shares of the classes
    widen:  see `Trials.widen`
    drawn:  how the rows were drawn, by what the run was split by
    """

    numbers: Rows
    target: Array
    predicted: Array
    mean: float | tuple[float, ...]
    widen: float = 1.0
    drawn: Drawn = EACH_ROW


def _pair(first: Run, second: Run, table: Table | None) -> PairedTest | str:
    """The test of two runs, or a sentence that says why there is none."""
    names = (first.id or "the first", second.id or "the second")
    about = f"{names[0]} and {names[1]} cannot be held against each other row by row: "
    reason = _apart(first, second)
    if reason:
        return f"{about}{reason}."
    try:
        return _tested(names, (first, second), table)
    except InputError as error:
        return f"{about}{error}."


def _apart(first: Run, second: Run) -> str:
    """Why two runs have nothing that both predict; "" where they have."""
    if first.contract.target != second.contract.target:
        return f"they predict {first.contract.target} and {second.contract.target}"
    if first.contract.classes != second.contract.classes:
        return f"{first.contract.target} has other classes, or is a number, in one of them"
    for run in (first, second):
        if has_diverged(run):
            return f"the descent of {run.id or 'one'} diverged"
    return ""


def _tested(names: tuple[str, str], runs: tuple[Run, Run], table: Table | None) -> PairedTest:
    judged, place = _judged(runs, table)
    numbers, *places = np.intersect1d(
        judged[0].numbers, judged[1].numbers, assume_unique=True, return_indices=True
    )
    if not len(numbers):
        raise InputError(
            "no row was held out by both; name a table that neither has seen with --data"
        )
    one, other = (
        _Judged(
            part.numbers[at],
            part.target[at],
            part.predicted[at],
            part.mean,
            part.widen,
            part.drawn.of(at),
        )
        for part, at in zip(judged, places, strict=True)
    )
    score = _score(*runs)
    count = counted(len(numbers), "row")
    folds = one.widen > 1 or other.widen > 1
    return paired_test(
        names,
        (
            row_losses(score, one.target, one.predicted),
            row_losses(score, other.target, other.predicted),
        ),
        _baseline_losses(score, one),
        score,
        where=f"{count} judged by models of other folds" if folds else f"{count} {place}",
        right=_right(runs, (one, other)),
        widen=max(one.widen, other.widen),
        drawn=one.drawn if one.drawn.kind != "rows" else other.drawn,
    )


def _judged(runs: tuple[Run, Run], table: Table | None) -> tuple[list[_Judged], str]:
    """What can judge each run, and in words which rows these are."""
    if table is not None and not all(_is_of(run, table) for run in runs):
        found = [_on_fresh(run, table) for run in runs]
        gone = len(np.unique(np.concatenate([trained for _, trained in found])))
        if gone and gone == max(len(judged.numbers) + len(trained) for judged, trained in found):
            raise InputError(
                f"every row of {table.source} trained one of them; name a table that neither has "
                "seen with --data"
            )
        left_out = f" ({gone:,} more, which trained one of them, were left out)" if gone else ""
        return [judged for judged, _ in found], f"of {table.source}{left_out}"
    _refuse_other_tables(runs, table)
    old = [run.id or "one" for run in runs if run.contract.fingerprint is None]
    note = f" (by their numbers alone: {listed(old)} kept no fingerprint of the rows)"
    return [_on_own(run, table) for run in runs], f"that both held out{note if old else ''}"


def _score(first: Run, second: Run) -> MainScore:
    """What both were trained for; of numbers with different losses the absolute error."""
    one, other = main_score(first.model.loss), main_score(second.model.loss)
    return one if one == other else main_score("huber")


def _baseline_losses(score: MainScore, judged: _Judged) -> Array:
    """Only r2 asks for them: of numbers, those of the mean of the rows that trained."""
    if score.name != "r2":
        return np.zeros(len(judged.target))
    return row_losses(score, judged.target, np.full(len(judged.target), judged.mean))


def _right(runs: tuple[Run, Run], judged: tuple[_Judged, _Judged]) -> tuple[Flags, Flags] | None:
    """Whether each row is decided rightly, by each model's own policy; None for a number."""
    if not runs[0].contract.classes:
        return None
    first, second = (
        _decided(run.model, part.predicted) == part.target
        for run, part in zip(runs, judged, strict=True)
    )
    return first, second


def _decided(model: Model, predicted: Array) -> Rows:
    return model.places(predicted).astype(np.int64)


def _refuse_other_tables(runs: tuple[Run, Run], table: Table | None) -> None:
    sources = [run.contract.source for run in runs]
    if table is None and sources[0] != sources[1]:
        raise InputError(
            f"they were fitted to {sources[0]} and {sources[1]}; name a table that neither has "
            "seen with --data"
        )


def _is_of(run: Run, table: Table) -> bool:
    """Whether that is the table that the run was fitted to."""
    try:
        rows_again(run, table)
    except InputError:
        return False
    return True


def _numbered(table: Table) -> tuple[Table, str]:
    """The table with the numbers of its rows in a column of a name that is free."""
    name = "row"
    while name in table.frame.columns:
        name += "_"
    return Table(table.frame.with_row_index(name), table.source), name


def _on_fresh(run: Run, table: Table) -> tuple[_Judged, Rows]:
    """Every row of a table that did not train the run, and the numbers of those that did.

    Raises InputError where some did, and it cannot be told which.
    """
    numbered, name = _numbered(table)
    frame = usable_rows(numbered, run.contract, run.request.missing)
    target = target_values(frame, run.contract)
    numbers = frame[name].to_numpy().astype(np.int64)
    trained = _trained(run, table.source, frame, target)
    fresh = np.flatnonzero(~trained)
    own = next(column for column in run.contract.columns if column.role == "target")
    predicted = run.model.predict(frame[fresh]) if len(fresh) else np.empty(0)
    drawn = drawn_of(run.split, frame).of(fresh)
    judged = _Judged(numbers[fresh], target[fresh], predicted, own.mean or 0.0, drawn=drawn)
    return judged, numbers[trained]


def _trained(run: Run, source: str, frame: pl.DataFrame, target: Array) -> Flags:
    """(m,) True for the rows that trained the run, where they are more than chance makes alike."""
    none = np.zeros(len(target), dtype=bool)
    if run.trained is None:
        return none
    seen = seen_rows(run.trained, frame, run.contract, target)
    said = seen.said(run.id or "one of them")
    if not said:
        return none
    if not seen.whole:
        raise InputError(
            f"{source} holds {counted(seen.rows, 'row')}, {said}, and which is not known of all; "
            "name a table that neither has seen with --data"
        )
    return seen.trained


def _on_own(run: Run, table: Table | None) -> _Judged:
    """The rows of the run's own table that it held out, or that its folds judge."""
    if table is None:
        rows_again(run)  # says in its own words what is amiss with the table
        table = read_table(run.request.source)
    numbered, name = _numbered(table)
    frame, target = rows_again(run, numbered)
    numbers = frame[name].to_numpy().astype(np.int64)
    trials, _ = trials_of(run, frame, target, most=len(target))
    judging = trials.judging
    train, _ = trials.parts[0]
    mean = baseline_of(target[train], run.contract.classes)
    if len(trials.parts) == 1:
        predicted = run.model.predict(frame[judging])
        drawn = trials.drawn
        return _Judged(numbers[judging], target[judging], predicted, mean, drawn=drawn)
    again = trainer(run.contract, run.request, to_minimum=goes_to_minimum(run))
    predicted = np.concatenate(
        [again(frame[rows], target[rows]).predict(frame[judge]) for rows, judge in trials.parts]
    )
    own = numbers[judging], target[judging], predicted
    return _Judged(*own, mean, trials.widen, trials.drawn)
