"""A column that gives the answer away.

A single column that predicts the target almost exactly was, as a rule, made from it, or
written down after it. A model of it looks perfect and fails on rows whose target is not
known yet. With one feature alone nothing is said: a curve that fits well is then the point.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import Literal

import polars as pl

from steepest.data.columns import numbers, words
from steepest.data.contract import Column, Remark
from steepest.data.target import class_numbers

__all__ = ["find_leaks"]

_ENOUGH = 0.999
_MOST_ROWS = 100_000
_ROWS_A_LEVEL = 5
_CHANCE_BITS = 13
"""Chance separates the classes so well with probability below 2**-13."""
_ROWS_FOR_RANKS = 10
_ROWS_FOR_LINE = 5
_MOST_LISTED = 8


def find_leaks(
    frame: pl.DataFrame, features: Sequence[Column], target: str, classes: tuple[str, ...]
) -> list[Remark]:
    """A warning for each feature that predicts the target almost exactly by itself.

    A number: squared correlation (Pearson, or Spearman of the ranks) of at least 0.999
    with a number; an area under the ROC curve of at least 0.999 or at most 0.001 for two
    classes; of more classes, each in a range of its own. Text: the means of its levels leave
    at most 0.001 of the target's variance, or its levels decide the class with at most 0.001
    of the errors of always guessing the most frequent one.
    """
    if len(features) < 2:
        return []
    some = frame.sample(_MOST_ROWS, seed=0) if frame.height > _MOST_ROWS else frame
    truth = class_numbers(some[target], classes) if classes else numbers(some[target])
    found = {c.name: _evidence(some[c.name], c, truth, len(classes)) for c in features}
    others = [name for name, said in found.items() if not said]
    over = (
        f"{frame.height:,} rows" if some is frame else f"{some.height:,} of {frame.height:,} rows"
    )
    return [
        _remark(name, target, f"{said}; {over}", others) for name, said in found.items() if said
    ]


def _evidence(series: pl.Series, column: Column, truth: pl.Series, classes: int) -> str:
    """How well the column alone predicts, in words; "" where it is nothing to worry about."""
    if column.kind == "text":
        levels = words(series).fill_null("(missing)")
        pairs = pl.DataFrame({"level": levels, "truth": truth})
        return _purity(pairs) if classes else _explained(pairs)
    pairs = pl.DataFrame({"value": numbers(series), "truth": truth}).drop_nulls()
    if classes > 2:
        return _ranges(pairs)
    return _separation(pairs) if classes else _correlation(pairs)


def _correlation(pairs: pl.DataFrame) -> str:
    kinds: list[tuple[str, Literal["pearson", "spearman"]]] = []
    if pairs.height >= _ROWS_FOR_LINE:
        kinds.append(("squared correlation", "pearson"))
    if pairs.height >= _ROWS_FOR_RANKS:
        kinds.append(("squared rank correlation", "spearman"))
    for name, method in kinds:
        square = pairs.select(pl.corr("value", "truth", method=method) ** 2).item()
        if square is not None and square >= _ENOUGH:
            return f"{name} {min(square, 1.0):.6g}"
    return ""


def _separation(pairs: pl.DataFrame) -> str:
    ranks, positive = pairs["value"].rank("average"), pairs["truth"] == 1.0
    ones = int(positive.sum())
    zeros = pairs.height - ones
    if not _beyond_chance([zeros, ones], 2.0):
        return ""
    area = (float(ranks.filter(positive).sum()) - ones * (ones + 1) / 2) / (ones * zeros)
    if 1 - _ENOUGH < area < _ENOUGH:
        return ""
    return f"area under the ROC curve {max(area, 1 - area):.6g}"


def _ranges(pairs: pl.DataFrame) -> str:
    """Whether each of many classes lies in a range of its own, without an overlap."""
    spans = pairs.group_by("truth").agg(
        rows=pl.len(), low=pl.col("value").min(), high=pl.col("value").max()
    )
    spans = spans.sort("low")
    if not (spans["low"] > spans["high"].shift(1)).drop_nulls().all():
        return ""
    orders = math.lgamma(spans.height + 1) / math.log(2)
    if not _beyond_chance(spans["rows"].to_list(), orders):
        return ""
    return "each class lies in a range of its own"


def _explained(pairs: pl.DataFrame) -> str:
    spread = pl.col("truth").var(ddof=0)
    parts = pairs.group_by("level").agg(within=spread * pl.len())
    whole = float(pairs.select(spread * pl.len()).item())
    if parts.height * _ROWS_A_LEVEL > pairs.height or whole == 0:
        return ""
    share = 1 - float(parts["within"].sum()) / whole
    return f"its levels explain {100 * share:.6g} % of the variance" if share >= _ENOUGH else ""


def _purity(pairs: pl.DataFrame) -> str:
    counts: list[int] = pairs["truth"].value_counts()["count"].to_list()
    levels = pairs["level"].n_unique()
    many = levels * _ROWS_A_LEVEL > pairs.height
    if many or not _beyond_chance(counts, levels * math.log2(max(2, len(counts)))):
        return ""
    cells = pairs.group_by("level", "truth").agg(rows=pl.len())
    right = int(cells.group_by("level").agg(pl.col("rows").max())["rows"].sum())
    wrong, guessing = pairs.height - right, pairs.height - max(counts)
    if wrong > (1 - _ENOUGH) * guessing:
        return ""
    return f"its levels decide the class with {wrong:,} errors in {pairs.height:,} rows"


def _beyond_chance(counts: Sequence[int], bits: float) -> bool:
    """Whether so many rows are told apart by more than a column of chance could.

    counts: rows of each class; bits: of the ways in which a column may sort the classes.
    """
    ways = math.lgamma(sum(counts) + 1) - sum(math.lgamma(rows + 1) for rows in counts)
    return ways / math.log(2) - bits > _CHANCE_BITS


def _remark(name: str, target: str, said: str, others: Sequence[str]) -> Remark:
    few = 0 < len(others) <= _MOST_LISTED
    others_only = shlex.quote(",".join(others)) if few else "with the other columns alone"
    sentence = (
        f'LEAK? "{name}" alone predicts "{target}" almost exactly ({said}). Such a column is as '
        "a rule made from the target or written down after it. If it is not known when a "
        "prediction is needed, this model will fail in use however good it looks: leave it out "
        f"with --features {others_only}."
    )
    return Remark("leak", "warning", (name, target), sentence)
