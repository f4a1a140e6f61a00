"""The host's side of a training step of JAX: what was seen on the device, made into rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from threading import RLock
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from steepest.trace import Array
from steepest.watching.coordinates import Coordinates
from steepest.watching.doors import framework
from steepest.watching.telling import say
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["DENSE", "EVERY", "HEAD", "OptaxLoop", "Seen"]

EVERY = 32
DENSE = 64
SOON = 8
HEAD = 3
NONE = -math.inf


class Seen(NamedTuple):
    """What an observed optimizer keeps in its state, on the device.

    Three arrays, because each costs two microseconds a step to hand in and out.

    head:   (3 + r,) updates so far; how many of them were looked at; 1 once a recorded number was
            not finite; and the steps that were looked at last, in turn, -1 for none
    rows:   (r, 2s) sampled parameters before the update of each of them, and gradients there
    lines:  (n, 2) loss that came with each of the last updates, -inf where none did, and
            learning rate, NaN where unknown
    """

    head: Any
    rows: Any
    lines: Any

    @property
    def updates(self) -> int:
        """Updates so far; on the host."""
        return int(self.head[0])

    @property
    def broken(self) -> bool:
        """Whether a recorded number was not finite; on the host."""
        return bool(self.head[2])

    @property
    def looked(self) -> dict[int, int]:
        """Which row a step has; on the host."""
        steps: list[int] = self.head[HEAD:].tolist()
        return {step: row for row, step in enumerate(steps) if step >= 0}

    @property
    def params(self) -> Array:
        """(r, s) sampled parameters; on the host."""
        return self.rows[:, : self.rows.shape[1] // 2]

    @property
    def gradient(self) -> Array:
        """(r, s) sampled gradients; on the host."""
        return self.rows[:, self.rows.shape[1] // 2 :]


class OptaxLoop:
    """Watches a loop by the state of its optimizer, or by what its steps send.

    `w.log(loss=loss, state=state)` once a step; `state` is any tree that holds the state of the
    optimizer. The losses are read together with the state: nothing waits for the device between.
    """

    session: Session
    watching: Watching

    def __init__(self, name: str = "optimizer") -> None:
        self._name = name
        self._jax = framework("jax", "jax")
        self._where: Coordinates | None = None
        self._losses: list[Any] = []
        self._next = 0
        self._calls = 0
        self._read_at = SOON
        self._state: Any = None
        self._sent: list[tuple[bool, Seen]] = []
        self._told: set[str] = set()
        self._logged = self._heard = False
        self._lock = RLock()

    @classmethod
    def of(cls, watching: Watching, name: str) -> OptaxLoop:
        """The one of this watching, which watches an optimizer of JAX from now on."""
        adapter = watching.adapter
        known = isinstance(adapter, cls)
        loop = adapter if known else cls(name)
        loop.watching, loop.session = watching, watching.session
        if not known:
            watching.adopt(loop)
        return loop

    @property
    def about(self) -> Mapping[str, str]:
        """An optimizer is all that is known."""
        return {"source": "JAX", "target": self._name}

    def attach(self, watching: Watching) -> None:
        """Nothing to hang: the optimizer sees by itself."""
        self.watching, self.session = watching, watching.session
        version = f"JAX {self._jax.__version__}"
        self.session.fact("framework", version, "its own version")

    def follow(self, where: Coordinates) -> None:
        """Which coordinates the optimizer records; a second optimizer is not followed."""
        if self._where is None:
            self._where = where
            self.session.follow(where)
        elif self._where.tensors != where.tensors:
            raise ValueError("one watching follows one optimizer; its parameters have changed")

    def loss(self, loss: Any) -> None:
        """A step's loss without the state: what the steps send makes the record."""
        self._take(loss)
        self._due(None)

    def log(self, given: Logged) -> None:
        """A step's loss and state; or other measures, of the step read last."""
        measures = dict(given.measures)
        state = measures.pop("state", None)
        if given.loss is not None:
            self._take(given.loss)
        for name, value in measures.items():
            self.session.measure(max(self.session.step, 0), name, float(value))
        if given.loss is not None or state is not None:
            self._due(state)

    def heard(self, told: Any, *parts: Any) -> None:
        """What a step sent by itself, in a thread of JAX: it must neither fail nor stop there."""
        if self.watching.failed is not None:
            return
        try:
            with self._lock:
                self._heard = True
                self._sent.append((bool(told), _single(Seen(*map(np.array, parts)))))
                if bool(told) and not self._logged:  # nobody else will come for it
                    self._hear(math.inf)
                    self.watching.tell()
        except Exception as error:
            self.watching.step_aside(error)

    def detach(self) -> None:
        """Read what is left, as far as the last state was not given away."""
        self._read(self._state)
        with self._lock:
            self._hear(math.inf)
            self._end()
        self._state = None

    def _end(self) -> None:
        """The losses after the last rows that were sent."""
        session = self.session
        if session.whole or not self._heard:
            return
        losses, self._losses = self._numbers(self._losses).tolist(), []
        for step, loss in enumerate(losses, self._next):
            session.begin(step, math.nan)
            session.loss(step, loss)
        self._next += len(losses)

    def _take(self, loss: Any) -> None:
        self._logged = True
        self._losses.append(loss)

    def _due(self, state: Any) -> None:
        """Read every 8th call at first, every 32nd later."""
        self._calls += 1
        if state is not None:
            self._state = state
        if self._calls < self._read_at:
            return
        self._read_at = self._calls + (SOON if self._calls < DENSE else EVERY)
        self._read(state)
        if self.session.step >= 0:
            self.session.tick()

    def _read(self, state: Any) -> None:
        """One wait for the device: the rows of the state, and the losses of the steps behind it."""
        began = perf_counter()
        seen = self._seen_in(state)
        if seen is not None:
            with self._lock:
                self._rows(seen, self._numbers(self._losses))
                self._losses.clear()
        elif self._sent:
            losses = self._numbers(self._losses)
            with self._lock:
                self._losses = losses.tolist()
                self._hear(self._next + len(losses))
        elif not self._heard and self._calls >= DENSE and self._where is not None:
            self._say("state", "hand over the state as well, w.log(loss=loss, state=state), or "
                      "use observed(..., callback=True)")  # fmt: skip
            self._losses.clear()
        self.session.budget.spend(perf_counter() - began)

    def _seen_in(self, state: Any) -> Seen | None:
        """The rows in a tree, on the host; None where it has none, or gave its buffers away."""
        if state is None:
            return None
        leaves = self._jax.tree.leaves(state, is_leaf=_is_seen)
        found = next((leaf for leaf in leaves if isinstance(leaf, Seen)), None)
        if found is None:
            self._say("none", "the state that was logged is not of the observed optimizer: it was "
                      "not made by its init")  # fmt: skip
            return None
        try:
            parts = self._jax.device_get(tuple(found))
        except RuntimeError:  # donated to the next step
            return None
        return _single(Seen(*parts))

    def _numbers(self, losses: list[Any]) -> Array:
        """All losses in order; a loss of many numbers is that of many steps."""
        if not losses:
            return np.empty(0)
        held = self._jax.device_get(losses)
        return np.concatenate([np.asarray(loss, dtype=np.float64).reshape(-1) for loss in held])

    def _hear(self, upto: float) -> None:
        """Rows that were sent, of steps whose losses are there."""
        while self._sent and (self._sent[0][0] or self._sent[0][1].updates <= upto):
            _, seen = self._sent.pop(0)
            steps = max(seen.updates - self._next, 0)
            losses, self._losses = self._losses[:steps], self._losses[steps:]
            self._rows(seen, np.asarray(losses, dtype=np.float64))

    def _rows(self, seen: Seen, logged: Array) -> None:
        """Rows of all steps since the last time."""
        session, count = self.session, seen.updates
        steps = range(self._next, count)
        self._next = max(count, self._next)
        if not steps:
            return
        losses = _losses_of(steps, seen, logged)
        if losses is None:
            self._say("loss", "no loss was given: log it, w.log(loss=loss, state=state), or hand "
                      "it to the optimizer, update(..., value=loss)")  # fmt: skip
            return
        looked = seen.looked
        if bool(np.isnan(seen.params[list(looked.values())]).all()):
            session.lacking.add("params")
        for step, loss in zip(steps, losses.tolist(), strict=True):
            if loss == NONE:
                continue
            session.begin(step, _rate_of(step, count, seen.lines[:, 1]))
            session.loss(step, loss)
            row = looked.get(step)
            if row is None:
                session.lacking |= {"params", "gradient"}
            else:
                session.capture(step, seen.params[row], seen.gradient[row], 2e-5)
        if seen.broken and self._where is not None:
            self._name_broken(seen, looked)

    def _name_broken(self, seen: Seen, looked: Mapping[int, int]) -> None:
        """The first step and the layer of a number that is not finite.

        What overflows on the way back is not finite there and in all layers before it: the last
        of these is where it began, unless it is all of them.
        """
        if "first_non_finite" in self.session.facts or self._where is None:
            return
        for step, row in sorted(looked.items()):
            for kind, table in (("parameters", seen.params), ("gradient", seen.gradient)):
                bad = _broken_layers(self._where, table[row])
                if bad and not (kind == "parameters" and "params" in self.session.lacking):
                    self._tell_broken(step, kind, bad)
                    return

    def _tell_broken(self, step: int, kind: str, bad: list[str]) -> None:
        assert self._where is not None  # noqa: S101
        first = bad[-1] if kind == "gradient" and len(bad) < len(self._where.layers) else bad[0]
        how = "the recorded coordinates, at every step"
        every = len(bad) == len(self._where.layers) and len(bad) > 1
        layers = "all layers at once" if every else first
        text = f"the {kind} of {layers}"
        session = self.session
        session.fact("non_finite_kind", kind, how)
        session.fact("non_finite_layers", "" if every else first, how)
        session.fact("non_finite_step", float(step), how)
        session.fact("first_non_finite", text, how, pressing=True)

    def _say(self, about: str, sentence: str) -> None:
        if about not in self._told:
            self._told.add(about)
            say(sentence)


