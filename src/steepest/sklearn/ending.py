"""How a descent ended, as scikit-learn says it: a ConvergenceWarning, or an error."""

from __future__ import annotations

import re
import warnings
from typing import Any

from steepest.diagnosis.finding import Diagnosis, Remedy
from steepest.errors import InputError
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

    Mini-batches at a constant rate end where they hover above the minimum; that is no fault of
    theirs, and `diagnosis_` tells it.
    """
    from sklearn.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        ConvergenceWarning,
    )

    hovering = trace.loss_of == "batch" and diagnosis.verdict == "noise_floor"
    if trace.stop.reason == "converged" or diagnosis.verdict == "converged" or hovering:
        return
    message = f"{name} did not converge: {_account(trace, diagnosis)}"
    warnings.warn(message, ConvergenceWarning, stacklevel=3)


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
