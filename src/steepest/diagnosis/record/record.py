"""A record as it is: what is finite, at which rates, with which gradients and secants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from steepest.diagnosis.gradients.evidence import Evidence, evidence_of
from steepest.diagnosis.gradients.gradient_fault import GradientFault
from steepest.trace import Array, Trace

__all__ = ["Context", "Record"]

PLAIN = "gradient_descent"
SPENT = 1e-6


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What the user may add to a record.

    classes:   how many classes the network tells apart
    batch:     rows in each mini-batch
    optimizer: its name ("sgd", "adam", ...)
    epochs:    how many passes over the data were intended
    notes:     any other numbers, by name
    """

    classes: int | None = None
    batch: int | None = None
    optimizer: str | None = None
    epochs: int | None = None
    notes: Mapping[str, float] = field(default_factory=_nothing)


@dataclass(frozen=True)
class Record:
    """A trace, and what can be read off it directly; each once, and only when asked for."""

    trace: Trace
    context: Context

    @property
    def plain(self) -> bool:
        """Whether the update rule is known to be plain gradient descent."""
        return self.trace.rule == PLAIN

    @property
    def full(self) -> bool:
        """Whether loss and gradient are of all rows at every step."""
        return self.trace.loss_of == "full"

    @cached_property
    def finite(self) -> int:
        """How many rows, from the first on, hold only finite numbers."""
        good = np.isfinite(self.trace.loss)
        for table in (self.trace.params, self.trace.gradient):
            if table is not None:
                good = good & np.all(np.isfinite(table), axis=1)
        return int(np.argmin(good)) if not np.all(good) else len(good)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the parameters and gradients show; None where they were not recorded."""
        return evidence_of(self.trace, self.finite)

    @property
    def built_in(self) -> bool:
        """Whether the cost is one of our own on a table, whose gradient is known to be right."""
        return "column_spread" in self.trace.facts

    @cached_property
    def fault(self) -> GradientFault | None:
        """The fault of the recorded gradients, where the loss is of all rows and one explains
        what it does."""
        if self.evidence is None or self.trace.loss_of == "batch" or self.built_in:
            return None
        return self.evidence.fault

    @cached_property
    def steps(self) -> Array:
        """(n,) the steps at which the loss of all rows is known and finite."""
        return self.trace.step[: self.finite][self._whole].astype(np.float64)

    @cached_property
    def losses(self) -> Array:
        """(n,) the loss of all rows at `steps`."""
        return self._full_column[: self.finite][self._whole]

    @cached_property
    def _full_column(self) -> Array:
        missing = np.full(len(self.trace), math.nan)
        return self.trace.loss if self.full else self.trace.measures.get("full_loss", missing)

    @cached_property
    def _whole(self) -> np.ndarray:
        return np.isfinite(self._full_column[: self.finite])

    @cached_property
    def minimum_loss(self) -> float | None:
        """The least possible loss, where it is known."""
        return self.trace.number("minimum_loss")

    @cached_property
    def excess(self) -> Array | None:
        """(n,) loss above the least possible, where that is known; never below zero."""
        if self.minimum_loss is None:
            return None
        return np.maximum(self.losses - self.minimum_loss, 0.0)

    @cached_property
    def _rates(self) -> Array:
        rates = self.trace.learning_rate[: max(self.finite, 1)]
        return rates[np.isfinite(rates)]

    @cached_property
    def rate(self) -> float:
        """The learning rate towards the end: the median of the last tenth of the record; NaN
        where none was recorded."""
        if len(self._rates) == 0:
            return math.nan
        return float(np.median(self._rates[-max(1, len(self._rates) // 10) :]))

    @property
    def highest_rate(self) -> float:
        """The highest learning rate of the record; NaN where none was recorded."""
        return float(np.max(self._rates)) if len(self._rates) else math.nan

    @property
    def spent(self) -> bool:
        """Whether the learning rate fell to next to nothing, as a schedule makes it: to a
        millionth of the highest after the first eighth of the record."""
        rates = self.trace.learning_rate
        return self.full and bool(rates[-1] < SPENT * np.max(rates[len(rates) // 8 :]))

    @property
    def rated(self) -> bool:
        """Whether the learning rate is known: a finite number above zero."""
        return self.rate > 0

    @cached_property
    def steady(self) -> bool:
        """Whether the learning rate stays the same over the later half of the record."""
        late = self._rates[len(self._rates) // 2 :]
        return len(late) > 0 and bool(np.ptp(late) == 0)

    @cached_property
    def decayed(self) -> bool:
        """Whether the learning rate ends below its highest: a loss that flattens out then
        tells of the rate, not of a minimum."""
        return len(self._rates) > 0 and bool(self._rates[-1] < self._rates.max() * (1 - 1e-9))

    @property
    def sampled(self) -> bool:
        """Whether only some coordinates were recorded, which say nothing of the others."""
        return self.trace.coordinates is not None

    @property
    def bounded(self) -> bool:
        """Whether the curvature is known everywhere: a bowl known exactly, or a bound on it."""
        return "minimum" in self.trace.facts or "sharpness_bound" in self.trace.facts

    @cached_property
    def gradient_norm(self) -> Array | None:
        """(finite,) ‖gradient‖ at every finite row, or None where it was not recorded whole."""
        if self.sampled:
            return None
        if self.trace.gradient is not None:
            return np.linalg.norm(self.trace.gradient[: self.finite], axis=1)
        measured = self.trace.measures.get("gradient_norm")
        return None if measured is None else measured[: self.finite]

    @cached_property
    def secants(self) -> Array | None:
        """Curvature along each recorded move, Δg·Δθ/‖Δθ‖², NaN where nothing moved.

        A weighted mean of the Hessian's eigenvalues between the two rows; it tends to
        λ_max when the steepest direction dominates the move. None where only a sample of
        the coordinates was recorded.
        """
        if self.trace.params is None or self.trace.gradient is None:
            return None
        if self.finite < 2 or self.sampled:
            return None
        moved = np.diff(self.trace.params[: self.finite], axis=0)
        turned = np.diff(self.trace.gradient[: self.finite], axis=0)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            size = np.linalg.norm(moved, axis=1)
            unit = moved / size[:, None]
            return np.sum(unit * turned, axis=1) / size

    @cached_property
    def turning(self) -> Array | None:
        """Cosine of the angle between successive recorded gradients, NaN where they are not
        above rounding; -1: back and forth."""
        if self.evidence is None or not self.trace.consecutive:
            return None
        return self.evidence.moves.turning

    @cached_property
    def condition_number(self) -> float | None:
        """λ_max / λ_min, where it is known."""
        return self.trace.number("condition_number")
