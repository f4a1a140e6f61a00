"""A numeric target that may be a count, or classes: said where nobody chose a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steepest.data.columns import numbers
from steepest.data.contract import Column, Remark
from steepest.readable import readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_other_losses"]

_MOST_CLASSES = 20
_MOST_COUNTS = 50
_ROWS_A_VALUE = 5


def find_other_losses(target: Column, series: pl.Series, loss: str) -> list[Remark]:
    """A remark where the squared loss was taken for few whole numbers without being asked for.

    series: the target of the usable rows. A count begins at 0 and has its mean in the lowest
    third of its range; classes are 3 to 20 different whole numbers. Each value must come in
    5 rows on average, so that numbers which only happen to be whole do not count.
    """
    different = target.distinct
    low, high, mean = target.low, target.high, target.mean
    if loss != "auto" or target.kind != "number" or low is None or high is None or mean is None:
        return []
    if different < 3 or different * _ROWS_A_VALUE > series.len() - series.null_count():
        return []
    count = low == 0 and different <= _MOST_COUNTS and mean < high / 3
    classes = different <= _MOST_CLASSES
    if not (count or classes) or not _whole(series):
        return []
    return [Remark("other_loss", "info", (target.name,), _sentence(target, count, classes))]


def _whole(series: pl.Series) -> bool:
    if series.dtype.is_integer():
        return True
    values = numbers(series).drop_nulls()
    return bool((values == values.floor()).all())


def _sentence(target: Column, count: bool, classes: bool) -> str:
    low, high = readable(target.low or 0.0), readable(target.high or 0.0)
    told = (
        f'The target "{target.name}" holds {target.distinct:,} different whole numbers, from {low} '
        f"to {high}, and is taken for a number on a scale (the squared loss)."
    )
    advice = [
        "if it counts something, --loss poisson may fit better" if count else "",
        "if these are classes without an order, take --loss softmax" if classes else "",
    ]
    said = "; ".join(part for part in advice if part)
    return f"{told} {said[0].upper()}{said[1:]}."
