"""The record of a descent as a page reads it: plain values, NaN and the infinities as None.

The twins of `frontend/src/wire/record.ts`, field for field. Whatever was descended on, every
view reads a `DescentRecord` and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "Axes",
    "DescentRecord",
    "Facts",
    "Fit",
    "Layers",
    "Num",
    "Numbers",
    "PassNow",
    "Plane",
    "Profile",
    "WorkerNow",
    "Workers",
    "num",
    "numbers",
    "plain",
    "table",
]

Num = float | None
Numbers = list[Num]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the cost; None where it is not.

    sharpness: λ_max; condition_number: κ; largest_stable_rate: of the rule; minimum_loss: the
    least possible J; minimum: p values
    """

    sharpness: Num = None
    condition_number: Num = None
    largest_stable_rate: Num = None
    minimum_loss: Num = None
    minimum: Numbers | None = None


@dataclass(frozen=True, slots=True)
class Axes:
    """A point of a plane and its two directions of length 1, p values each."""

    origin: Numbers
    across: Numbers
    up: Numbers


@dataclass(frozen=True, slots=True)
class Plane:
    """J on a plane through the path.

    sentence:        says which plane it is
    x, y:            n and m grid positions, rising
    loss:            m rows of n values: J at (x[j], y[i])
    path_x, path_y:  k: where each row of the record lies in the plane
    whole:           whether it is the plane of exactly both parameters
    axes:            where it lies among the parameters; None where not all are in the record
    """

    sentence: str
    x_label: str
    y_label: str
    x: Numbers
    y: Numbers
    loss: list[Numbers]
    path_x: Numbers
    path_y: Numbers
    minimum: Numbers | None
    whole: bool
    axes: Axes | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Rows with all that a model does to them: inputs, representation, score, decision.

    feature:  the one numeric feature on the horizontal axis, or None where there are several
    inputs:   names of the raw inputs; rows: n rows of them
    terms:    names of the columns of the representation; design: n rows of them
    truth, held: n: the target (0 and 1 for two classes), and whether kept for validation
    curve_x, curve_design: where the model is drawn as a curve; empty where there is none
    total:    how many rows there are in all
    delta:    where Huber's loss turns from square to straight; None for other losses
    held_total: how many of the rows learned from or held out are held out, in all
    """

    link: Literal["identity", "logistic", "exp"]
    target: str
    feature: str | None
    inputs: list[str]
    rows: list[list[float | str | None]]
    terms: list[str]
    design: list[Numbers]
    intercept: bool
    truth: Numbers
    held: list[bool]
    classes: list[str]
    curve_x: Numbers
    curve_design: list[Numbers]
    total: int
    delta: Num
    held_total: int


@dataclass(frozen=True, slots=True)
class Profile:
    """J along one line through the parameters at a step; see `steepest.live.profiles`."""

    step: int
    along: str
    t: Numbers
    loss: Numbers
    here: Num
    height: Num
    slope: Num
    next: Num


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a network that was watched, over the steps; see `steepest.live.layers`.

    names:           L, in the order of the model
    step:            c, rising: where each column begins
    ratio, gradient: L rows of c: how far a step moves the layer as a share of its size, and the
                     norm of its gradient; medians over the steps of a column
    """

    names: list[str]
    step: list[int]
    ratio: list[Numbers]
    gradient: list[Numbers]


@dataclass(frozen=True, slots=True)
class DescentRecord:
    """The record of one descent: k rows of p parameters in the descended coordinates.

    diagnosis: `Diagnosis.to_dict()`; steps: how many were taken, more than rows where the
    record is thinned; note: what has to be said beside the pictures; growing: of a run that
    is not at its end yet; trend: k, a line through losses that jump from batch to batch; layers:
    of a network that was watched; known: whether J can be worked out at other parameters
    """

    names: list[str]
    step: list[int]
    loss: Numbers
    loss_of: Literal["full", "batch", "unknown"]
    validation: Numbers | None
    rate: Numbers
    params: list[Numbers] | None
    gradient: list[Numbers] | None
    rule: str
    facts: Facts
    stop: dict[str, str]
    diagnosis: dict[str, Any]
    plane: Plane | None
    fit: Fit | None
    steps: int
    note: str
    growing: bool
    trend: Numbers | None
    layers: Layers | None
    known: bool


@dataclass(frozen=True, slots=True)
class PassNow:
    """How far a walk over all rows is: how much is done of how much, sizes in bytes.

    rows, of_rows: None where the source does not say; seconds: since it began
    """

    what: str
    number: int
    pieces: int
    of_pieces: int
    rows: int | None
    of_rows: int | None
    size: int
    of_size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """One worker: its share of the pieces, and how long it worked in this pass.

    age: seconds since it was heard of, when this was written; None for never, and at the end
    """

    name: str
    pieces: int
    rows: int | None
    size: int
    seconds: float
    age: Num
    state: Literal["working", "idle", "lost"]
    restarts: int


@dataclass(frozen=True, slots=True)
class Workers:
    """Who walks over the pieces of a run, and how far; see `steepest.live.workers`."""

    engine: str
    status: Literal["running", "done", "interrupted", "failed"]
    now: PassNow
    workers: list[WorkerNow]


def num(value: float | None) -> Num:
    """The number, or None for what JSON has no word for."""
    return float(value) if value is not None and math.isfinite(value) else None


def numbers(values: ArrayLike) -> Numbers:
    """(k,) numbers, None for NaN and the infinities.

    >>> numbers([1.0, float("nan")])
    [1.0, None]
    """
    array = np.asarray(values, dtype=np.float64)
    if np.isfinite(array).all():
        return array.tolist()
    return [value if math.isfinite(value) else None for value in array.tolist()]


def table(values: ArrayLike) -> list[Numbers]:
    """(k, p) numbers, row by row."""
    array = np.asarray(values, dtype=np.float64)
    if np.isfinite(array).all():
        return array.tolist()
    return [numbers(row) for row in array]


def plain(value: Any) -> Any:
    """A value of this module, or what holds some, as dicts, lists, numbers and texts."""
    return msgspec.to_builtins(value)
