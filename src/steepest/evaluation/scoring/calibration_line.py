"""The line of what came true on what was predicted: 0 and 1 where that is calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.evaluation.scoring.calibration_chance import p_of_line
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, unit_sums
from steepest.trace import Array

__all__ = ["Line", "line_of_numbers", "line_of_odds"]

_EPSILON = float(np.finfo(np.float64).eps)
_NORMAL = 1.959963984540054
_STEEPEST = 1e3
_ROUNDS = 100
_NEAR = 1e-10  # square of the distance to the minimum, in standard errors


@dataclass(frozen=True, slots=True)
class Line:
    """Intercept and slope with the slope's 95 % interval, and the p-value of 0 and 1; None
    where it cannot be fitted, or has no error to judge by."""

    intercept: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    p_value: float | None = None


def line_of_numbers(target: Array, predicted: Array, drawn: Drawn = EACH_ROW) -> Line:
    """Least squares of the truth on the prediction; (m,) each, three rows at least.

    The interval of the slope takes the errors as they are, larger for some rows than for others
    (MacKinnon and White 1985, HC3): those of prices are. Of groups it takes the sums of each
    (Liang and Zeger 1986). For the test see `p_of_line`.

    >>> import numpy as np
    >>> line = line_of_numbers(np.array([1.0, 3.0, 5.0, 7.0]), np.arange(4.0))
    >>> line.intercept, line.slope, line.p_value
    (1.0, 2.0, None)
    """
    centre, spread = float(predicted.mean()), float(predicted.std())
    if len(target) < 3 or not 8 * _EPSILON * abs(centre) < spread < np.inf:
        return Line()
    along, off = (predicted - centre) / spread, target - predicted
    shift = float(off.mean())
    tilt = float(((off - shift) * along).mean())
    residual, slope = off - shift - tilt * along, 1 + tilt / spread
    intercept = centre + shift - slope * centre
    if np.abs(residual).max() <= 64 * _EPSILON * np.abs(target).max():
        return Line(intercept, slope)
    half = _half_width(along, residual, drawn) / spread
    p_value = p_of_line(along, residual, shift, tilt, drawn)
    if not np.isfinite(half):
        return Line(intercept, slope, p_value=p_value)
    return Line(intercept, slope, slope - half, slope + half, p_value)


def line_of_odds(target: Array, probability: Array, drawn: Drawn = EACH_ROW) -> Line:
    """The logistic regression of 0.0 and 1.0 on the log odds that were predicted (Cox 1958).

    Nothing where the log odds are all the same, or part 0.0 from 1.0 without a mistake.
    """
    clipped = np.clip(probability, _EPSILON, 1 - _EPSILON)
    odds = np.log(clipped) - np.log1p(-clipped)
    if odds.std() <= 8 * _EPSILON * np.abs(odds).max() or _parted(odds, target):
        return Line()
    X = np.column_stack([np.ones(len(odds)), odds])
    with np.errstate(all="ignore"):
        fitted = _logistic(X, target)
    units = drawn.units()
    if fitted is None:
        return Line()
    (intercept, slope), covariance = fitted
    half = _NORMAL * float(np.sqrt(covariance[1, 1]))
    if units is not None:
        residual = target - 1 / (1 + np.exp(-(intercept + slope * odds)))
        sums, _ = unit_sums(X * residual[:, None], units)
        half = _reach(len(sums)) * float(np.sqrt((((sums @ covariance)[:, 1]) ** 2).sum()))
    return Line(float(intercept), float(slope), float(slope) - half, float(slope) + half)


def _parted(odds: Array, target: Array) -> bool:
    """Whether a threshold parts the classes, or there is one alone: the slope is then infinite."""
    negative, positive = odds[target == 0], odds[target == 1]
    if not len(negative) or not len(positive):
        return True
    return negative.max() <= positive.min() or positive.max() <= negative.min()


def _half_width(along: Array, residual: Array, drawn: Drawn) -> float:
    """Half the width of the interval of the tilt by HC3; `along` has mean 0 and variance 1."""
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    rows, units = len(along), drawn.units()
    with np.errstate(all="ignore"):
        if units is not None:
            sums, _ = unit_sums((residual * along)[:, None], units)
            return _reach(len(sums)) * float(np.sqrt((sums**2).sum())) / rows
        scaled = residual / (1 - (1 + along**2) / rows)
        spread = float(np.sqrt(((scaled * along) ** 2).sum())) / rows
    return float(stdtrit(rows - 2, 0.975)) * spread


def _reach(units: int) -> float:
    """How many standard errors of sums over so few groups an interval reaches."""
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    many = max(2, units)
    return float(stdtrit(many - 1, 0.975)) * (many / (many - 1)) ** 0.5


def _logistic(X: Array, target: Array) -> tuple[Array, Array] | None:
    """The parameters and their covariance by Newton's method; None without a finite minimum."""
    params, loss = np.zeros(2), len(target) * float(np.log(2))
    for _ in range(_ROUNDS):
        score = X @ params
        probability = 1 / (1 + np.exp(-score))
        gradient = X.T @ (target - probability)
        hessian = (X * (probability * (1 - probability))[:, None]).T @ X
        if not np.linalg.cond(hessian) < 1 / _EPSILON:
            return None
        step: Array = np.linalg.solve(hessian, gradient).astype(np.float64)
        if float(gradient @ step) < _NEAR:
            return params, np.linalg.inv(hessian).astype(np.float64)
        params, loss = _shortened(X, target, params, step, loss)
        if np.abs(params).max() > _STEEPEST:
            return None
    return None


def _shortened(
    X: Array, target: Array, params: Array, step: Array, loss: float
) -> tuple[Array, float]:
    """A step of Newton's, halved until the loss falls."""
    for _ in range(60):
        score = X @ (params + step)
        after = float((np.logaddexp(0, score) - target * score).sum())
        if after <= loss:
            return params + step, after
        step = step / 2
    return params, loss
