"""J along one line through the parameters at a step: for the tangent, the secant, the arrow."""

from __future__ import annotations

import math

import numpy as np

from steepest.errors import InputError
from steepest.landscape import losses_at
from steepest.live.wire import Profile, num, numbers
from steepest.objective.objective import Objective
from steepest.trace import Array, Trace

__all__ = ["profile_of"]

POINTS = 201
NEAR = 3
REACH = 2.5
FILL = 0.92
ALONE = 0.1
TIGHT = 1e-7
HUGE = 1e300


def profile_of(objective: Objective, trace: Trace, step: int, along: int) -> Profile:
    """J along parameter `along` at the row of `step`, or the last one before it; -1: along the
    gradient, where positions are distances downhill.

    The positions hold where the step leaves from and ends, the way of the path near it, and
    the lowest point of a bowl. Raises InputError where no parameters were recorded there.
    """
    if trace.params is None:
        raise InputError("this record holds no parameters, and J cannot be drawn along one")
    row = max(int(np.searchsorted(trace.step, step, side="right")) - 1, 0)
    point = trace.params[row]
    if not np.isfinite(point).all():
        raise InputError(f"the parameters are not finite at step {trace.step[row]:,}; go back")
    with np.errstate(all="ignore"):
        height, gradient = objective.value_and_gradient(point)
        direction, offset, name = _line(trace, point, gradient, along)
        slope = float(gradient @ direction)
        end = _next(trace, row)
        here, after = offset, None if end is None else offset + float((end - point) @ direction)
        t = _positions(objective, point, direction, slope, here, after, _walked(trace, row, along))
        loss = losses_at(objective, point + (t - here)[:, None] * direction)
    return Profile(
        step=int(trace.step[row]),
        along=name,
        t=numbers(t),
        loss=numbers(loss),
        here=num(here),
        height=num(height),
        slope=num(slope),
        next=num(after),
    )


def _line(trace: Trace, point: Array, gradient: Array, along: int) -> tuple[Array, float, str]:
    """The direction (p,) of the line, the position of the point on it, and its name."""
    if along == -1:
        size = float(np.linalg.norm(gradient))
        usable = np.isfinite(size) and size > 0
        return (-gradient / size if usable else np.eye(len(point))[0]), 0.0, "the gradient"
    if along >= len(point):
        raise InputError(f"along is {along:,}; there are {len(point):,} parameters, from 0")
    return np.eye(len(point))[along], float(point[along]), trace.names[along]


def _next(trace: Trace, row: int) -> Array | None:
    """Where the step ends: as recorded, or as plain descent takes it."""
    assert trace.params is not None  # noqa: S101
    if row + 1 < len(trace) and trace.step[row + 1] == trace.step[row] + 1:
        return trace.params[row + 1]
    if trace.rule == "gradient_descent" and trace.gradient is not None:
        return trace.params[row] - trace.learning_rate[row] * trace.gradient[row]
    return None


def _walked(trace: Trace, row: int, along: int) -> Array:
    """Values of the parameter in the steps around the row; nothing for the gradient."""
    if along == -1 or trace.params is None:
        return np.empty(0)
    return trace.params[max(row - NEAR, 0) : row + NEAR + 1, along]


def _positions(
    objective: Objective,
    point: Array,
    direction: Array,
    slope: float,
    here: float,
    after: float | None,
    walked: Array,
) -> Array:
    """(POINTS,) evenly over a window that holds all that is to be seen."""
    # a path that goes much further than this step would leave nothing to be seen of it
    step = 0.0 if after is None else abs(after - here)
    close = walked[np.abs(walked - here) <= REACH * step] if step > 0 else walked
    seen = [here, *([] if after is None else [after]), *close.tolist()]
    product = objective.powers().hessian_vector
    if product is not None:
        curvature = float(direction @ product(point)(direction))
        if curvature > 0:
            seen.append(here - slope / curvature)
    finite = [position for position in seen if np.isfinite(position)]
    low, high = min(finite), max(finite)
    # on less than that the curve would be nothing but the rounding of J
    alone = not high - low > max(TIGHT * max(abs(low), abs(high)), 1 / HUGE)
    begin, end = _window(low, high, max(abs(here), 1.0) * ALONE if alone else high - low)
    return np.linspace(begin, end, POINTS)


def _window(low: float, high: float, size: float) -> tuple[float, float]:
    """The least window around low and high whose half is a power of 2 and whose middle is a
    multiple of that: most rows in a row share one, so that the picture stands still.
    """
    if not size < HUGE:
        return low, high
    half = 2.0 ** math.ceil(math.log2(size / 2))
    while True:
        middle = half * math.floor((low / 2 + high / 2) / half + 0.5)
        if low >= middle - FILL * half and high <= middle + FILL * half:
            return middle - half, middle + half
        half *= 2
