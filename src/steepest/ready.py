"""Everything before the descent: the table, its contract, the split, and the cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.asking import check
from steepest.data.contract import Contract, loss_for
from steepest.data.survey import read_contract
from steepest.data.table import read_table, target_values, usable_rows
from steepest.descent.start import Start, start_from
from steepest.errors import InputError
from steepest.evaluation.baseline import Baseline, baseline_of
from steepest.evaluation.split import Split, split_rows
from steepest.run import Request
from steepest.stopwatch import Stopwatch
from steepest.trace import Array
from steepest.training import Training, prepare, usual_delta

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Rows", "make_ready"]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The usable rows of a table, their target, and which of them train."""

    contract: Contract
    frame: pl.DataFrame
    truth: Array  # (m,)
    split: Split

    def part(self, rows: np.ndarray) -> tuple[pl.DataFrame, Array]:
        """Some of the rows, with their target."""
        return self.frame[rows], self.truth[rows]

    @property
    def baseline(self) -> Baseline:
        """What is known of the target without any feature: its mean, or the classes' shares."""
        return baseline_of(self.truth[self.split.train], self.contract.classes)


def make_ready(
    data: object, request: Request, start: Start, watch: Stopwatch
) -> tuple[Rows, Training]:
    """Everything before the descent: the table, its contract, the split, the cost."""
    request = check(request)
    with watch("read"):
        rows = read_rows(data, request)
    check_batch(request.batch, len(rows.split.train))
    with watch("represent"):
        training = prepare(
            *rows.part(rows.split.train),
            rows.contract,
            settled(request, rows),
            lambda names: start_from(start, names, request.seed),
        )
    return rows, training


def check_batch(batch: int | None, rows: int) -> None:
    """Raise InputError for a batch of more rows than there are to train on."""
    if batch is not None and batch > rows:
        raise InputError(
            f"batch is {batch:,}, but {rows:,} rows train; take a smaller batch, or 'full'"
        )


def settled(request: Request, rows: Rows) -> Request:
    """The request with what was left to the data filled in."""
    request = replace(
        request, source=rows.contract.source, loss=loss_for(rows.contract, request.loss)
    )
    if request.loss == "huber" and request.huber_delta is None:
        request = replace(request, huber_delta=usual_delta(rows.truth[rows.split.train]))
    return request


def read_rows(data: object, request: Request) -> Rows:
    """Read the table, state its contract, and split it: before anything is fitted."""
    table = read_table(data)
    contract = read_contract(
        table,
        request.target,
        features=request.features,
        loss=request.loss,
        max_levels=request.max_levels,
        weight=request.weight,
    )
    frame = usable_rows(table, contract, request.missing)
    if request.missing == "drop":
        contract = said_dropped(contract, frame.height)
    truth = target_values(frame, contract)
    classes = truth if contract.classes else None
    split = split_rows(frame.height, share=request.holdout, seed=request.seed, classes=classes)
    return Rows(contract, frame, truth, split)


def said_dropped(contract: Contract, left: int) -> Contract:
    """The contract with the remark on missing values as it is when their rows are dropped."""
    gone = f"{contract.rows - left:,} of {contract.rows:,} rows were dropped"
    remarks = tuple(
        replace(
            remark, sentence=f"{gone}, because a value is missing: {', '.join(remark.columns)}."
        )
        if remark.code == "missing"
        else remark
        for remark in contract.remarks
    )
    return replace(contract, rows=left, remarks=remarks)
