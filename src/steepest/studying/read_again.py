"""The rows that a run was fitted to, read once more, and the parts of them that judge it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steepest.data import datasets
from steepest.data.contract import Contract
from steepest.data.same_rows import same_rows
from steepest.data.table import read_table, target_values, usable_rows
from steepest.errors import InputError
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.split import Rows as Places
from steepest.evaluation.splits.split import asked_split
from steepest.evaluation.studies.trials import Parts, Trials
from steepest.readable import readable
from steepest.run import Run
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MOST_ROWS", "pairs_of", "rows_again", "trials_of"]

MOST_ROWS = 20_000
"""So many rows of a part train, and so many judge, at most; drawn at random."""


def rows_again(run: Run, data: object = None) -> tuple[pl.DataFrame, Array]:
    """The usable rows of a run, and their target (m,), read once more.

    Raises InputError where the table is not at hand, or is not the one of before: by its
    columns, the number of its rows, and what they hold in which order: which rows trained is
    known by their numbers. Of a run of an earlier version, that took no fingerprint of the
    rows, by their number and what the target is on average. Of a run whose rows came piece by
    piece it is refused: they may not fit into memory.
    """
    _refuse_pieces(run)
    if run.split.counted is not None:
        raise InputError(
            f"{_named(run)} was fitted to {run.split.rows:,} rows that came piece by piece, and "
            "which of them trained is not known by their numbers; fit it anew to rows in memory "
            "(a sample of them, without --engine and --memory), or judge it on other rows with "
            "`steepest evaluate`"
        )
    table = read_table(_source(run) if data is None else data)
    contract = run.contract
    frame = usable_rows(table, contract, run.request.missing)
    if frame.height != run.split.rows:
        raise InputError(
            f"{table.source} has {frame.height:,} usable rows, and {_named(run)} was "
            f"fitted to {run.split.rows:,}: the table has changed since; fit it anew"
        )
    target = target_values(frame, contract)
    if _changed(contract, target):
        raise InputError(
            f"the target {contract.target} of {table.source} is not what it was when "
            f"{_named(run)} was fitted to it (its mean is {readable(float(target.mean()))}): the "
            "table has changed since; fit it anew"
        )
    _refuse_other_rows(run, table.source, frame, target)
    return frame, target


def _refuse_pieces(run: Run) -> None:
    if run.split.counted is not None:
        raise InputError(
            f"the rows of {_named(run)} came piece by piece, and a study trains on rows in "
            "memory; fit some of them (a table of at most some hundred thousand rows) without "
            "--memory and --engine, and study that run"
        )


def _refuse_other_rows(run: Run, source: str, frame: pl.DataFrame, target: Array) -> None:
    beside = [name for name in asked_split(run.request.split)[1:] if name]
    missing = [name for name in beside if name not in frame.columns]
    sameness = "other rows" if missing else same_rows(run.contract, frame, target, beside)
    if sameness == "another order":
        raise InputError(
            f"{source} holds the rows that {_named(run)} was fitted to in another order, "
            "so that their numbers no longer tell which of them trained; bring them back into "
            "their order, or fit it anew"
        )
    if sameness == "other rows":
        raise InputError(
            f"the rows of {source} are not those that {_named(run)} was fitted to, "
            "though they are as many: values have changed since; fit it anew"
        )


def trials_of(
    run: Run, frame: pl.DataFrame, target: Array, *, seed: int = 0, most: int = MOST_ROWS
) -> tuple[Trials, bool]:
    """The parts that a run is judged on, of at most so many rows, and whether fewer than all."""
    pairs = pairs_of(folds_of(run.split, frame, target, run.contract.classes))
    if not pairs:
        raise InputError(
            f"the run was fitted to {frame.height:,} rows, of which none can judge it; a study "
            "needs rows that do not train"
        )
    rng = np.random.default_rng(seed)
    parts = tuple((_some(rng, train, most), _some(rng, judge, most)) for train, judge in pairs)
    sampled = any(map(_fewer, parts, pairs))
    score = main_score(run.model.loss)
    drawn = drawn_of(run.split, frame)
    return Trials(frame, target, parts, score, run.contract.classes, drawn), sampled


def _source(run: Run) -> str:
    source = run.request.source
    if Path(source).is_file() or source in datasets.names():
        return source
    raise InputError(
        f"{_named(run)} was fitted to {source}, which cannot be read again; hand the "
        "table over: study(run, table), or `steepest study RUN DATA`"
    )


def _named(run: Run) -> str:
    return f"the run {run.id}" if run.id else "the run"


def _changed(contract: Contract, target: Array) -> bool:
    """Whether a target, of as many rows, is another: by its mean, or the share of each class."""
    own = next(column for column in contract.columns if column.role == "target")
    if contract.classes:
        told = dict(own.levels)
        counts = np.bincount(target.astype(np.int64), minlength=len(contract.classes)).tolist()
        return len(target) == contract.rows and any(
            told.get(name, count) != count
            for name, count in zip(contract.classes, counts, strict=True)
        )
    if own.mean is None or own.std is None or len(target) != contract.rows:
        return False
    slack = 1e-9 * (abs(own.mean) + own.std)
    return bool(abs(target.mean() - own.mean) > slack or abs(target.std() - own.std) > slack)


def pairs_of(pairs: Iterable[tuple[Places, Places]]) -> Parts:
    """The parts in which there are rows to train and rows to judge."""
    return tuple((train, judge) for train, judge in pairs if len(train) and len(judge))


def _some(rng: np.random.Generator, rows: Places, most: int) -> Places:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _fewer(one: tuple[Places, Places], other: tuple[Places, Places]) -> bool:
    return len(one[0]) < len(other[0]) or len(one[1]) < len(other[1])
