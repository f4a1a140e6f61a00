"""What the leakage checks look at: all columns of the usable rows, and which of them judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import numbers
from steepest.data.contract import Column, Contract
from steepest.evaluation.leakage.moments import Moment, moments_of
from steepest.evaluation.leakage.twins import Twins, find_twins, marks_of
from steepest.evaluation.splits.split import Rows, Split
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Evidence", "evidence_of"]

_MOST_ROWS = 50_000
_MOST_TWINS = 200_000
_MOST_COLUMNS = 300
_MOST_CELLS = 6_000_000
_MOST_MARKS = 15_000_000
_WIDTHS = (1e-3, 2e-2)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The usable rows of a table, all its columns, and which rows judge.

    frame:   m rows; truth: (m,) numbers, or the places of the contract's classes
    part:    (m,) 0 for rows that train and 1 for those held out; or the fold of each row
    forward: whether only rows of lower parts train for those of a part
    order:   (m,) the number of each row in the table that it was sampled from
    """

    frame: pl.DataFrame
    contract: Contract
    truth: Array
    split: Split
    part: NDArray[np.int64]
    forward: bool
    order: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """How many rows are looked at."""
        return len(self.truth)

    @property
    def classes(self) -> int:
        """How many classes the target has; 0 for a number."""
        return len(self.contract.classes)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(m,) True for the rows that judge a model."""
        return self.part > 0 if self.forward else np.ones(self.rows, dtype=np.bool_)

    @cached_property
    def some(self) -> Evidence:
        """At most 50,000 of the rows, and 6 million values, at random, in their order."""
        return self.sampled(min(_MOST_ROWS, _MOST_CELLS // max(len(self.features), 1)))

    def sampled(self, most: int) -> Evidence:
        """At most so many of the rows, at random, in their order."""
        if self.rows <= most:
            return self
        rows = np.sort(np.random.default_rng(0).choice(self.rows, most, replace=False))
        return self.picked(rows)

    def picked(self, rows: NDArray[np.int64]) -> Evidence:
        """Those of the rows."""
        return replace(
            self,
            frame=self.frame[rows],
            truth=self.truth[rows],
            part=self.part[rows],
            order=self.order[rows],
        )

    @cached_property
    def features(self) -> tuple[Column, ...]:
        """The features, the first 300 of them."""
        return self.contract.features[:_MOST_COLUMNS]

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The names of the features that are numbers, or true or false."""
        return tuple(c.name for c in self.features if c.kind in ("number", "truth"))

    @cached_property
    def matrix(self) -> Array:
        """(m, d) of `numbers`; nan for what is missing."""
        columns = [numbers(self.frame[name]).to_numpy() for name in self.numbers]
        return np.column_stack(columns) if columns else np.empty((self.rows, 0))

    def column(self, name: str) -> Column:
        """What the contract says of a column."""
        return next(c for c in self.contract.columns if c.name == name)

    @cached_property
    def indicators(self) -> Array:
        """(m, k) the target as numbers: itself, 1 for the second of two classes, or K columns of
        1 where a row is of the class and 0 where not."""
        if self.classes <= 2:
            return self.truth[:, None].astype(np.float64)
        places = np.arange(self.classes)
        return (self.truth[:, None] == places).astype(np.float64)

    @cached_property
    def leaking(self) -> frozenset[str]:
        """The columns that the contract says to give the target away."""
        remarks = self.contract.remarks
        return frozenset(remark.columns[0] for remark in remarks if remark.code == "leak")

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The columns that tell when a row was, of `some`."""
        asked = self.split.column if self.split.method == "time" else ""
        return moments_of(self.some.frame, self.contract, asked)

    @cached_property
    def equal(self) -> Twins:
        """Rows that are equal in every column of the table."""
        frame = self.twins_of.frame
        return find_twins(marks_of(frame, frame.columns[: 2 * _MOST_COLUMNS]))

    @cached_property
    def alike(self) -> Twins:
        """Rows that are equal in features and target, but for rounding; identifiers apart."""
        names = [*self._compared, self.contract.target]
        spreads = [self._spread(name) for name in names]
        tried = [find_twins(marks_of(self.twins_of.frame, names))]
        for width in _WIDTHS:
            cells = [width * spread for spread in spreads]
            tried.append(find_twins(marks_of(self.twins_of.frame, names, cells)))
        return max(tried, key=lambda twins: int(twins.copied[twins.group].sum()))

    @cached_property
    def alike_features(self) -> Twins:
        """Rows that are equal in every feature."""
        return find_twins(marks_of(self.twins_of.frame, self._compared))

    @cached_property
    def twins_of(self) -> Evidence:
        """The rows that the twins are told of: at most 200,000."""
        return self.sampled(min(_MOST_TWINS, _MOST_MARKS // max(len(self.features), 1)))

    @property
    def _compared(self) -> list[str]:
        return [column.name for column in self.features if column.kind != "other"]

    def _spread(self, name: str) -> float:
        """The standard deviation of a number column of more than a few values, else 0."""
        column = self.column(name)
        if column.kind != "number" or column.std is None or column.distinct <= 20:
            return 0.0
        return column.std


def evidence_of(
    frame: pl.DataFrame,
    contract: Contract,
    truth: Array,
    split: Split,
    pairs: Sequence[tuple[Rows, Rows]],
) -> Evidence:
    """The evidence of a fit; pairs: (train, held out) of the split, or of each fold."""
    part = np.zeros(frame.height, dtype=np.int64)
    forward = not split.folds or split.method == "time"
    for place, (_, held) in enumerate(pairs):
        part[held] = place + 1 if forward else place
    order = np.arange(frame.height)
    return Evidence(frame, contract, truth, split, part, forward, order)
