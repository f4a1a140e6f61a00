"""How the parameters moved from row to row, against the gradients that were recorded there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.record.resolution import resolution
from steepest.trace import Array

__all__ = ["Moves"]

FITS = 1e-3
MOST = 0.9
CERTAIN = 3.0
LITTLE = 0.3
FAR = 100.0
BLUR = 1e-15


@dataclass(frozen=True)
class Moves:
    """The moves between the finite rows of a record that holds parameters and gradients.

    params, gradient:  (n, p) at every finite row
    rates:             (n,) the learning rates as recorded, NaN where they were not
    gaps:              (n - 1,) how many steps lie between a row and the next
    """

    params: Array
    gradient: Array
    rates: Array
    gaps: Array

    @property
    def follows(self) -> NDArray[np.bool_]:
        """(n - 1,) whether a single step lies between a row and the next."""
        return self.gaps == 1

    @cached_property
    def steps(self) -> Array:
        """(n - 1, p) the moves."""
        return np.diff(self.params, axis=0)

    @cached_property
    def lengths(self) -> Array:
        """(n - 1,) their lengths."""
        return np.linalg.norm(self.steps, axis=1)

    @cached_property
    def params_rounding(self) -> Array:
        """(n, p) a bound on the rounding of each parameter."""
        return resolution(self.params)

    @cached_property
    def gradient_rounding(self) -> Array:
        """(n, p) a bound on the rounding of each entry of the gradient."""
        return resolution(self.gradient)

    @cached_property
    def blur(self) -> Array:
        """(n - 1,) how far rounding, of the run and of the log, can have shifted a move."""
        rounded = self.params_rounding
        return np.linalg.norm(rounded[1:] + rounded[:-1], axis=1)

    @cached_property
    def moved(self) -> NDArray[np.bool_]:
        """(n - 1,) whether a move is far above its rounding."""
        return self.lengths > 10.0 * self.blur

    @property
    def still(self) -> bool:
        """Whether the parameters are the same in every row, while a gradient is not zero."""
        return len(self.steps) > 0 and not np.any(self.steps) and bool(np.any(self.gradient))

    @cached_property
    def turning(self) -> Array:
        """(n - 1,) cosine of the angle between successive gradients that are above rounding,
        NaN elsewhere; -1: back and forth."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            norms = np.linalg.norm(self.gradient, axis=1)
            rounded = np.linalg.norm(self.gradient_rounding, axis=1)
            clear = (norms > FAR * rounded) & (norms > FAR * BLUR * np.max(norms))
            unit = self.gradient / norms[:, None]
            cosine = np.sum(unit[1:] * unit[:-1], axis=1)
        return np.where(clear[1:] & clear[:-1], cosine, np.nan)

    @cached_property
    def implied(self) -> Array:
        """(n - 1,) the rate at which each move goes against its gradient; NaN if none.

        Where steps are missing in between, against the mean of the gradients at both ends,
        as many times as there were steps: right as long as the gradient turns but little.
        """
        along = self.along
        squares = np.sum(along**2, axis=1) * self.gaps
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return -np.sum(self.steps * along, axis=1) / squares

    @cached_property
    def along(self) -> Array:
        """(n - 1, p) the gradient that each move should go against."""
        middle = 0.5 * (self.gradient[:-1] + self.gradient[1:])
        return np.where(self.follows[:, None], self.gradient[:-1], middle)

    @cached_property
    def rate(self) -> float:
        """The median of the rates at which the moves go against the gradients."""
        seen = self.implied[self.moved]
        return float(np.median(seen)) if len(seen) else self.overall

    @cached_property
    def curvature(self) -> Array:
        """(n - 1,) along each move, NaN where it is not above rounding."""
        turned = np.sum(np.diff(self.gradient, axis=0) * self.steps, axis=1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return np.where(self.moved, turned / self.lengths**2, np.nan)

    @cached_property
    def steepest(self) -> float:
        """The largest curvature along a move; NaN where nothing moved."""
        seen = self.curvature[np.isfinite(self.curvature)]
        return float(np.max(seen)) if len(seen) else float("nan")

    @cached_property
    def plain(self) -> bool | None:
        """Whether every move is a step of some size straight against the gradient.

        None where nothing moved beyond rounding, or the gradient turned too much between the
        rows of a thinned record.
        """
        if not np.any(self.follows):
            return self._plain_between
        single = self.explained_by(self.gradient[:-1])
        return single if single is not None else self._plain_together

    @cached_property
    def _plain_between(self) -> bool | None:
        """The same for thinned records, over rows between which the gradient turned little."""
        turned = np.linalg.norm(np.diff(self.gradient, axis=0), axis=1)
        norms = np.linalg.norm(self.along, axis=1)
        seen = self.moved & (turned < LITTLE * norms)
        if np.count_nonzero(seen) < 2:
            return None
        rates = self.implied[seen]
        rest = self.steps + (self.implied * self.gaps)[:, None] * self.along
        straight = np.linalg.norm(rest, axis=1)[seen] < LITTLE**2 * self.lengths[seen]
        steady = np.abs(rates - np.median(rates)) < LITTLE**2 * np.abs(np.median(rates))
        return _mostly(straight & steady & (rates > 0))

    @property
    def sums(self) -> bool:
        """Whether every move is one learning rate times the sum of all gradients so far, to a
        thousandth: a momentum of 0.99 is off by that from the second step on."""
        if not np.all(self.follows) or len(self.steps) < 4:
            return False
        running = np.cumsum(self.gradient[:-1], axis=0)
        square = float(np.sum(running**2))
        rate = -float(np.sum(self.steps * running)) / square if square else 0.0
        rest: Array = np.linalg.norm(self.steps + rate * running, axis=1)
        allowed = np.maximum(FITS * self.lengths, CERTAIN * self.blur)
        return rate > 0 and bool(np.mean(rest <= allowed) > MOST)

    @cached_property
    def overall(self) -> float:
        """One learning rate for the whole path: minus the total move over the sum of the
        gradients; NaN where rows are missing in between."""
        if not np.all(self.follows):
            return float("nan")
        total = np.sum(self.gradient[:-1], axis=0)
        square = float(total @ total)
        return -float((self.params[-1] - self.params[0]) @ total) / square if square else np.nan

    @property
    def _plain_together(self) -> bool | None:
        """The same for logs of few digits, whose single moves drown in rounding: whether the
        path is one rate times the running sum of the gradients."""
        if not self.overall > 0:
            return None
        far = self.params[1:] - self.params[0]
        rest = far + self.overall * np.cumsum(self.gradient[:-1], axis=0)
        rounded = self.gradient_rounding[:-1]
        drift = self.overall * np.sqrt(np.cumsum(rounded**2, axis=0))
        allowed = CERTAIN * np.linalg.norm(drift + self.params_rounding[1:], axis=1)
        reach = np.linalg.norm(far, axis=1)
        if not np.max(reach) > 10.0 * np.max(allowed):
            return None
        return bool(np.all(np.linalg.norm(rest, axis=1) <= allowed + FITS * reach))

    def explained_by(self, direction: Array) -> bool | None:
        """Whether every move is a positive multiple of -direction (n - 1, p), within rounding
        or a thousandth of its length; None where nothing can be seen."""
        seen = self.follows & self.moved
        if not np.any(seen):
            return None
        steps, against = self.steps[seen], direction[seen]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            rate = -np.sum(steps * against, axis=1) / np.sum(against**2, axis=1)
            rest = np.linalg.norm(steps + rate[:, None] * against, axis=1)
        allowed = np.maximum(FITS * self.lengths[seen], 3.0 * self.blur[seen])
        return _mostly((rest <= allowed) & (rate > 0))


def _mostly(true: NDArray[np.bool_]) -> bool:
    return int(np.count_nonzero(true)) > MOST * len(true)
