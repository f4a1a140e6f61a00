"""Loops written by hand: everything comes through `w.log`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from steepest.errors import InputError
from steepest.trace import Array
from steepest.watching.coordinates import MOST, Tensor, coordinates_of
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["PlainLoop"]


class PlainLoop:
    """Watches a loop by what it logs: one call of `w.log` a step."""

    session: Session

    def __init__(self) -> None:
        self._named: dict[str, int] | None = None
        self._places: list[Any] = []

    @property
    def about(self) -> Mapping[str, str]:
        """Nothing is known of it."""
        return {"source": "loop", "target": ""}

    def attach(self, watching: Watching) -> None:
        """Nothing to hang."""
        self.session = watching.session

    def detach(self) -> None:
        """Nothing to take away."""

    def loss(self, loss: Any) -> None:
        """One step of which only the loss is known."""
        self.session.begin(self.session.step + 1, math.nan)
        self.session.loss(self.session.step, float(loss))
        self.session.tick()

    def log(self, given: Logged) -> None:
        """One step, whole; a call without a loss adds to the last one."""
        session = self.session
        if given.loss is not None:
            step = session.step + 1 if given.step is None else int(given.step)
            if step <= session.step:
                raise InputError(f"step {step} was logged after step {session.step}")
            rate = math.nan if given.learning_rate is None else float(given.learning_rate)
            session.begin(step, rate)
            session.loss(step, float(given.loss))
            if given.params is not None and given.gradient is not None:
                self._capture(step, given.params, given.gradient)
        for name, value in given.measures.items():
            session.measure(session.step, name, float(value))
        if given.loss is not None:
            session.tick()

    def _capture(self, step: int, params: Any, gradient: Any) -> None:
        params, gradient = _tensors(params), _tensors(gradient)
        if self._named is None:
            self._begin(params)
        sizes = {name: array.size for name, array in params.items()}
        if sizes != self._named or sizes != {name: a.size for name, a in gradient.items()}:
            raise InputError(
                f"parameters of sizes {self._named} were logged at first; at step {step} came "
                f"parameters of {sizes} and gradients of {[a.size for a in gradient.values()]}"
            )
        if self.session.looks(step):
            self.session.capture(step, self._sampled(params), self._sampled(gradient), 2e-5)

    def _begin(self, params: Mapping[str, Array]) -> None:
        self._named = {name: array.size for name, array in params.items()}
        where = coordinates_of([Tensor(name, size) for name, size in self._named.items()], MOST)
        self._places = list(where.places)
        self.session.follow(where)

    def _sampled(self, tensors: Mapping[str, Array]) -> Array:
        flat = [
            array if places is None else array[places]
            for array, places in zip(tensors.values(), self._places, strict=True)
        ]
        return np.concatenate(flat)


def _tensors(given: Any) -> dict[str, Array]:
    """Name -> (n,): of a mapping its own names, of a list numbers, of one array "w"."""
    if isinstance(given, Mapping):
        held = cast("Mapping[str, Any]", given)
        return {str(name): _flat(value) for name, value in held.items()}
    if isinstance(given, (list, tuple)) and any(
        np.ndim(part) for part in cast("Sequence[Any]", given)
    ):
        return {f"w{at}": _flat(part) for at, part in enumerate(cast("Sequence[Any]", given))}
    return {"w": _flat(given)}


def _flat(value: Any) -> Array:
    return np.asarray(value, dtype=np.float64).reshape(-1)
