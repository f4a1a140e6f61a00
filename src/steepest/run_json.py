"""A run as one JSON object, for machines: the output of `fit --json` and `show --json`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np

from steepest.run import Run
from steepest.trace import Fact, Trace

__all__ = ["run_to_json"]


def run_to_json(run: Run, *, report: Path | None = None) -> dict[str, Any]:
    """Plain data: numbers that are not finite become null.

    `coefficients` and `intercept` are those of the descent's last step, in the input's own
    units; `digits` says how many of their digits agree with `minimum`, where there is one.
    """
    trace = run.trace
    plain = {
        "run": run.id,
        "created": run.created,
        "version": run.version,
        "verdict": run.verdict,
        "coefficients": run.coefficients,
        "intercept": run.intercept,
        "digits": run.digits,
        "minimum": run.minimum,
        "loss": trace.last_loss,
        "steps": int(trace.step[-1]),
        "recorded_steps": len(trace),
        "converged": trace.stop.reason == "converged",
        "stop": trace.stop,
        "learning_rate": float(trace.learning_rate[-1]),
        "engine": "ray" if run.request.engine == "ray" else "local",
        "largest_stable_learning_rate": trace.number("largest_stable_learning_rate"),
        "sharpness": trace.number("sharpness"),
        "condition_number": trace.number("condition_number"),
        "facts": sentences_and_numbers(trace),
        "findings": [finding.to_dict() for finding in run.diagnosis.findings],
        "clear": list(run.diagnosis.clear),
        "cannot_tell": dict(run.diagnosis.cannot_tell),
        "evaluation": run.evaluation,
        "study": run.study,
        "contract": run.contract,
        "split": run.split,
        "request": run.request,
        "remedied_from": None if run.remedied is None else run.remedied.run,
        "seconds": dict(run.seconds),
        "report": None if report is None else str(report),
    }
    return _finite(msgspec.to_builtins(plain))


def sentences_and_numbers(trace: Trace) -> dict[str, Any]:
    """The facts but for the arrays, each with how it is known."""

    def plain(fact: Fact) -> dict[str, Any]:
        return {"value": fact.value, "how": fact.how}

    return {
        name: plain(fact)
        for name, fact in trace.facts.items()
        if not isinstance(fact.value, np.ndarray)
    }


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        held = cast("dict[str, Any]", value)
        return {key: _finite(item) for key, item in held.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in cast("list[Any]", value)]
    return value
