"""What the survey settles: facts of the columns for the contract, and how to standardise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Column, Contract, Remark
from steepest.data.remarks import remarks_on
from steepest.data.repeated_rows import count_repeated
from steepest.data.representation import Representation
from steepest.data.sketch import class_sketch, sketch_of
from steepest.data.unfamiliar import LOOKED, TRAINED
from steepest.errors import InputError
from steepest.objective.rows import LARGEST
from steepest.passes.column_sums import ColumnSums
from steepest.passes.layout import Layout
from steepest.passes.survey import Surveyed
from steepest.ready import said_dropped
from steepest.scaling.first_look import FirstLook
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["all_drawn", "counted_contract", "drawn_frame", "refuse_unusable", "standardised"]

CONSTANT = 1e-13
OF_SOME = ("leak", "collinear", "near_collinear", "repeated_rows", "other_loss")
"""Remarks that rest on the rows drawn, not on sums over all of them."""
EMPTY = "no value in any row"
STAY_OUT = tuple(
    ("left_out", code) for code in ("other_type", "constant", "duplicated", "too_many_levels")
)


def drawn_frame(found: Surveyed) -> pl.DataFrame:
    """The rows that the survey drew, those that train first."""
    import polars as pl

    return pl.concat([found.some_train.frame, found.some_held.frame])


def all_drawn(found: Surveyed) -> bool:
    """Whether these are all usable rows that there are."""
    return len(found.some_train.keys) + len(found.some_held.keys) == found.used


def refuse_unusable(found: Surveyed, layout: Layout) -> None:
    """Raise InputError where nothing can be learned from what was surveyed."""
    source = layout.contract.source
    if not found.used:
        raise InputError(
            f"{source}: every row misses a value in one column or another, so that no row is "
            "left; leave out the emptiest column, or impute missing values"
        )
    if not found.train.rows:
        raise InputError(
            f"{source} has {found.used:,} usable rows, and all of them were drawn to be held "
            "out; take another seed, or hold nothing out (--holdout 0)"
        )
    if found.train.total <= 0:
        raise InputError(
            f'{source}: the weights "{layout.contract.weight}" are 0 in every row that trains, so '
            "that none counts; name another column"
        )
    sums = dict(zip(layout.columns, found.columns[: len(layout.columns)], strict=True))
    for name, one in sums.items():
        largest = max(abs(one.low or 0.0), abs(one.high or 0.0))
        if largest > LARGEST or 0 < largest < 1 / LARGEST:
            raise InputError(
                f'{source}: the largest number of "{name}" is {largest:.3g}, whose square is '
                f"none; use other units, so that it lies between {1 / LARGEST:g} and {LARGEST:g}"
            )
    if not np.all(np.isfinite(found.train.R)):
        raise InputError(
            f"{source}: sums of squares of the features leave the range of float64; use larger "
            "units for them, or a smaller degree"
        )


def counted_contract(seen: FirstLook, layout: Layout, found: Surveyed, loss: str) -> Contract:
    """The contract of the first look with what is known of all rows now.

    loss: the one asked for. What only the rows themselves tell (how many different values there
    are, how they are spread, which columns follow from others) is told of the rows drawn, and
    said to be.
    """
    sums = dict(zip(layout.columns, found.columns[: len(layout.columns)], strict=True))
    whole, contract = all_drawn(found), layout.contract
    # rows are held out at random: those that train are a fair sample of all
    sample = drawn_frame(found) if whole else found.some_train.frame
    without = found.rows - found.targeted
    contract = replace(
        contract,
        rows=found.targeted,
        dropped=without,
        columns=tuple(
            _counted(column, sums[column.name], sample, contract.classes, without, whole=whole)
            if column.name in sums
            else column
            for column in contract.columns
        ),
    )
    names = [column.name for column in contract.features]
    contract = replace(contract, repeated=count_repeated(sample, names) if whole else None)
    said = [*_left_out(contract, seen), *_of_rows(sample, contract, loss, whole)]
    if not seen.whole:
        said = [_by_look_filled(remark) for remark in said]
    if not whole:
        said.append(_how_known(seen, sample.height, found.targeted))
    said.sort(
        key=lambda remark: (remark.code != "by_pieces", remark.severity != "warning",
                            remark.code != "leak")
    )  # fmt: skip
    contract = replace(contract, remarks=tuple(said))
    return said_dropped(contract, found.used) if layout.missing == "drop" else contract


def _counted(
    column: Column,
    sums: ColumnSums,
    sample: pl.DataFrame,
    classes: Sequence[str],
    without: int,
    *,
    whole: bool,
) -> Column:
    values = sample[column.name]
    missing = without if column.role == "target" else sums.missing
    column = replace(column, missing=missing, looked_at=0)
    if column.kind in ("number", "truth"):
        distinct = max(values.drop_nulls().n_unique(), column.distinct if classes else 0)
        known = whole or column.kind == "truth" or (column.role == "target" and classes)
        column = replace(column, distinct=distinct, drawn=0 if known else sample.height)
    if column.role == "feature":
        column = replace(column, sketch=sketch_of(values))
    elif column.role == "target":
        sketch = class_sketch(column.levels) if classes else sketch_of(values)
        column = replace(column, sketch=sketch)
    if sums.low is None or sums.high is None or column.kind != "number":
        return column
    std = math.sqrt(sums.squares / sums.count)
    return replace(column, low=sums.low, high=sums.high, mean=sums.mean, std=std)


def _left_out(contract: Contract, seen: FirstLook) -> list[Remark]:
    """Why columns are left out, as it still holds; what only the look says is said to be so."""
    known = {column.name: column for column in contract.columns}
    looked = f" (In a first look at {seen.table.frame.height:,} rows.)"
    kept: list[Remark] = []
    for remark in contract.remarks:
        column = known.get(remark.columns[0]) if remark.columns else None
        if column is None or column.role not in ("left_out", "feature"):
            continue
        if remark.code == "identifier" or (column.role, remark.code) in STAY_OUT:
            said = f"{remark.sentence}{looked}" if _by_look(remark, column) else remark.sentence
            kept.append(replace(remark, sentence=said))
    return kept


def _by_look_filled(remark: Remark) -> Remark:
    """What stands in for a missing number is of the rows looked at."""
    if remark.code != "missing":
        return remark
    return replace(
        remark, sentence=remark.sentence.replace(f"median of {TRAINED}", f"median of {LOOKED}")
    )


def _by_look(remark: Remark, column: Column) -> bool:
    """Whether only the rows looked at say so."""
    told = remark.code in ("identifier", "too_many_levels") or column.reason == EMPTY
    return told and column.looked_at > 0


def _of_rows(sample: pl.DataFrame, contract: Contract, loss: str, whole: bool) -> list[Remark]:
    """What the drawn rows and the counts of all rows together say."""
    there = tuple(column for column in contract.columns if column.name in sample.columns)
    unread = len(there) < len(contract.columns)  # rows that are alike in these may differ in those
    told = f" (Seen in {sample.height:,} of {contract.rows:,} rows, drawn at random.)"
    return [
        replace(remark, sentence=f"{remark.sentence}{told}")
        if remark.code in OF_SOME and not whole
        else remark
        for remark in remarks_on(sample, replace(contract, columns=there), loss)
        if not (unread and remark.code == "repeated_rows")
    ]


def _how_known(seen: FirstLook, drawn: int, rows: int) -> Remark:
    looked = "all rows" if seen.whole else f"{seen.table.frame.height:,} rows from all over"
    sentence = (
        f"The rows were read piece by piece. Which columns enter the model was decided by a first "
        f"look at {looked}, and so was what stands in for a missing number. Of the columns that "
        f"enter it, missing values, levels, ranges, means and deviations are those of all "
        f"{rows:,} rows; how many different numbers there are and how they are spread, of "
        f"{drawn:,} of them drawn at random. Figures of columns left out are mostly those of the "
        "first look."
    )
    return Remark("by_pieces", "info", (), sentence)


def standardised(
    representation: Representation, found: Surveyed, shift: Array, *, intercept: bool
) -> Representation:
    """With centre and spread over the rows that train, whatever they weigh.

    shift: (d + 1,) what had been taken from the raw features and the target.
    """
    if representation.scale == "none":
        return representation
    offset, away = _moments(found)
    raw = shift[:-1]
    size = np.maximum(np.abs(raw), np.sqrt(offset**2 + away**2))
    spread = away if intercept else np.sqrt((raw + offset) ** 2 + away**2)
    centre = raw + offset if intercept else np.zeros(len(raw))
    spread = np.where(spread > CONSTANT * size, spread, 1.0)
    return replace(representation, centre=tuple(centre.tolist()), spread=tuple(spread.tolist()))


def _moments(found: Surveyed) -> tuple[Array, Array]:
    """(d,) how far the means are from the shift, and the standard deviations."""
    train = found.train
    if found.plain.shape[1]:
        mean, squares = found.plain[:, :-1] / train.rows
        return mean, np.sqrt(np.maximum(squares - mean**2, 0.0))
    R = train.R[:, 1:-1]
    return R[0] / train.R[0, 0], np.linalg.norm(R[1:], axis=0) / math.sqrt(train.total)
