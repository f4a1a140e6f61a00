"""Loops written by hand: everything comes through `w.log`.

What is logged wrongly is said once, in a sentence, and left out; the loop goes on, and so does the
rest of the record: a training of many hours is not lost to a slip in a line that only describes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.trace import Array
from steepest.watching.coordinates import Tensor, coordinates_of
from steepest.watching.telling import say
from steepest.watching.tensors import Misfit, fitted, named_tensors
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["PlainLoop"]

VECTORS = ("params", "gradient")


class PlainLoop:
    """Watches a loop by what it logs: one loss a step, in one call of `w.log` or in several.

    A call without a loss adds to the step of the last loss; in a loop whose first call has none,
    to the step of the loss to come. Where a step is numbered, the number decides.
    """

    session: Session

    def __init__(self) -> None:
        self._tensors: dict[str, int] | None = None
        self._places: list[Any] = []
        self._told: set[str] = set()
        self._counting = self._ahead = False
        self._closed, self._last_closed = True, -1
        self._given: set[str] = set()
        self._usual: set[str] = set()
        self._taken: dict[str, Array] = {}
        self._spent = 0.0
        self._early: list[Logged] = []

    @property
    def about(self) -> Mapping[str, str]:
        """Nothing is known of it."""
        return {"source": "loop", "target": ""}

    def attach(self, watching: Watching) -> None:
        """Nothing to hang."""
        self.session = watching.session
        self.session.by_hand = True

    def detach(self) -> None:
        """Close the last step; one of which only the loss was said, after a record of more, goes.

        So a loop may log the loss of where it ended.
        """
        if self._closed:
            return
        if self._usual - self._given and self._last_closed >= 0:
            self.session.recorder.drop(self.session.step)
            self.session.step = self._last_closed
        else:
            self._close(ended=True)

    def loss(self, loss: Any) -> None:
        """One step of which only the loss was said in this call."""
        value = self._number("the loss", loss)
        if value is not None:
            self._begin(None, value, math.nan)
            self._close_if_whole()

    def log(self, given: Logged) -> None:
        """One step, or more of one."""
        if given.loss is None:
            self._add(given)
            return
        value = self._number("the loss", given.loss)
        if value is not None:
            rate = self._number("the learning rate", given.learning_rate)
            self._begin(given.step, value, math.nan if rate is None else rate)
            self._take(given)
            self._close_if_whole()

    def _add(self, given: Logged) -> None:
        """A call without a loss: to the step that it belongs to."""
        step = self.session.step
        numbered = given.step is not None and not self._counting
        vectors = given.params is not None or given.gradient is not None
        if step < 0 and vectors and not numbered:
            self._ahead = True
        if step < 0 or (given.step > step if numbered and given.step is not None else self._ahead):
            self._early.append(_kept(given))
            del self._early[:-8]
        elif vectors and self._closed:
            self._trouble(
                "late",
                f"parameters or gradient came for step {step:,} when it was over; log them with "
                "the loss, or in the same order at every step",
            )
        else:
            self._take(given)
            self._close_if_whole()

    def _begin(self, asked: int | None, loss: float, rate: float) -> None:
        session = self.session
        if not self._closed:
            self._close()
        step = self._numbered(asked)
        early, self._early = self._early, []
        for held in early:
            if held.learning_rate is not None and math.isnan(rate):
                rate = self._number("the learning rate", held.learning_rate) or math.nan
        session.begin(step, rate)
        session.loss(step, loss)
        self._closed = False
        self._given, self._taken = set(), {}
        for held in early:
            self._take(held)

    def _numbered(self, asked: int | None) -> int:
        """The number of the step to come: as asked for, while those rise."""
        last = self.session.step
        if asked is None or self._counting:
            return last + 1
        try:
            step = int(asked)
        except (TypeError, ValueError):
            step = last
        if step > last:
            return step
        self._counting = True
        self._trouble(
            "step",
            f"step {asked!r} was logged after step {last:,}; steps must be whole numbers that "
            "rise, so they are counted on from there",
        )
        return last + 1

    def _take(self, given: Logged) -> None:
        """Parameters, gradient and measures of the step that is open."""
        for name, value in given.measures.items():
            number = self._number(name, value)
            if number is not None:
                self.session.measure(self.session.step, name, number)
        if given.closure is not None:
            self._trouble("closure", "a closure is of no use in a hand-written loop: left out")
        if given.params is None and given.gradient is None:
            return
        began = perf_counter()
        for name, tensors in self._read(given).items():
            self._given.add(name)
            if tensors is not None:
                self._taken[name] = tensors
        self._spent += perf_counter() - began

    def _read(self, given: Logged) -> dict[str, Array | None]:
        """The recorded coordinates of what was given; None at steps that are not looked at."""
        try:
            held = {
                name: value
                for name, value in zip(VECTORS, (given.params, given.gradient), strict=True)
                if value is not None
            }
            if self._tensors is None:
                self._follow(next(iter(held.values())))
            assert self._tensors is not None  # noqa: S101
            parts = {name: fitted(name, value, self._tensors) for name, value in held.items()}
        except Misfit as misfit:
            self._trouble("shape", f"at step {self.session.step:,} {misfit}; left out")
            return {}
        if not self._given:
            self._looks = self.session.looks(self.session.step)
        return {
            name: self._sampled(tensors) if self._looks else None for name, tensors in parts.items()
        }

    def _follow(self, first: Any) -> None:
        tensors = {name: array.size for name, array in named_tensors(first).items()}
        where = coordinates_of([Tensor(name, size) for name, size in tensors.items()])
        self._places = list(where.places)
        self.session.follow(where)
        self._tensors = tensors
        self._unknown = np.full(where.count, math.nan)

    def _sampled(self, tensors: list[Any]) -> Array:
        if len(tensors) == 1 and self._places[0] is None:
            return tensors[0].copy()  # the loop may change its own in place
        flat = [
            array if places is None else array[places]
            for array, places in zip(tensors, self._places, strict=True)
        ]
        return np.concatenate(flat)

    def _close_if_whole(self) -> None:
        """A step is over when all came that usually comes; of the first, that is not known yet."""
        if not self._closed and self._last_closed >= 0 and self._usual <= self._given:
            self._close()

    def _close(self, *, ended: bool = False) -> None:
        session, step = self.session, self.session.step
        self._closed, self._last_closed = True, step
        if len(self._given) < len(VECTORS) or len(self._usual) < len(VECTORS):
            self._usual |= self._given
            session.lacking |= set(VECTORS) - self._given
        taken = self._taken
        if taken:
            params = taken.get("params", self._unknown)
            session.capture(step, params, taken.get("gradient", self._unknown), self._spent)
            self._spent = 0.0
        if not ended:
            session.tick()

    def _number(self, what: str, value: Any) -> float | None:
        """A single number as a float; None, with a word, for what is none."""
        if value is None or isinstance(value, float):
            return value
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.size == 1:
            return float(array.reshape(())[()])
        kind = f"{array.size:,} numbers" if array.size else f"a {type(value).__name__}"
        self._trouble(what, f"{what} that was logged is {kind}; expected one number: left out")
        return None

    def _trouble(self, about: str, sentence: str) -> None:
        """Say what cannot be used, the first time."""
        if about not in self._told:
            self._told.add(about)
            say(sentence)


class _kept:  # noqa: N801
    """What was logged ahead of its step, copied: the loop may overwrite it."""

    __slots__ = ("closure", "gradient", "learning_rate", "loss", "measures", "params", "step")

    def __init__(self, given: Logged) -> None:
        self.step, self.loss, self.closure = given.step, given.loss, given.closure
        self.learning_rate, self.measures = given.learning_rate, given.measures
        self.params = None if given.params is None else _copied(given.params)
        self.gradient = None if given.gradient is None else _copied(given.gradient)


def _copied(value: Any) -> Any:
    try:
        return {name: np.array(array) for name, array in named_tensors(value).items()}
    except Misfit:
        return value
