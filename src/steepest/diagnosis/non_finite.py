"""NaN or overflow."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading
from steepest.readable import readable

__all__ = ["non_finite"]


def non_finite(reading: Reading) -> Answer:
    """A number became NaN or overflowed: where it began, and what led to it.

    Sees
        The first row in which the loss, a parameter or an entry of the gradient is not
        finite, and the losses before it.
    Matters
        Nothing after it means anything: NaN and infinity spread to every parameter at the
        next step.
    Decides
        Any value that is not finite. If the loss grew at every one of the last steps
        before, it overflowed from growth (and `diverging` is the cause); else it broke at
        once: a logarithm or a division out of its domain, or bad data.
    When it is wrong
        A log that writes NaN for "not measured" looks the same; such columns belong into
        measures, not into the loss.
    Try
        After growth: a smaller learning rate. After a sudden break: look at the parameters
        of the last finite row, and guard the logarithm or division that fails there.
    Sources
        Goldberg 1991, "What every computer scientist should know about floating-point
        arithmetic".
    """
    trace, first = reading.trace, reading.finite
    if first == len(trace):
        return Clear()
    step = int(trace.step[first])
    evidence = {"step": float(step)}
    what = _what(reading)
    before = ""
    if first > 0:
        evidence["last_finite_loss"] = float(trace.loss[first - 1])
        before = f"; the last finite loss was {readable(evidence['last_finite_loss'])}"
    if reading.growth is not None:
        evidence["growth_per_step"] = reading.growth
        because = (
            f"{what} at step {step:,}, after the loss had grown by a factor of "
            f"{readable(reading.growth)} a step{before}"
        )
        remedy = Remedy("lower the learning rate: it overflowed from growth", {})
    else:
        because = f"{what} at step {step:,}, without growing before{before}"
        remedy = Remedy(
            "look at the parameters of the last finite row: a logarithm, a root or a division "
            "leaves its domain there, or the data hold such a value",
            {},
        )
    return Finding(
        "non_finite", "error", "Not finite: NaN or overflow", because, evidence, (remedy,)
    )


def _what(reading: Reading) -> str:
    trace, row = reading.trace, reading.finite
    tables = (
        ("the loss", trace.loss[row : row + 1]),
        ("the gradient", None if trace.gradient is None else trace.gradient[row]),
        ("the parameters", None if trace.params is None else trace.params[row]),
    )
    for name, values in tables:
        if values is not None and not np.all(np.isfinite(values)):
            kind = "NaN" if np.any(np.isnan(values)) else "infinite"
            return f"{name} became {kind}"
    return "a value became not finite"
