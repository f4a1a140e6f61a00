"""Rows to coefficients: standardise, descend, diagnose. What both estimators do in `fit`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.arguments import flag, real, shown, whole
from steepest.data.sparse import CSR
from steepest.descent.choice import Asked as AskedRate
from steepest.descent.descend import descend
from steepest.descent.rules import AnyRule
from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.finding import Diagnosis
from steepest.diagnosis.record.record import Context
from steepest.errors import InputError
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import MOST_COLUMNS, LeastSquares
from steepest.objective.loss import Loss
from steepest.objective.parallel import Threads
from steepest.sklearn.standardised import Standardised, standardise
from steepest.trace import Array, Trace

__all__ = ["Before", "Rows", "Settings", "Trained", "named", "train"]

EXACT_STEPS = 1_000_000
WALKED_STEPS = 10_000
EPOCHS = 100
FINEST = 1e-13  # relative to the first gradient: rounding hides what is smaller
NEARLY_ALL = 1 - 2.0**-40
MOST_SPARSE_COLUMNS = 500  # wider sparse rows are walked over: a triangle of them is dense


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """The parameters of an estimator that say how it descends; see `GradientDescentRegressor`."""

    learning_rate: AskedRate
    rule: AnyRule | str
    batch: int | None
    max_iter: int | None
    tol: float
    l2: float
    l1: float
    fit_intercept: bool
    scale: str
    average: bool
    seed: int
    threads: Threads

    def checked(self) -> Settings:
        """The same; InputError for what `descend` and the objectives do not look at."""
        flag("fit_intercept", self.fit_intercept)
        flag("average", self.average)
        real("tol", self.tol, "a number from 0 to below 1", lambda number: 0 <= number < 1)
        if self.max_iter is not None:
            whole("max_iter", self.max_iter, 1, also=", or None")
        if self.batch is not None:
            whole("batch", self.batch, 1, also=", or None for all rows at every step")
        if self.rule is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise InputError("rule is None; expected the name of one, as 'gradient_descent'")
        if not any(named(self.scale, word) for word in ("standard", "none")):
            raise InputError(f"scale is {shown(self.scale)}; expected 'standard' or 'none'")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is fitted: X (m, d) float64 or SciPy CSR, y (m,) as the loss wants it.

    counts:  (m,) for how many rows each stands; None: one
    weight:  (m,) how much each counts in the loss: `counts` times the weight of its class
    """

    X: Any
    y: Array
    counts: Array | None
    weight: Array | None
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """Coefficients (K, d) and intercepts (K,) in the input's units to begin at."""

    coefficients: Array
    intercepts: Array


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What came of it: coefficients (K, d) and intercepts (K,) in the input's units.

    K is 1, but for softmax the number of classes.
    """

    coefficients: Array
    intercepts: Array
    trace: Trace
    diagnosis: Diagnosis


def named(value: object, word: str) -> bool:
    """Whether a setting is that word; False for what is no text, whatever it says to `==`."""
    return isinstance(value, str) and value == word


def train(
    rows: Rows,
    settings: Settings,
    loss: Loss,
    classes: tuple[str, ...] = (),
    before: Before | None = None,
) -> Trained:
    """Go down on the mean loss of the rows; InputError for what cannot be used.

    classes: the names of softmax's; () for one score a row.
    """
    settings.checked()
    count, intercept = rows.X.shape[0], bool(settings.fit_intercept)
    known = standardise(rows.X, rows.counts, intercept=intercept, scale=settings.scale)
    batch = None if settings.batch is None or settings.batch >= count else int(settings.batch)
    objective = _objective(known, rows, settings, loss, classes)
    start = None if before is None else _start(before, known, intercept)
    trace = descend(
        objective,
        start,
        learning_rate=settings.learning_rate,
        rule=settings.rule,
        steps=_most_steps(settings, objective, batch, count),
        batch=batch,
        tolerance=_tolerance(settings, objective, loss, start),
        seed=settings.seed,
        average=bool(settings.average) and batch is not None,
    )
    mean = trace.facts.get("average")
    params = (trace.last_params if mean is None else mean.array).reshape(max(len(classes), 1), -1)
    with np.errstate(all="ignore"):  # of a runaway; whoever asked looks at the trace
        found = [known.to_input_units(own, intercept) for own in params]
    return Trained(
        coefficients=np.array([slopes for slopes, _ in found]),
        intercepts=np.array([constant for _, constant in found]),
        trace=trace,
        diagnosis=diagnose(trace, _context(trace, batch, len(classes), loss)),
    )


def _objective(
    known: Standardised, rows: Rows, settings: Settings, loss: Loss, classes: tuple[str, ...]
) -> LeastSquares | GeneralizedLinear:
    sparse = isinstance(known.design, CSR)
    most = MOST_SPARSE_COLUMNS if sparse else MOST_COLUMNS - 1
    shared: dict[str, Any] = {
        "intercept": bool(settings.fit_intercept),
        "names": rows.names,
        "weight": rows.weight,
        "l2": settings.l2,
        "l1": settings.l1,
        "threads": settings.threads,
    }
    if loss.name == "squared" and len(known.spread) <= most:
        return LeastSquares(known.design, rows.y, **shared)  # pyright: ignore[reportArgumentType]
    return GeneralizedLinear(known.design, rows.y, loss=loss, classes=classes or None, **shared)


def _start(before: Before, known: Standardised, intercept: bool) -> Array:
    if before.coefficients.shape[1] != len(known.spread):
        raise InputError(
            f"X has {len(known.spread):,} features, and the coefficients to start from are of "
            f"{before.coefficients.shape[1]:,}; set warm_start=False, or fit the same columns"
        )
    pairs = zip(before.coefficients, before.intercepts, strict=True)
    return np.concatenate([known.from_input_units(w, float(b), intercept) for w, b in pairs])


def _tolerance(
    settings: Settings,
    objective: LeastSquares | GeneralizedLinear,
    loss: Loss,
    start: Array | None,
) -> float:
    """`tol`; where the gradient decides, the share of the first one that comes to the same.

    Along the flattest direction, of curvature l2, a gradient of the same size is left farther
    from the minimum than at the start by as much as the steepest is steeper. And a start near
    the minimum has a small gradient already: what counts is the one at zero.
    """
    if loss.self_concordance is not None and not settings.l1:
        return settings.tol  # a bound on the distance is known
    share, known = 1.0, objective.powers().facts.get("sharpness_bound")
    if known is not None and settings.l2:
        share = min(1.0, settings.l2 / known.number)
    if start is not None:
        nothing, here = (_slope(objective, at) for at in (np.zeros_like(start), start))
        share *= nothing / here if here else 1.0
    return min(max(min(settings.tol, FINEST), settings.tol * share), NEARLY_ALL)


def _slope(objective: LeastSquares | GeneralizedLinear, params: Array) -> float:
    return float(np.linalg.norm(objective.value_and_gradient(params)[1]))


def _most_steps(
    settings: Settings, objective: LeastSquares | GeneralizedLinear, batch: int | None, rows: int
) -> int:
    if settings.max_iter is not None:
        return int(settings.max_iter)
    if batch is not None:
        return min(EXACT_STEPS, EPOCHS * math.ceil(rows / batch))
    return EXACT_STEPS if objective.powers().bowl is not None else WALKED_STEPS


def _context(trace: Trace, batch: int | None, classes: int, loss: Loss) -> Context:
    return Context(
        optimizer=trace.rule,
        batch=batch,
        classes=classes or (2 if loss.name == "logistic" else None),
    )
