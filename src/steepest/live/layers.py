"""The layers of a watched loop as a page draws them: few columns, each the median of its steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.live.wire import Layers, Numbers
from steepest.trace import Array, Trace
from steepest.views.layers import layer_column, layer_names, update_to_weight

__all__ = ["MOST_COLUMNS", "layers_of", "trend_of"]

MOST_COLUMNS = 240
DIGITS = 3
LEAST_ROWS = 40
UNSTEADY = 0.1
WINDOW = 50
"""The line through noisy losses is a mean over one row in so many, to each side."""


def layers_of(trace: Trace) -> Layers | None:
    """Gradient norm and update-to-weight ratio by layer and step; None where there are none.

    The steps are cut evenly into at most 240; a column is of one of these parts in which
    something was looked at, and begins at the first step that was.
    """
    names = layer_names(trace)
    if not names:
        return None
    ratio = np.array([update_to_weight(trace, name) for name in names])
    gradient = np.array([layer_column(trace, "gradient_norm", name) for name in names])
    looked = np.flatnonzero(np.isfinite(gradient).any(axis=0) | np.isfinite(ratio).any(axis=0))
    if not len(looked):
        return None
    step = trace.step[looked]
    begins = _columns(step)
    return Layers(
        names=names,
        step=step[begins].tolist(),
        ratio=_medians(ratio[:, looked], begins),
        gradient=_medians(gradient[:, looked], begins),
    )


def trend_of(trace: Trace) -> Array | None:
    """(k,) a line through losses that jump from batch to batch; None where they are steady.

    Each point is the mean of the finite losses around it, of as many rows to both sides, fewer
    near the ends: at the beginning the line is where the loss is.
    """
    loss = trace.loss
    known = np.isfinite(loss)
    if len(loss) < LEAST_ROWS or known.sum() < 2:
        return None
    falls = np.diff(loss[known]) < 0
    if np.mean(falls[1:] != falls[:-1]) < UNSTEADY:
        return None
    rows = np.arange(len(loss))
    reach = np.minimum(max(2, len(loss) // WINDOW), rows)
    first, last = rows - reach, np.minimum(rows + reach, len(loss) - 1) + 1
    with np.errstate(all="ignore"):
        total = np.concatenate([[0.0], np.cumsum(np.where(known, loss, 0.0))])
        count = np.concatenate([[0], np.cumsum(known)])
        mean = (total[last] - total[first]) / (count[last] - count[first])
    return np.where(known, mean, np.nan)


def _columns(step: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each column begins among the steps."""
    span = int(step[-1] - step[0]) + 1
    part = (step - step[0]) * min(MOST_COLUMNS, span) // span
    return np.flatnonzero(np.diff(part, prepend=-1))


def _medians(table: Array, begins: NDArray[np.int64]) -> list[Numbers]:
    """(L, c) the medians over the steps of each column, to three digits; None where unknown."""
    middle = np.column_stack([_middle(part) for part in np.split(table, begins[1:], axis=1)])
    return [[_short(value) for value in row] for row in _carried(middle).tolist()]


def _middle(part: Array) -> Array:
    """(L,) the median of what is known in each row; NaN where that is nothing."""
    ordered = np.sort(part, axis=1)  # NaN to the end
    count = np.isfinite(part).sum(axis=1)
    rows = np.arange(len(part))
    low = ordered[rows, np.maximum(count - 1, 0) // 2]
    high = ordered[rows, np.minimum(count // 2, part.shape[1] - 1)]
    return (low + high) / 2


def _carried(table: Array) -> Array:
    """The same, where no layer has a number, as in the column before: nobody looked."""
    looked = np.flatnonzero(np.isfinite(table).any(axis=0))
    places = np.zeros(table.shape[1], dtype=np.int64)
    places[looked] = looked
    return table[:, np.maximum.accumulate(places)]


def _short(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
