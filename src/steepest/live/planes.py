"""J on a plane through the path: of both parameters, the steepest, the path's own, or chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.landscape import (
    Flat,
    Landscape,
    frame_around,
    losses_on,
    plane_of_path,
    shown_rows,
    toward_start,
)
from steepest.live.setting import Setting
from steepest.live.thinning import MOST_PARAMS
from steepest.live.wire import Axes, Numbers, Plane, numbers, table
from steepest.objective.objective import Objective
from steepest.readable import readable
from steepest.trace import Array, Trace

__all__ = ["Asked", "plane_of", "stored_plane"]

FINE, COARSE = 61, 31
MOST_TAKEN_APART = 500  # whose Hessian is taken apart for its two steepest directions


@dataclass(frozen=True, slots=True)
class Asked:
    """Which plane: of "chosen" the places of two parameters among all p."""

    plane: str
    chosen: tuple[int, int]

    @classmethod
    def of(cls, setting: Setting, kept: NDArray[np.int64]) -> Asked:
        """As a setting says, whose places are among the parameters that are shown."""
        first, second = (int(kept[min(place, len(kept) - 1)]) for place in setting.chosen)
        return cls(setting.plane, (first, second))


def plane_of(
    objective: Objective, trace: Trace, rows: NDArray[np.int64], asked: Asked
) -> Plane | None:
    """J of `objective` on a plane through the path, and where `rows` of the trace lie in it.

    None with one parameter, or where no row can be drawn.
    """
    if trace.params is None or len(trace.names) < 2:
        return None
    drawn = shown_rows(trace)
    if not len(drawn):
        return None
    path = trace.params[drawn]
    flat = _flat(objective, trace.names, path, asked)
    where = flat.coordinates(path)
    fact = trace.facts.get("minimum")
    minimum = None if fact is None else flat.coordinates(fact.array[None, :])[0]
    (left, right), (low, high), minimum = frame_around(where, minimum)
    count = COARSE if objective.powers().bowl is None else FINE
    x, y = np.linspace(left, right, count), np.linspace(low, high, count)
    loss = losses_on(objective, flat, x, y)
    with np.errstate(all="ignore"):
        walked = flat.coordinates(trace.params[rows])
    return Plane(
        sentence=flat.sentence,
        x_label=flat.labels[0],
        y_label=flat.labels[1],
        x=numbers(x),
        y=numbers(y),
        loss=table(loss),
        path_x=numbers(walked[:, 0]),
        path_y=numbers(walked[:, 1]),
        minimum=None if minimum is None else numbers(minimum),
        whole=len(trace.names) == 2,
        axes=_axes(flat) if len(trace.names) <= MOST_PARAMS else None,
    )


def _axes(flat: Flat) -> Axes:
    return Axes(numbers(flat.origin), numbers(flat.across), numbers(flat.up))


def stored_plane(landscape: Landscape, trace: Trace, rows: NDArray[np.int64]) -> Plane:
    """The plane that was saved with a run; rows that were not saved with it lie nowhere."""
    places = {step: place for place, step in enumerate(landscape.path_step)}
    found = [places.get(int(step)) for step in trace.step[rows]]

    def at(path: tuple[float, ...]) -> Numbers:
        return numbers([float("nan") if place is None else path[place] for place in found])

    return Plane(
        sentence=landscape.plane,
        x_label=landscape.x_label,
        y_label=landscape.y_label,
        x=numbers(landscape.x),
        y=numbers(landscape.y),
        loss=table(landscape.loss),
        path_x=at(landscape.path_x),
        path_y=at(landscape.path_y),
        minimum=None if landscape.minimum is None else numbers(landscape.minimum),
        whole=len(trace.names) == 2,
        axes=None,
    )


def _flat(objective: Objective, names: tuple[str, ...], path: Array, asked: Asked) -> Flat:
    if len(names) == 2:
        return plane_of_path(path, names)
    if asked.plane == "chosen" and asked.chosen[0] != asked.chosen[1]:
        return _chosen(names, path, *asked.chosen)
    if asked.plane == "steepest":
        steepest = _steepest(objective, path)
        if steepest is not None:
            return steepest
    return plane_of_path(path, names)


def _chosen(names: tuple[str, ...], path: Array, first: int, second: int) -> Flat:
    """Of two parameters, whose own values are the coordinates."""
    origin = path[-1].copy()
    origin[[first, second]] = 0.0
    across, up = np.eye(len(names))[[first, second]]
    sentence = (
        f"the plane of {names[first]} and {names[second]}, the other parameters as they are at "
        "the last step"
    )
    return Flat(origin, across, up, sentence, (names[first], names[second]))


def _steepest(objective: Objective, path: Array) -> Flat | None:
    """Of the two largest curvatures; None where the Hessian is not known, or not finite."""
    powers = objective.powers()
    if powers.bowl is not None:
        curvatures, axes = powers.bowl.curvatures, powers.bowl.axes
    else:
        if powers.hessian is None or path.shape[1] > MOST_TAKEN_APART:
            return None
        with np.errstate(all="ignore"):
            hessian = powers.hessian(path[-1])
        if not np.isfinite(hessian).all():
            return None
        curvatures, axes = np.linalg.eigh(hessian)
        curvatures, axes = curvatures[::-1], axes[:, ::-1]
    across, up = (toward_start(axes[:, j], path) for j in (0, 1))
    sentence = (
        "the plane of the two steepest directions through the last point of the path; J curves "
        f"{readable(curvatures[0])} along the first and {readable(curvatures[1])} along the second"
    )
    return Flat(path[-1], across, up, sentence, ("steepest direction", "2nd steepest direction"))
