"""Whether a line is off by more than chance: an F statistic held against its bootstrap law.

Errors of prices and counts have a long tail on one side and differ in size from row to row.
The statistic takes their variances as they are (White 1980); its law is resampled, for that
of F is too short for a long tail (Hall 1992, "The Bootstrap and Edgeworth Expansion", the
bootstrap-t): it would call every sixth calibrated model off on thirty rows of log-normal errors.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import resampled_means
from steepest.trace import Array

__all__ = ["p_of_line"]

_POWERS = ((0, 5), (1, 4), (2, 3))  # of the residual, and how many of the predictor with it


def p_of_line(
    along: Array, residual: Array, shift: float, tilt: float, drawn: Drawn = EACH_ROW
) -> float | None:
    """The p-value of the hypothesis that shift and tilt are zero; None where it has no law.

    along:     (m,) the predictor, with mean 0 and variance 1
    residual:  (m,) of the line shift + tilt * along
    drawn:     whole groups are resampled, so that the law is that of groups
    """
    size = float(np.abs(residual).max())
    if not 0 < size < np.inf:
        return None
    residual, shift, tilt = residual / size, shift / size, tilt / size
    columns = [along**k * residual**power for power, count in _POWERS for k in range(count)]
    values = np.column_stack(columns)
    with np.errstate(all="ignore"):
        (own,) = _statistics(values.mean(axis=0, keepdims=True), shift, tilt)
        law = _statistics(resampled_means(values, replace(drawn, widen=1.0)), 0.0, 0.0)
    law = law[np.isfinite(law)]
    if not np.isfinite(own) or not len(law):
        return None
    return float((1 + np.sum(law >= own)) / (1 + len(law)))


def _statistics(means: Array, shift: float, tilt: float) -> Array:
    """(r,) how far the line is off zero, in its own standard errors, of each row of means.

    means: (r, 12) of predictor**k times residual**power, in the order of `_POWERS`; the line
    that a resample adds to its residuals is off by shift and tilt and what they leave
    """
    x, xu, xuu = means[:, :5].T, means[:, 5:9].T, means[:, 9:].T
    determinant = x[0] * x[2] - x[1] ** 2
    a = (x[2] * xu[0] - x[1] * xu[1]) / determinant
    b = (x[0] * xu[1] - x[1] * xu[0]) / determinant
    # the mean of the squared residuals times predictor**k, of which the middle of the sandwich is
    middle = [
        xuu[k] - 2 * (a * xu[k] + b * xu[k + 1])
        + a * a * x[k] + 2 * a * b * x[k + 1] + b * b * x[k + 2]
        for k in range(3)
    ]  # fmt: skip
    first = x[0] * (a + shift) + x[1] * (b + tilt)
    second = x[1] * (a + shift) + x[2] * (b + tilt)
    form = middle[2] * first**2 - 2 * middle[1] * first * second + middle[0] * second**2
    return form / (middle[0] * middle[2] - middle[1] ** 2)