def _is_seen(node: Any) -> bool:
    return isinstance(node, Seen)


def _single(seen: Seen) -> Seen:
    """Of several replicas, or of several trainings side by side, the first."""
    while seen.head.ndim > 1:
        seen = Seen(*(part[0] for part in seen))
    return seen


def _losses_of(steps: range, seen: Seen, logged: Array) -> Array | None:
    """(n,) the loss of each step: as logged, the mean of as many as came a step; else as handed
    to the updates, NONE where neither was; None for none at all."""
    if len(logged) >= len(steps):
        return np.array([part.mean() for part in np.array_split(logged, len(steps))])
    handed: Array = seen.lines[:, 0]
    kept = np.array(steps) >= steps[-1] + 1 - len(handed)
    losses = np.where(kept, handed[np.array(steps) % len(handed)], NONE).astype(np.float64)
    if len(logged):
        losses[-len(logged) :] = logged
    return None if np.all(losses == NONE) else losses


def _rate_of(step: int, count: int, rates: Array) -> float:
    return float(rates[step % len(rates)]) if step >= count - len(rates) else math.nan


def _broken_layers(where: Coordinates, row: Array) -> list[str]:
    bad = ~np.isfinite(row)
    ends = [*where.starts[1:].tolist(), len(row)]
    spans = zip(where.layers, where.starts, ends, strict=True)
    return [layer for layer, first, last in spans if bad[first:last].any()]
