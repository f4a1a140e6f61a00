"""Everything before the descent: the table, its contract, the split, and the cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.asking import check
from steepest.data.columns import describe
from steepest.data.contract import Contract, Remark, loss_for
from steepest.data.fingerprint import fingerprint
from steepest.data.names import did_you_mean
from steepest.data.survey import read_contract
from steepest.data.table import Table, read_table, target_values, usable_rows
from steepest.data.trained_rows import TrainedRows, trained_rows
from steepest.data.units import units_from
from steepest.descent.start import Start, start_from
from steepest.errors import InputError
from steepest.evaluation.policies.costs import check_costs, costs_from
from steepest.evaluation.policies.policy import check_policy, policy_from
from steepest.evaluation.scoring.baseline import Baseline, baseline_of
from steepest.evaluation.splits.split import Split, asked_split
from steepest.evaluation.splits.splitting import split_as_asked
from steepest.objective.usual_delta import usual_delta
from steepest.run import Request
from steepest.stopwatch import Stopwatch
from steepest.trace import Array
from steepest.training import Training, prepare

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

    @property
    def trained(self) -> TrainedRows:
        """By what the rows that train are known again in a later table."""
        return trained_rows(self.frame, self.contract, self.truth, self.split.train)


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
    contract = contract_of(table, request)
    check_meaning(request, contract)
    frame = usable_rows(table, contract, request.missing)
    if request.missing == "drop":
        contract = said_dropped(contract, frame.height)
    truth = target_values(frame, contract)
    split = split_as_asked(
        frame,
        truth,
        contract.classes,
        asked=request.split,
        share=request.holdout,
        folds=request.folds,
        repeats=request.repeats,
        seed=request.seed,
    )
    beside = [name for name in asked_split(request.split)[1:] if name]
    known = replace(contract, fingerprint=fingerprint(frame, contract, truth, beside))
    return Rows(known, frame, truth, split)


def contract_of(table: Table, request: Request) -> Contract:
    """What the table holds; the column that it is split by is no feature unless it is named."""
    kind, column = asked_split(request.split)
    units = units_from(request.units)
    key = tuple(request.key.split(",")) if request.key else ()
    aside = column and column not in (request.target, request.weight, *key)
    if not aside or request.features is not None:
        return _read(table, request, key, units)
    _refuse_absent(table, column)
    own = {name: unit for name, unit in units.items() if name != column}
    without = replace(table, frame=table.frame.drop(column))
    if set(without.frame.columns) <= {request.target, request.weight, *key}:
        raise InputError(
            f'{table.source}: the split takes "{column}", and no column is left to predict '
            f'"{request.target}" from; split otherwise, or name it among the features'
        )
    contract = _read(without, request, key, own)
    return _with_column(contract, table, column, kind, units.get(column, ""))


def _read(
    table: Table, request: Request, key: tuple[str, ...], units: Mapping[str, str]
) -> Contract:
    return read_contract(
        table,
        request.target,
        features=request.features,
        loss=request.loss,
        max_levels=request.max_levels,
        weight=request.weight,
        key=key,
        units=units,
    )


def _with_column(contract: Contract, table: Table, name: str, kind: str, unit: str) -> Contract:
    """The contract of a table with the column that it is split by, left out of the model."""
    import polars as pl

    rows = table.frame.filter(pl.col(contract.target).is_not_null())
    what = "names the groups of the split" if kind == "group" else "is the time of the split"
    own = replace(describe(rows, [name])[0], role="left_out", reason=what, unit=unit)
    columns = {column.name: column for column in (*contract.columns, own)}
    said = f'"{name}" {what}; it is left out. Name it in --features to use it all the same.'
    return replace(
        contract,
        columns=tuple(columns[other] for other in table.frame.columns),
        remarks=(*contract.remarks, Remark("split_column", "info", (name,), said)),
    )


def _refuse_absent(table: Table, column: str) -> None:
    if column not in table.frame.columns:
        hint = did_you_mean(column, table.frame.columns)
        raise InputError(f'{table.source} has no column "{column}" to split by; {hint}')


def check_meaning(request: Request, contract: Contract) -> None:
    """Raise InputError for costs, or a threshold, that do not fit the target."""
    costs = costs_from(request.costs)
    check_costs(costs, contract.classes)
    check_policy(policy_from(request.threshold), costs, contract.classes)


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
