"""What a reader should know about the columns that enter the model, and about the target."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from steepest.data.collinear import find_collinear
from steepest.data.contract import Column, Contract, Remark
from steepest.data.leak import find_leaks
from steepest.data.near_collinear import find_near_collinear
from steepest.data.repeated_rows import find_repeated
from steepest.data.target_advice import find_other_losses
from steepest.readable import listed, readable

__all__ = ["remarks_on"]

_MANY_MISSING = 0.5
_FEW_OF_A_CLASS = 5


def remarks_on(frame: pl.DataFrame, contract: Contract, loss: str = "auto") -> list[Remark]:
    """All remarks on the rows with a target, the gravest first; loss: the one asked for."""
    features = contract.features
    target = next(column for column in contract.columns if column.role == "target")
    exact = find_collinear(frame, features)
    dependent = {name for remark in exact for name in remark.columns}
    return [
        *find_leaks(frame, features, target.name, contract.classes),
        *_constant_target(target),
        *exact,
        *find_near_collinear(frame, features, dependent),
        *_wide(features, contract.rows),
        *_missing_target(contract),
        *_missing(features, contract.rows),
        *_one_hot(features),
        *_weights(contract),
        *_rare_classes(target),
        *find_repeated(frame, contract.columns),
        *_other_losses(frame, target, contract, loss),
    ]


def _constant_target(target: Column) -> list[Remark]:
    if target.distinct > 1 or target.low is None:
        return []
    sentence = (
        f'The target "{target.name}" is {readable(target.low)} in every row: there is nothing '
        "to predict, and a constant does it perfectly."
    )
    return [Remark("constant", "warning", (target.name,), sentence)]


def _wide(features: Sequence[Column], rows: int) -> list[Remark]:
    width = sum(_width(column) for column in features)
    if width < rows:
        return []
    sentence = (
        f"The features make {width:,} columns, and there are {rows:,} rows: infinitely many "
        "models fit these rows perfectly. Use fewer features, or more rows."
    )
    return [Remark("wide", "warning", (), sentence)]


def _width(column: Column) -> int:
    if column.kind != "text":
        return 1
    return column.distinct + bool(column.missing) - 1


def _missing_target(contract: Contract) -> list[Remark]:
    if not contract.dropped:
        return []
    rows = contract.rows + contract.dropped
    sentence = (
        f'{contract.dropped:,} of {rows:,} rows have no value in the target "{contract.target}" '
        "and are dropped."
    )
    return [Remark("missing_target", "info", (contract.target,), sentence)]


def _missing(features: Sequence[Column], rows: int) -> list[Remark]:
    gaps = [column for column in features if column.missing]
    if not gaps:
        return []
    counts = [f'"{c.name}" {c.missing:,} ({100 * c.missing / rows:.2g} %)' for c in gaps]
    kinds = {column.kind == "text" for column in gaps}
    number = "the median of the training rows stands in for a missing number"
    text = "missing text is a level of its own"
    done = ", and ".join(
        what for what, is_text in ((number, False), (text, True)) if is_text in kinds
    )
    sentence = (
        f"Values are missing, of {rows:,} rows: {listed(counts)}. Unless those rows are dropped "
        f"or refused (--missing), {done}."
    )
    grave = any(column.missing > _MANY_MISSING * rows for column in gaps)
    names = tuple(column.name for column in gaps)
    return [Remark("missing", "warning" if grave else "info", names, sentence)]


def _one_hot(features: Sequence[Column]) -> list[Remark]:
    return [
        Remark(
            "one_hot",
            "info",
            (column.name,),
            f'"{column.name}" is text with {column.distinct:,} levels ({_levels(column)}). All but '
            "the most frequent of the training rows become columns of 0 and 1 (one-hot), and "
            "their coefficients are differences from that one.",
        )
        for column in features
        if column.kind == "text"
    ]


def _weights(contract: Contract) -> list[Remark]:
    column = next((column for column in contract.columns if column.role == "weight"), None)
    if column is None:
        return []
    span = ""
    if column.low is not None and column.high is not None:
        span = f", from {readable(column.low)} to {readable(column.high)}"
    sentence = (
        f'"{column.name}" weighs the rows{span}: in training a row of weight 2 counts like two '
        "rows of weight 1. The evaluation counts every row the same."
    )
    return [Remark("weights", "info", (column.name,), sentence)]


def _rare_classes(target: Column) -> list[Remark]:
    """Classes of a target of three or more that are hardly there to be learned, or tested."""
    rare = [f"{level} {rows:,}" for level, rows in target.levels if rows < _FEW_OF_A_CLASS]
    if not rare or len(target.levels) < 3:
        return []
    sentence = (
        f'Some classes of "{target.name}" have few rows: {listed(rare)}. With fewer than '
        f"{_FEW_OF_A_CLASS} a class is hardly learned, and its scores say little; group such "
        "classes, or find more rows of them."
    )
    return [Remark("rare_class", "warning", (target.name,), sentence)]


def _other_losses(
    frame: pl.DataFrame, target: Column, contract: Contract, loss: str
) -> list[Remark]:
    return [] if contract.classes else find_other_losses(target, frame[target.name], loss)


def _levels(column: Column) -> str:
    shown = [f"{level} {rows:,}" for level, rows in column.levels]
    more = f", and {column.distinct - len(shown):,} more" if column.distinct > len(shown) else ""
    return ", ".join(shown) + more
