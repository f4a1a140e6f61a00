"""Logistic regression solved to the loss at which scikit-learn's LogisticRegression ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from batch_peers import Problem
from batch_step import made
from measure import THREADS, Contestant, clocked, installed, skipped
from table import Agreement, Part, command, joined, measured

from steepest.descent.descend import descend
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.trace import Trace

TITLE = "Logistic regression, solved"
WHAT = (
    "From the rows to the loss at which scikit-learn's LogisticRegression (lbfgs, no penalty, "
    "its default tolerance) ends; steepest records every step on the way. The steps that each "
    "way of steepest needs for that loss are counted before, then that many are timed, end to "
    "end. The columns are scaled apart from 1 to 0.1."
)
MOST = 500
CLOSE = 1e-7  # of the loss: what counts as the same


def contest(rows: int, columns: int, rounds: int) -> Part:
    """One size."""
    plain = made(rows, columns)
    problem = Problem(plain.X * np.logspace(0, -1, columns), plain.y, plain.loss, plain.rate)
    target = sklearn_loss(problem)
    ways = {
        "steepest, auto": {},
        "steepest, rule fista": {"rule": "fista"},
        "steepest, rule lbfgs (SciPy's)": {"rule": "lbfgs"},
    }
    entrants: list[Contestant] = []
    agreements: list[Agreement] = []
    for name, wishes in ways.items():
        steps, loss = needed(walk(problem, wishes, MOST)(), target)
        seconds = clocked(walk(problem, wishes, steps))
        note = f"{steps:,} steps" if loss <= target * (1 + CLOSE) else f"not there in {MOST:,}"
        entrants.append(Contestant(name, seconds, "steepest", note))
        agreements.append(Agreement(f"{problem.name}, loss of {name}", loss / target - 1, CLOSE))
    fit = clocked(lambda: sklearn_fit(problem))
    entrants.append(Contestant("scikit-learn LogisticRegression", fit))
    return Part(measured(problem.name, entrants, rounds), [], agreements, [])


def walk(problem: Problem, wishes: dict[str, str], steps: int) -> Callable[[], Trace]:
    """A descent of at most so many steps, end to end."""

    def go() -> Trace:
        objective = GeneralizedLinear(problem.X, problem.y, threads=THREADS)
        return descend(objective, steps=steps, tolerance=1e-9, curvature=False, **wishes)

    return go


def needed(trace: Trace, target: float) -> tuple[int, float]:
    """The first step whose loss is that of the target, or else the last; and its loss."""
    there = np.flatnonzero(trace.loss <= target * (1 + CLOSE))
    i = int(there[0]) if len(there) else len(trace) - 1
    return int(trace.step[i]), float(trace.loss[i])


def sklearn_fit(problem: Problem) -> np.ndarray:
    """Coefficients, and the intercept last."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=np.inf, solver="lbfgs").fit(problem.X, problem.y)
    return np.append(found.coef_[0], found.intercept_)


def sklearn_loss(problem: Problem) -> float:
    """The loss at which it ends, computed in NumPy."""
    params = sklearn_fit(problem)
    score = problem.X @ params[:-1] + params[-1]
    return float(np.mean(np.logaddexp(0, score) - score * problem.y))


def measure(quick: bool) -> Part:
    """All sizes, where scikit-learn is there."""
    if not installed("sklearn"):
        return Part([], [], [], skipped({"sklearn": "scikit-learn"}))
    sizes = [(20_000, 20, 2)] if quick else [(10**6, 20, 3), (200_000, 100, 3)]
    return joined([contest(*size) for size in sizes])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
