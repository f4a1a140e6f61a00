"""How a descent ended, as scikit-learn says it: a ConvergenceWarning, or an error."""

from __future__ import annotations

import re
import warnings
from typing import Any

from steepest.diagnosis.finding import Diagnosis, Remedy
from steepest.errors import InputError
from steepest.readable import readable
from steepest.trace import Trace

__all__ = ["refuse_not_finite", "warn_unless_converged"]

# arguments of `fit` and `descend` by the names that scikit-learn's users know
_CALLED = {"steps": "max_iter", "tolerance": "tol", "intercept": "fit_intercept"}
_COMMAND = re.compile(r" ?\(--[^)]*\)")


def refuse_not_finite(estimator: Any, trace: Trace, diagnosis: Diagnosis) -> None:
    """Raise InputError where the parameters overflowed: that is no model to predict with.

    Nor is that of a fit before, which is taken away.
    """
    if trace.stop.reason == "non_finite":
        estimator.__dict__.pop("coef_", None)
        raise InputError(f"{type(estimator).__name__} has no model: {_account(trace, diagnosis)}")


def warn_unless_converged(name: str, trace: Trace, diagnosis: Diagnosis) -> None:
    """Warn as scikit-learn does, with what the diagnosis found and what to set.

    Converged is what stopped within its tolerance: near the minimum is not enough.
    Mini-batches at a constant rate end where they hover above the minimum; that is no fault of
    theirs, and `diagnosis_` tells it.
    """
    from sklearn.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        ConvergenceWarning,
    )

    hovering = trace.loss_of == "batch" and diagnosis.verdict == "noise_floor"
    if trace.stop.reason == "converged" or hovering:
        return
    near = diagnosis.verdict == "converged"
    said = _not_within(trace, diagnosis) if near else _account(trace, diagnosis)
    warnings.warn(f"{name} did not converge: {said}", ConvergenceWarning, stacklevel=3)


def _not_within(trace: Trace, diagnosis: Diagnosis) -> str:
    """Of one that is near enough for the diagnosis, and farther than was asked for."""
    asked = trace.number("tolerance")
    goal = "the tolerance" if asked is None else f"the tolerance of {readable(asked)}"
    known = "" if trace.stop.bound is not None else f"; {diagnosis.findings[0].because}"
    return (
        f"{trace.stop.because}{known}; {goal} was not reached. Try: give it more steps, or ask for "
        f"less [max_iter={2 * int(trace.step[-1])}, tol=...]."
    )


def _account(trace: Trace, diagnosis: Diagnosis) -> str:
    """What the top finding says, and its remedies; else why the descent stopped."""
    if not diagnosis.findings:
        return f"{trace.stop.because}."
    top = diagnosis.findings[0]
    said = f"{top.title[:1].lower()}{top.title[1:]}; {top.because}."
    remedies = "; ".join(_in_words(remedy) for remedy in top.remedies)
    return f"{said} Try: {remedies}." if remedies else said


def _in_words(remedy: Remedy) -> str:
    sentence = _COMMAND.sub("", remedy.sentence)
    settings = ", ".join(f"{_CALLED.get(n, n)}={v!r}" for n, v in remedy.set.items())
    return f"{sentence} [{settings}]" if settings else sentence
