"""Writing the record: which steps are kept, and the columns that they are kept in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["Columns", "Recorder", "Row", "Schedule"]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One step: where it left from, and how big it was.

    params, gradient: (p,) before the update; loss there (of the batch in mini-batch
    descent); full_loss: of all rows where it was computed, else NaN.
    """

    step: int
    loss: float
    params: Array
    gradient: Array
    learning_rate: float
    full_loss: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a record: one array a quantity, one row a step."""

    step: NDArray[np.int64]  # (k,)
    loss: Array  # (k,)
    params: Array  # (k, p)
    gradient: Array  # (k, p)
    learning_rate: Array  # (k,)
    full_loss: Array  # (k,)

    @classmethod
    def empty(cls, rows: int, parameters: int) -> Columns:
        """Room for so many rows."""
        wide, narrow = (rows, parameters), (rows,)
        return cls(
            np.empty(narrow, np.int64),
            np.empty(narrow),
            np.empty(wide),
            np.empty(wide),
            np.empty(narrow),
            np.empty(narrow),
        )

    @classmethod
    def joined(cls, pieces: Sequence[Columns]) -> Columns:
        """Several records, one after the other."""
        parts = [[getattr(piece, name) for piece in pieces] for name in cls.__slots__]
        return cls(*(np.concatenate(part) for part in parts))

    @classmethod
    def by_steps_of(cls, pieces: Sequence[Columns]) -> Columns:
        """Several records as one, by step, each number copied once."""
        steps = np.concatenate([piece.step for piece in pieces])
        places = np.empty(len(steps), np.int64)
        places[np.argsort(steps)] = np.arange(len(steps))
        new, begin = cls.empty(len(steps), pieces[0].params.shape[1]), 0
        for piece in pieces:
            at = places[begin : begin + len(piece.step)]
            begin += len(at)
            together = len(at) > 0 and bool(np.all(np.diff(at) == 1))
            where = slice(at[0], at[-1] + 1) if together else at
            for name in cls.__slots__:
                getattr(new, name)[where] = getattr(piece, name)
        return new

    def rows(self) -> Iterator[Row]:
        """The same record, row by row."""
        for i in range(len(self.step)):
            yield self.row(i)

    def row(self, i: int) -> Row:
        """The row at index i."""
        return Row(
            int(self.step[i]),
            float(self.loss[i]),
            self.params[i],
            self.gradient[i],
            float(self.learning_rate[i]),
            float(self.full_loss[i]),
        )

    def resized(self, rows: int) -> Columns:
        """Room for more rows, or no more than these."""
        new = Columns.empty(rows, self.params.shape[1])
        kept = min(rows, len(self.step))
        for name in self.__slots__:
            getattr(new, name)[:kept] = getattr(self, name)[:kept]
        return new

    def write(self, i: int, row: Row) -> None:
        """Put a row at index i."""
        self.step[i] = row.step
        self.loss[i] = row.loss
        self.params[i] = row.params
        self.gradient[i] = row.gradient
        self.learning_rate[i] = row.learning_rate
        self.full_loss[i] = row.full_loss

    def by_step(self) -> Columns:
        """The same rows, by step."""
        return Columns.by_steps_of([self])


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which steps are kept: all up to `dense`, then ever sparser.

    Between dense·2^j and dense·2^(j+1) every 2^(j+1)-th step is kept, so that each octave
    adds dense/2 rows: a million steps keep about 43,000 rows. The first, the last, the
    lowest and the highest are always kept besides.

    >>> schedule = Schedule()
    >>> [step in schedule for step in (9_999, 10_001, 10_002, 20_002, 20_004)]
    [True, False, True, False, True]
    """

    dense: int = 10_000

    @classmethod
    def for_parameters(cls, count: int) -> Schedule:
        """Fewer rows where one row is large: of a million parameters ten, then five an octave."""
        return cls(int(np.clip(2_000_000 // max(count, 1), 10, 10_000)))

    def stride(self, step: int) -> int:
        """How far apart kept steps are around this step."""
        return 1 if step <= self.dense else 2 ** ((step - 1) // self.dense).bit_length()

    def __contains__(self, step: int) -> bool:
        return step % self.stride(step) == 0

    def up_to(self, last: int) -> NDArray[np.int64]:
        """All kept steps from 0 to `last`, and `last` itself."""
        parts = [np.arange(min(last, self.dense) + 1, dtype=np.int64)]
        start = self.dense
        while start < last:
            stride = self.stride(start + 1)
            first = (start // stride + 1) * stride
            parts.append(np.arange(first, min(2 * start, last) + 1, stride, dtype=np.int64))
            start *= 2
        return np.union1d(np.concatenate(parts), [last])

    def sentence(self) -> str:
        """The schedule in words."""
        return (
            f"every step up to {self.dense:,}; between {self.dense:,}·2^j and "
            f"{self.dense:,}·2^(j+1) every 2^(j+1)-th; the first, last, lowest and highest always"
        )


class Recorder:
    """Collects rows by the schedule; the lowest, highest and last are never lost.

    The columns are arrays that grow by doubling: recording a step copies one row.
    """

    def __init__(self, schedule: Schedule, parameters: int) -> None:
        self._schedule = schedule
        self._kept: Columns = Columns.empty(min(1024, schedule.dense + 1), parameters)
        self._rows = 0
        self._extremes: dict[str, Row] = {}

    def add(self, row: Row) -> bool:
        """Take note of a step; True when the schedule keeps it."""
        extremes = self._extremes
        extremes["last"] = row
        if "lowest" not in extremes or row.loss < extremes["lowest"].loss:
            extremes["lowest"] = row
        if "highest" not in extremes or row.loss > extremes["highest"].loss:
            extremes["highest"] = row
        if row.step not in self._schedule:
            return False
        if self._rows == len(self._kept.step):
            self._kept = self._kept.resized(2 * self._rows)
        self._kept.write(self._rows, row)
        self._rows += 1
        return True

    def columns(self) -> Columns:
        """The kept rows in order, with the extreme and last ones among them."""
        kept = self._kept.resized(self._rows)
        missing = {
            row.step: row for row in self._extremes.values() if row.step not in self._schedule
        }
        columns = kept.resized(self._rows + len(missing))
        for i, row in enumerate(missing.values(), start=self._rows):
            columns.write(i, row)
        return columns.by_step() if missing else columns
