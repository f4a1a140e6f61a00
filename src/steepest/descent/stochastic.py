"""Mini-batch descent on linear models in compiled loops, recorded as any other descent.

The same steps as `Walk.over_batches`: every epoch shuffles the rows anew and goes through all of
them, and the rest of n rows of an epoch takes n/batch of a step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from steepest.descent.recorder import Columns, Row, Schedule
from steepest.errors import InputError
from steepest.objective.losses import Loss
from steepest.trace import Array

__all__ = ["Average", "Course", "LinearCost", "SparseRows", "compiled_steps"]

WORK = 20_000_000  # numbers that one piece of work goes through, some hundredths of a second
LAST = 2  # as in `stochastic_kernels`, which is loaded only when it is needed
ROW_WORK = 16  # what a row costs beside its numbers, in numbers


class SparseRows(Protocol):
    """Compressed sparse rows, as in `data.sparse.CSR`."""

    @property
    def data(self) -> NDArray[np.floating[Any]]:
        """(nnz,) the numbers, row after row."""
        ...

    @property
    def indices(self) -> NDArray[np.integer[Any]]:
        """(nnz,) the column of each."""
        ...

    @property
    def indptr(self) -> NDArray[np.integer[Any]]:
        """(m + 1,) where the rows begin."""
        ...

    @property
    def columns(self) -> int:
        """How many columns there are, d."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LinearCost:
    """J = Σ wᵢ loss(zᵢ, yᵢ) / Σ wᵢ + ½ l2 ‖w‖² + l1 ‖w‖₁, with z = X w + b.

    X:          (m, d) float64 or float32 in C order, or sparse
    y, weight:  (m,) float64; no weight: all rows weigh the same
    loss:       of one score, with a compiled number
    intercept:  whether the last parameter is b, which is never penalised

    Raises InputError for rows and losses that the compiled loops are not for.
    """

    X: NDArray[np.floating[Any]] | SparseRows
    y: Array
    loss: Loss
    weight: Array | None = None
    intercept: bool = True
    l2: float = 0.0
    l1: float = 0.0

    def __post_init__(self) -> None:
        if self.loss.compiled is None or self.loss.scores != "one":
            raise InputError(f"the {self.loss.name} loss has no compiled mini-batch descent")
        if isinstance(self.X, np.ndarray) and not self.X.flags.c_contiguous:
            raise InputError("the rows of X are not in C order; use np.ascontiguousarray(X)")

    @property
    def parameters(self) -> int:
        """How many parameters there are, p."""
        width = self.X.shape[1] if isinstance(self.X, np.ndarray) else self.X.columns
        return width + self.intercept

    @property
    def row_size(self) -> int:
        """How many numbers a row holds, on average."""
        held = (
            self.X.size if isinstance(self.X, np.ndarray) else int(np.ptp(self.X.indptr[[0, -1]]))
        )
        return held // len(self.y) + 1


