"""The gradient that the loop used points the wrong way, in all or some coordinates."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["gradient_sign"]

NEAR = 0.05
EXPLAINED = 0.01
MOST = 64


def gradient_sign(reading: Reading) -> Answer:
    """The sign of the gradient is turned: the loop climbs where it should descend.

    Sees
        How much the loss changed at each step, against what the recorded gradients say it
        should have changed by: ½(g + g')·Δθ, split by coordinate.
    Matters
        A coordinate whose slope has the wrong sign walks uphill. Often the others hide it
        for a while: the loss falls at first, and then the path drifts away.
    Decides
        One factor a coordinate is fitted by least squares, so that the loss changes are
        explained: 1 where the gradient is right, -1 where its sign is turned. Found where a
        factor is within 0.05 of -1, by more than ten standard errors from 1, and the fit
        leaves less than 1 % of the loss changes unexplained. The trapezoid is exact on a
        bowl; elsewhere its error shows in what is left unexplained, and the rule is silent.
    When it is wrong
        When the loss is not that of the recorded parameters (recorded after the update, or
        of other rows).
    Try
        Turn the sign in the line that computes the slope of the coordinate named.
    Sources
        The trapezoidal rule for the line integral of the gradient; Nocedal and Wright 2006,
        section 8.1, for checking derivatives.
    """
    trace = reading.trace
    if trace.params is None or trace.gradient is None or not reading.full:
        return CannotTell("parameters and gradients with the loss of all rows")
    rows = reading.finite - 1
    if not trace.consecutive or rows < len(trace.names) + 3 or len(trace.names) > MOST:
        return CannotTell("a few more consecutive steps than there are parameters, up to 64")
    fitted = _factors(reading)
    if fitted is None:
        return CannotTell("steps in which the loss changes beyond rounding")
    factors, errors, unexplained = fitted
    turned = (np.abs(factors + 1) < NEAR) & (np.abs(factors - 1) > 10 * errors)
    if unexplained > EXPLAINED or not np.any(turned):
        return Clear()
    names = [name for name, bad in zip(trace.names, turned.tolist(), strict=True) if bad]
    evidence = {f"factor_{name}": float(factors[trace.names.index(name)]) for name in names}
    where = "every coordinate" if len(names) == len(trace.names) else ", ".join(names)
    return Finding(
        "gradient_sign",
        "error",
        "Wrong sign in the gradient",
        f"the loss changes by {readable(float(np.mean(factors[turned])))} times what the "
        f"gradient of {where} says: it climbs where it should descend",
        evidence | {"unexplained_share": unexplained},
        (Remedy(f"turn the sign of the gradient of {where}", {}),),
    )


def _factors(reading: Reading) -> tuple[Array, Array, float] | None:
    """Factor (p,) and standard error (p,) of each coordinate, and the share unexplained."""
    trace, last = reading.trace, reading.finite
    assert trace.params is not None  # noqa: S101
    assert trace.gradient is not None  # noqa: S101
    changes = np.diff(trace.loss[:last])  # (k,)
    middle = 0.5 * (trace.gradient[: last - 1] + trace.gradient[1:last])
    parts = middle * np.diff(trace.params[:last], axis=0)  # (k, p)
    size = np.abs(changes) + np.sum(np.abs(parts), axis=1)
    felt = size > 1e-9 * np.abs(trace.loss[: last - 1])
    if np.count_nonzero(felt) < parts.shape[1] + 3 or not np.all(np.isfinite(size)):
        return None
    design, wanted = parts[felt] / size[felt, None], changes[felt] / size[felt]
    if np.linalg.matrix_rank(design) < parts.shape[1]:
        return None
    inverse: Array = np.asarray(np.linalg.pinv(design), dtype=np.float64)  # (p, k)
    factors: Array = inverse @ wanted
    rest = wanted - design @ factors
    spread = float(rest @ rest) / (len(wanted) - len(factors))
    errors = np.sqrt(spread * np.sum(inverse**2, axis=1))
    return factors, errors, float(np.linalg.norm(rest) / np.linalg.norm(wanted))
