"""What the survey settles: facts of the columns for the contract, and how to standardise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from steepest.data.contract import Column, Contract
from steepest.data.representation import Representation
from steepest.objective.factor import Factor
from steepest.passes.column_sums import ColumnSums
from steepest.passes.survey import Surveyed
from steepest.trace import Array

__all__ = ["counted_contract", "standardised"]

CONSTANT = 1e-13


def counted_contract(contract: Contract, names: Sequence[str], found: Surveyed) -> Contract:
    """The contract of the first look with what is known of all rows now.

    names: of the columns that were surveyed, in turn.
    """
    sums = dict(zip(names, found.columns, strict=True))
    return replace(
        contract,
        rows=found.used,
        dropped=found.rows - found.used,
        columns=tuple(
            _counted(column, sums[column.name], found.rows - found.used)
            if column.name in sums
            else column
            for column in contract.columns
        ),
    )


def _counted(column: Column, sums: ColumnSums, dropped: int) -> Column:
    missing = dropped if column.role == "target" else sums.missing
    if sums.low is None or sums.high is None or column.kind != "number":
        return replace(column, missing=missing)
    std = math.sqrt(sums.squares / sums.count)
    return replace(column, missing=missing, low=sums.low, high=sums.high, mean=sums.mean, std=std)


def standardised(
    representation: Representation, train: Factor, shift: Array, *, intercept: bool
) -> Representation:
    """With centre and spread over the rows that train, read from their triangle.

    shift: (d + 1,) what had been taken from the raw features and the target.
    """
    if representation.scale == "none":
        return representation
    root = math.sqrt(train.total)
    ones, R = train.R[0, 0], train.R[:, 1:-1]
    offset = R[0] / ones  # of the mean from the shift
    if intercept:
        spread = np.linalg.norm(R[1:], axis=0) / root
        centre = shift[:-1] + offset
    else:
        whole = R.copy()
        whole[0] += ones * shift[:-1]
        spread, centre = np.linalg.norm(whole, axis=0) / root, np.zeros(R.shape[1])
    size = np.maximum(np.abs(shift[:-1]), np.linalg.norm(R, axis=0) / root)
    spread = np.where(spread > CONSTANT * size, spread, 1.0)
    return replace(representation, centre=tuple(centre.tolist()), spread=tuple(spread.tolist()))
