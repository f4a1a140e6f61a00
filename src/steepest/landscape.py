"""The cost around a path: a grid of J on a plane, for the picture of the contours.

The plane is that of the two parameters where there are two, and otherwise that of the
path's own two principal directions through its last point (Li et al. 2018, "Visualizing
the loss landscape of neural nets", section 7); which one it is, is said in `plane`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.objective.objective import Objective
from steepest.trace import Array, Trace

__all__ = [
    "Flat",
    "Landscape",
    "frame_around",
    "landscape_of",
    "losses_at",
    "losses_on",
    "plane_of_path",
    "shown_rows",
    "toward_start",
]

SHOWN = 2_000
MARGIN = 0.15
RUNAWAY = 100.0
LEAST = 3


@dataclass(frozen=True, slots=True)
class Landscape:
    """The cost J on a plane through a path.

    plane:      a sentence that says which plane it is
    x_label, y_label:  of the axes
    x, y:       (n,), (m,) grid positions along the axes
    loss:       m rows of n values: J at (x[j], y[i])
    path_x, path_y, path_step:  (k,) the recorded steps in the plane (thinned to at most
                2,000 for the picture), and their step numbers
    minimum:    where the minimum lies in the plane, where it is known and in the picture
    """

    plane: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    loss: tuple[tuple[float, ...], ...]
    path_x: tuple[float, ...]
    path_y: tuple[float, ...]
    path_step: tuple[int, ...]
    minimum: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A plane in the space of p parameters, with what it is and its axes are called."""

    origin: Array  # (p,)
    across: Array  # (p,) unit
    up: Array  # (p,) unit
    sentence: str
    labels: tuple[str, str]

    def coordinates(self, params: Array) -> Array:
        """(k, 2) where params (k, p) lie in the plane."""
        moved = params - self.origin
        return np.column_stack([moved @ self.across, moved @ self.up])

    def point(self, x: Array, y: Array) -> Array:
        """(k, p) the parameters at positions x (k,), y (k,)."""
        return self.origin + x[:, None] * self.across + y[:, None] * self.up


def landscape_of(objective: Objective, trace: Trace, *, units: str = "") -> Landscape | None:
    """J on a plane through the path of `trace`; None with one parameter, or no path.

    Of a path that runs away, the part is shown in which the loss is below 100 times the
    first one, and at least its first three steps. units: of the parameters, for the labels.
    """
    if trace.params is None or len(trace.names) < 2:
        return None
    rows = shown_rows(trace)
    if not len(rows):
        return None
    path = trace.params[rows]
    plane = plane_of_path(path, trace.names)
    flat = plane.coordinates(path)
    fact = trace.facts.get("minimum")
    minimum = None if fact is None else plane.coordinates(fact.array[None, :])[0]
    (left, right), (low, high), minimum = frame_around(flat, minimum)
    count = 61 if objective.powers().bowl is not None else 31
    x, y = np.linspace(left, right, count), np.linspace(low, high, count)
    suffix = f" ({units})" if units and len(trace.names) == 2 else ""
    return Landscape(
        plane=plane.sentence + (f", in {units} coordinates" if units and not suffix else ""),
        x_label=plane.labels[0] + suffix,
        y_label=plane.labels[1] + suffix,
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        loss=tuple(tuple(row) for row in losses_on(objective, plane, x, y).tolist()),
        path_x=tuple(flat[:, 0].tolist()),
        path_y=tuple(flat[:, 1].tolist()),
        path_step=tuple(trace.step[rows].tolist()),
        minimum=None if minimum is None else (float(minimum[0]), float(minimum[1])),
    )


def shown_rows(trace: Trace) -> np.ndarray:
    """The rows of a path that fit into a picture: finite, not run away, and not too many."""
    assert trace.params is not None  # noqa: S101
    finite = np.isfinite(trace.loss) & np.all(np.isfinite(trace.params), axis=1)
    tame = trace.loss <= RUNAWAY * max(abs(float(trace.loss[0])), 1e-300)
    tame[:LEAST] = True
    rows = np.flatnonzero(finite & tame)
    if len(rows) <= SHOWN:
        return rows
    # early steps move most, so the picture keeps them closer together
    spaced = np.geomspace(1, len(rows), SHOWN).astype(int) - 1
    return rows[np.unique(spaced)]


def plane_of_path(path: Array, names: tuple[str, ...]) -> Flat:
    """The plane of both parameters, or of the principal directions of a path (k, p)."""
    if len(names) == 2:
        across, up = np.eye(2)
        return Flat(np.zeros(2), across, up, "the plane of both parameters", (names[0], names[1]))
    origin = path[-1]
    _, sizes, directions = np.linalg.svd(path - origin, full_matrices=False)
    total = float(np.sum(sizes**2))
    share = float(np.sum(sizes[:2] ** 2)) / total if total > 0 else 1.0
    across = toward_start(directions[0], path)
    up = directions[1] if len(directions) > 1 else _any_other(across)
    return Flat(
        origin,
        across,
        toward_start(up, path),
        f"the plane of the path's own two principal directions through its last point; it holds "
        f"{share * 100:.3g} % of the path's movement",
        ("1st principal direction", "2nd principal direction"),
    )


def toward_start(direction: Array, path: Array) -> Array:
    """A direction (p,) or its opposite: that in which the path (k, p) begins."""
    return direction if (path[0] - path[-1]) @ direction >= 0 else -direction


def _any_other(across: Array) -> Array:
    other = np.zeros_like(across)
    other[int(np.argmin(np.abs(across)))] = 1.0
    other -= (other @ across) * across
    return other / np.linalg.norm(other)


def frame_around(
    flat: Array, minimum: Array | None
) -> tuple[tuple[float, float], tuple[float, float], Array | None]:
    """Limits of x and of y around the path, and around the minimum where it is near."""
    low: Array = flat.min(axis=0)
    high: Array = flat.max(axis=0)
    size: Array = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0) * 0.1)
    if minimum is not None:
        if np.all((minimum >= low - 3 * size) & (minimum <= high + 3 * size)):
            low, high = np.minimum(low, minimum), np.maximum(high, minimum)
            size = np.maximum(size, high - low)
        else:
            minimum = None
    low, high = low - MARGIN * size, high + MARGIN * size
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1])), minimum


def losses_on(objective: Objective, plane: Flat, x: Array, y: Array) -> Array:
    """(m, n) J on a plane, at positions x (n,) across and y (m,) up."""
    across, up = np.meshgrid(x, y)
    points = plane.point(across.ravel(), up.ravel())
    return losses_at(objective, points).reshape(across.shape)


def losses_at(objective: Objective, points: Array) -> Array:
    """(k,) J at points (k, p); infinite or NaN where it is."""
    bowl = objective.powers().bowl
    with np.errstate(all="ignore"):
        if bowl is not None:
            return bowl.losses(points)
        return np.array([objective.value_and_gradient(point)[0] for point in points])
