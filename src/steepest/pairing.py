"""Two runs held against each other, row by row, on rows that trained neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.table import Table, read_table, target_values, usable_rows
from steepest.data.trained_rows import seen_rows
from steepest.errors import InputError
from steepest.evaluation.scoring.baseline import baseline_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.main_score import MainScore, main_score, row_losses
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.split import Rows
from steepest.evaluation.studies.paired import Flags, PairedTest, paired_test
from steepest.readable import counted, listed
from steepest.run import Run
from steepest.studying.read_again import rows_again, trials_of
from steepest.studying.study import has_diverged
from steepest.studying.ways import goes_to_minimum, trainer
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["pair_runs"]


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


def pair_runs(first: Run, second: Run, table: Table | None) -> PairedTest | str:
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
        run.model.places(part.predicted) == part.target
        for run, part in zip(runs, judged, strict=True)
    )
    return first, second


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
    if run.trained is None and run.split.counted is not None and source == run.contract.source:
        raise InputError(
            f"{source} is what {run.id or 'one of them'} was fitted to, piece by piece, and which "
            "rows trained is not known by their numbers; name another table with --data"
        )
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
    if run.split.counted is not None:
        raise InputError(
            f"the rows of {run.id or 'one of them'} came piece by piece, and which of them it held "
            "out is not known by their numbers; name a table that neither has seen with --data"
        )
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