@dataclass(frozen=True, slots=True)
class Course:
    """How a mini-batch descent goes.

    batch:         rows a step, from 1 to m
    steps:         the record has the steps 0 .. steps, the last of which is not taken
    seed:          of the shuffling
    momentum:      v := momentum v + g; θ := θ - α v, as in torch.optim.SGD
    schedule:      which steps are kept
    full_every:    the loss of all rows is computed at every so many steps; None: every epoch
    average_from:  the first step whose params count in the average (Polyak and Juditsky
                   1992, Ruppert 1988); None: no average is taken
    """

    batch: int
    steps: int
    seed: int = 0
    momentum: float = 0.0
    schedule: Schedule = field(default_factory=Schedule)
    full_every: int | None = None
    average_from: int | None = None

    def epoch(self, rows: int) -> int:
        """How many steps go through so many rows once."""
        return -(-rows // self.batch)

    def cadence(self, rows: int) -> _Cadence:
        """When the loss of all rows is computed."""
        return _Cadence(self.full_every or self.epoch(rows), self.schedule)


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """The mean (p,) of the params from `average_from` to `step`, and the loss of all rows there."""

    step: int
    params: Array
    full_loss: float


def _go_on() -> bool:
    return False


def compiled_steps(
    cost: LinearCost,
    course: Course,
    start: Array,
    rates: Callable[[NDArray[np.int64]], Array],
    full_loss: Callable[[Array], float],
    *,
    on_average: Callable[[Average], None] | None = None,
    asked: Callable[[], bool] = _go_on,
) -> Iterator[Columns]:
    """The record, piece by piece: at most an epoch or some hundredths of a second each.

    start:       (p,) not changed
    rates:       steps (k,) -> their learning rates (k,), as `Planned.at`
    full_loss:   params (p,) -> J; asked at the first step and then at the course's cadence
    on_average:  is given the average at each full loss and at the end
    asked:       whether to stop; looked at between pieces

    Kept are the steps of the schedule, and those with a full loss; the n-th full loss is
    computed where n is in the schedule too. The last piece holds what else a `Recorder` keeps
    (the lowest, the highest and the last step, where they are not kept already), so that
    `Columns.by_steps_of(pieces)` is the record. Ends after `steps`, when asked to, and at
    the first row whose loss or gradient is not finite, which is then the last.
    """
    state = _State.before(cost, course, start)
    walk = _walk(cost, course, state)
    generator = np.random.default_rng(course.seed)
    rows, epoch, cadence = len(cost.y), course.epoch(len(cost.y)), course.cadence(len(cost.y))
    weight = None if cost.weight is None else cost.weight / np.mean(cost.weight)
    order, step, finite = np.empty(0, np.int64), 0, True
    while finite and step <= course.steps and not (step and asked()):
        place = step % epoch
        if place == 0:
            order = generator.permutation(rows)
        full = cadence.keeps(step)
        full_value = full_loss(state.params) if full else math.nan
        if full and on_average is not None and state.averages(step):
            on_average(_average(state.total + state.params, state, step, full_loss))
        longest = min(course.steps + 1, step + _longest(cost, course))
        last = min(longest, step - place + epoch, cadence.after(step))
        taken = order[place * course.batch : (place + last - step) * course.batch]
        kept = _kept(course.schedule, step, last)
        if full and step not in course.schedule:
            kept = np.insert(kept, 0, step)
        piece = _room(kept, len(state.params))
        share = np.empty(0) if weight is None else weight[taken]
        finite = walk(cost.y[taken], share, taken, step, rates(np.arange(step, last)), piece)
        done = int(np.count_nonzero(kept <= state.edges.step[LAST]))
        if full:
            piece.full_loss[0] = full_value
        yield piece.resized(done) if done < len(kept) else piece
        step = last
    if finite and on_average is not None and state.averages(step - 1):
        on_average(_average(state.total, state, step - 1, full_loss))
    yield _edges_besides(state.edges, course.schedule, cadence)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What the compiled loops change: params, velocity, sum of the params, edges of the record."""

    params: Array
    velocity: Array
    total: Array
    edges: Columns  # the lowest, the highest and the last step; -1 where there is none yet
    average_from: int

    @classmethod
    def before(cls, cost: LinearCost, course: Course, start: Array) -> _State:
        """Before the first step."""
        edges = _room(np.full(3, -1, np.int64), cost.parameters)
        begin = -1 if course.average_from is None else course.average_from
        rest = np.zeros(cost.parameters)
        return cls(np.array(start, dtype=np.float64), rest, rest.copy(), edges, begin)

    def averages(self, step: int) -> bool:
        """Whether the params of that step count in the average."""
        return 0 <= self.average_from <= step


@dataclass(frozen=True, slots=True)
class _Cadence:
    """The steps at which the loss of all rows is computed."""

    every: int
    schedule: Schedule

    def keeps(self, step: int) -> bool:
        """Whether it is computed there."""
        return step % self.every == 0 and step // self.every in self.schedule

    def after(self, step: int) -> int:
        """The first such step after this one."""
        stride = self.schedule.stride(step // self.every + 1)
        return (step // self.every // stride + 1) * stride * self.every


def _average(
    total: Array, state: _State, step: int, full_loss: Callable[[Array], float]
) -> Average:
    params = total / (step - state.average_from + 1)
    return Average(step, params, full_loss(params))


def _longest(cost: LinearCost, course: Course) -> int:
    """How many steps a piece has at most: the same on every machine, so that all bits are."""
    lazy = not isinstance(cost.X, np.ndarray) and course.momentum == 0 and cost.l1 == 0
    a_step = course.batch * (cost.row_size + ROW_WORK) + (0 if lazy else cost.parameters)
    return max(1, WORK // a_step)


def _kept(schedule: Schedule, first: int, stop: int) -> NDArray[np.int64]:
    """The steps of the schedule from first to below stop."""
    parts = [np.empty(0, np.int64)]
    while first < stop:
        stride = schedule.stride(first)
        end = min(stop, schedule.dense * stride + 1)
        parts.append(np.arange(-(-first // stride) * stride, end, stride, dtype=np.int64))
        first = end
    return np.concatenate(parts)


def _room(steps: NDArray[np.int64], parameters: int) -> Columns:
    room = Columns.empty(len(steps), parameters)
    room.step[:] = steps
    room.full_loss[:] = np.nan
    return room


def _edges_besides(edges: Columns, schedule: Schedule, cadence: _Cadence) -> Columns:
    """The lowest, highest and last row, as far as no piece holds them; none of them twice."""
    missing: dict[int, Row] = {}
    for row in edges.rows():
        if row.step not in schedule and not cadence.keeps(row.step):
            missing[row.step] = row
    besides = Columns.empty(len(missing), edges.params.shape[1])
    for i, step in enumerate(sorted(missing)):
        besides.write(i, missing[step])
    return besides


def _walk(cost: LinearCost, course: Course, state: _State) -> Callable[..., bool]:
    """The compiled loop that fits: targets, weights, rows, first step, rates, piece -> finite."""
    from steepest.objective import sparse_stochastic_kernels as sparse
    from steepest.objective import stochastic_kernels as dense

    def record(columns: Columns) -> dense.Record:
        wide = (columns.params, columns.gradient)
        return dense.Record(columns.step, columns.loss, *wide, columns.learning_rate)

    kind = cast("int", cost.loss.compiled)
    price = dense.Cost(
        kind, float(cost.loss.bend), float(cost.l2), float(cost.l1), int(cost.intercept)
    )
    held = (state.params, state.velocity, state.total)
    motion = dense.Motion(*held, float(course.momentum), state.average_from)
    plain = course.momentum == 0 and cost.l1 == 0
    edges = record(state.edges)
    if isinstance(cost.X, np.ndarray):
        design = (cost.X,)
        single = plain and course.batch == 1
        steps = dense.dense_single_steps if single else dense.dense_steps
        size = () if single else (course.batch,)
    else:
        design = (cost.X.data, cost.X.indices, cost.X.indptr)
        steps = sparse.lazy_sparse_steps if plain else sparse.sparse_steps
        size = (course.batch,)

    def walk(
        y: Array, weight: Array, order: NDArray[np.int64], first: int, rates: Array, piece: Columns
    ) -> bool:
        rest = (price, motion, record(piece), edges)
        return bool(steps(*design, y, weight, order, *size, first, rates, *rest))

    return walk
