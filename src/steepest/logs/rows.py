"""The rows of a log in order, one a step: merged, sorted, and those without a loss set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.logs.table import Cells
from steepest.readable import counted

__all__ = ["Rows", "in_order"]

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """step: (k,) int64, rising; columns: name -> k cells; remarks: what was done to them."""

    step: NDArray[np.int64]
    columns: Mapping[str, Cells]
    remarks: tuple[str, ...]


def in_order(columns: Mapping[str, Cells], loss: str, step: str | None, epoch: str | None) -> Rows:
    """One row a step, in the order of the steps, each with a loss.

    Rows of one step that hold different columns become one. Where the steps start again, as
    in a run that was resumed, the later rows count; only a row with a loss starts anything
    again. Where steps cannot tell rows apart (every batch of an epoch has the epoch's number),
    rows are counted instead. A row without a loss gives what else it holds to the nearest row
    that has one.
    """
    remarks: list[str] = []
    count = len(next(iter(columns.values())).values)
    number = _numbers(columns, loss, step, epoch, count, remarks)
    columns, number = _merged(columns, number)
    columns, number = _sorted(columns, number, columns[loss].known, remarks)
    columns, number = _with_loss(columns, number, loss, remarks)
    return Rows(number, columns, tuple(remarks))


def _numbers(
    columns: Mapping[str, Cells], loss: str, step: str | None, epoch: str | None, count: int,
    remarks: list[str],
) -> NDArray[np.int64]:  # fmt: skip
    """The step of each row; the row's place where no column tells rows apart."""
    for name in (step, epoch):
        if name is None:
            continue
        cells = _carried_on(columns[name], columns[loss].known)
        whole = cells.known & np.isfinite(cells.values)
        whole &= (cells.values == np.round(cells.values)) & (np.abs(cells.values) < 2.0**62)
        if not np.all(whole):
            remarks.append(f"{name} is not a whole number in every row, so it numbers no steps")
            continue
        found = cells.values.astype(np.int64)
        if _restarts_each_epoch(found, columns, name, epoch, columns[loss].known):
            remarks.append(f"{name} starts again in every epoch, so the rows are counted instead")
            break
        return found
    return np.arange(count)


def _carried_on(number: Cells, has_loss: NDArray[np.bool_]) -> Cells:
    """Steps of which every loss has one; rows between without a step are of the step before."""
    if np.all(number.known) or not np.any(has_loss) or not np.all(number.known[has_loss]):
        return number
    before = np.maximum.accumulate(np.where(number.known, np.arange(len(number.known)), 0))
    first = int(np.argmax(number.known))
    filled = number.values[np.maximum(before, first)]
    return Cells(filled, np.ones(len(filled), dtype=np.bool_))


def _restarts_each_epoch(
    number: NDArray[np.int64], columns: Mapping[str, Cells], name: str, epoch: str | None,
    has_loss: NDArray[np.bool_],
) -> bool:  # fmt: skip
    if epoch is None or epoch == name:
        return False
    of = columns[epoch].values[has_loss]
    back = np.diff(number[has_loss]) < 0
    if not np.any(back):
        return False
    return bool(np.all(np.diff(of)[back] > 0) and np.all(np.diff(of) >= 0))


def _take(columns: Mapping[str, Cells], rows: Index) -> dict[str, Cells]:
    return {name: cells.take(rows) for name, cells in columns.items()}


def _merged(
    columns: Mapping[str, Cells], number: NDArray[np.int64]
) -> tuple[dict[str, Cells], NDArray[np.int64]]:
    """Neighbouring rows of one step that do not contradict each other, as one row."""
    if not np.any(np.diff(number) == 0):
        return dict(columns), number
    values = np.stack([cells.values for cells in columns.values()])
    known = np.stack([cells.known for cells in columns.values()])
    kept: list[int] = []
    for row in range(len(number)):
        last = kept[-1] if kept else -1
        if last >= 0 and number[last] == number[row]:
            both = known[:, last] & known[:, row]
            same = np.array_equal(values[both, last], values[both, row], equal_nan=True)
            if same:
                new = known[:, row]
                values[new, last], known[new, last] = values[new, row], True
                continue
        kept.append(row)
    rows = np.asarray(kept)
    merged = {name: Cells(values[i, rows], known[i, rows]) for i, name in enumerate(columns)}
    return merged, number[rows]


def _sorted(
    columns: dict[str, Cells], number: NDArray[np.int64], has_loss: NDArray[np.bool_],
    remarks: list[str],
) -> tuple[dict[str, Cells], NDArray[np.int64]]:  # fmt: skip
    """In the order of the steps, by the rows with a loss: rows of a test or an evaluation may
    stand anywhere, at the end of the file too, and start nothing again."""
    at = np.flatnonzero(has_loss) if np.any(has_loss) else np.arange(len(number))
    steps = number[at]
    change = np.diff(steps)
    kept = np.arange(len(number))
    if np.all(change > 0):
        pass
    elif len(np.unique(steps)) == len(steps):
        remarks.append("the rows were not in the order of their steps, and were sorted")
    elif np.all(change >= 0):
        remarks.append("several rows have the same step, so the rows are counted instead")
        return columns, kept
    else:
        kept = _last_run(number, has_loss)
        back = at[1:][change < 0]
        where = f"at data row {back[0] + 1:,}" if len(back) == 1 else f"{len(back):,} times"
        gone = len(number) - len(kept)
        remarks.append(
            f"the steps start again {where}, as in a run that was resumed: of the rows before, "
            f"{counted(gone, 'row')} {_was(gone)} left out"
        )
    order = kept[np.argsort(number[kept], kind="stable")]
    return _take(columns, order), number[order]


def _last_run(number: NDArray[np.int64], has_loss: NDArray[np.bool_]) -> Index:
    """The rows that no later row with a loss goes back behind; nor, of those with a loss
    themselves, to."""
    after = np.where(has_loss, number, np.iinfo(np.int64).max)
    lowest = np.minimum.accumulate(after[::-1])[::-1]
    lowest_after = np.append(lowest[1:], np.iinfo(np.int64).max)
    return np.flatnonzero(np.where(has_loss, number < lowest_after, number <= lowest_after))


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _with_loss(
    columns: dict[str, Cells], number: NDArray[np.int64], loss: str, remarks: list[str]
) -> tuple[dict[str, Cells], NDArray[np.int64]]:
    """Only the rows with a loss; what the others hold goes to the nearest of them."""
    has = columns[loss].known
    if np.all(has) or not np.any(has):
        return columns, number
    kept, rest = np.flatnonzero(has), np.flatnonzero(~has)
    right = np.clip(np.searchsorted(kept, rest), 0, len(kept) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.abs(number[kept[left]] - number[rest]) <= np.abs(number[kept[right]] - number[rest])
    to = np.where(nearer, left, right)
    moved: list[str] = []
    found = _take(columns, kept)
    for name, cells in columns.items():
        free = cells.known[rest] & ~found[name].known[to]
        if name != loss and np.any(free):
            found[name].values[to[free]] = cells.values[rest[free]]
            found[name].known[to[free]] = True
            moved.append(name)
    if moved:
        given = ", ".join(moved[:3])
        remarks.append(
            f"{counted(len(rest), 'row')} without a loss gave {given} to the nearest with one"
        )
    else:
        remarks.append(f"{counted(len(rest), 'row')} without a loss {_was(len(rest))} left out")
    return found, number[kept]
