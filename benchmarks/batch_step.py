"""One step of batch descent on a logistic loss, in two threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from batch_peers import Problem, Record, peers
from measure import THREADS, Contestant, clocked, read_once, skipped
from table import Agreement, Goal, Line, Part, command, figures, joined, measured

from steepest.descent.descend import descend
from steepest.objective.generalized_linear import GeneralizedLinear

TITLE = "Batch step of a generalised linear model"
WHAT = (
    "One step of batch descent on the logistic loss: loss, gradient and update, recorded. Of "
    "`descend` it is the difference between a longer and a shorter descent, divided by the "
    "steps between; of the others the mean of several steps."
)
CHECKED = 6
LIMITS = {20: 2.5, 100: 1.8}  # times one read of the data, by the number of columns
TIMES_PYTORCH = 2.0


def contest(rows: int, columns: int, steps: int, rounds: int) -> Part:
    """One size; `steps` are timed at once."""
    problem = made(rows, columns)
    objective = GeneralizedLinear(problem.X, problem.y, threads=THREADS)
    others = peers(problem)
    agreements = [
        agreement(f"{problem.name}, {name}, {CHECKED} steps", objective, problem, walk(CHECKED))
        for name, walk in others.items()
    ]
    entrants = [
        Contestant("steepest, descend", a_step(objective, problem.rate, steps), "steepest"),
        Contestant("steepest, value_and_gradient", a_value(objective, steps), "steepest"),
    ]
    for name, walk in others.items():
        entrants.append(Contestant(name, clocked(lambda walk=walk: walk(steps), 1 / steps)))
    limit = f"limit: one read by {THREADS} threads"
    entrants.append(Contestant(limit, read_once([problem.X, problem.y]), "limit"))
    lines = measured(problem.name, entrants, rounds)
    return Part(lines, goals(problem, lines), agreements, [])


def made(rows: int, columns: int) -> Problem:
    """Standard normal columns; the rate is one over the bound of the curvature."""
    generator = np.random.default_rng(columns)
    X = generator.standard_normal((rows, columns))
    score = X @ (generator.standard_normal(columns) / np.sqrt(columns))
    y = (generator.random(rows) < 1 / (1 + np.exp(-score))).astype(np.float64)
    steepest = float(np.linalg.eigvalsh(X.T @ X)[-1]) / rows
    return Problem(X, y, "logistic", 4 / (1.1 * steepest))


def a_step(objective: GeneralizedLinear, rate: float, steps: int) -> Callable[[], float]:
    """Seconds a step of `descend`, without what comes before and after the steps."""

    def walk(count: int) -> Callable[[], float]:
        return clocked(
            lambda: descend(
                objective, learning_rate=rate, steps=count, tolerance=0, curvature=False
            )
        )

    # noise can make the longer one the shorter; time still does not run backwards
    return lambda: max((walk(4 * steps)() - walk(steps)()) / (3 * steps), 1e-9)


def a_value(objective: GeneralizedLinear, calls: int) -> Callable[[], float]:
    """Seconds a call of `value_and_gradient`."""
    params = np.full(len(objective.names), 0.1)
    return clocked(lambda: [objective.value_and_gradient(params) for _ in range(calls)], 1 / calls)


def agreement(
    what: str, objective: GeneralizedLinear, problem: Problem, record: Record
) -> Agreement:
    """The largest difference of a parameter at any step, relative to the largest parameter."""
    trace = descend(
        objective,
        learning_rate=problem.rate,
        steps=len(record.loss),
        tolerance=0,
        curvature=False,
    )
    assert trace.params is not None
    difference = np.abs(trace.params[:-1] - record.params).max()
    return Agreement(what, float(difference / np.abs(record.params).max()), 1e-9)


def goals(problem: Problem, lines: list[Line]) -> list[Goal]:
    """Near the time of one read, and twice as fast as PyTorch."""
    found: list[Goal] = []
    for line in lines:
        times = line.ratio.median
        if line.role == "limit":
            most = LIMITS[problem.X.shape[1]]
            wanted = f"{problem.name}: at most {most} times one read of the data"
            found.append(Goal(wanted, f"{figures(1 / times)} times", 1 / times <= most))
        if line.contestant.startswith("PyTorch"):
            wanted = (
                f"{problem.name}: at least {TIMES_PYTORCH:g} times as fast as {line.contestant}"
            )
            found.append(Goal(wanted, f"{figures(times)} times", times >= TIMES_PYTORCH))
    return found


def measure(quick: bool) -> Part:
    """All sizes."""
    sizes = [(5_000, 20, 10, 2)] if quick else [(2_500_000, 20, 5, 5), (10**6, 100, 5, 5)]
    missing = skipped({"torch": "PyTorch", "jax": "JAX"})
    return joined([*(contest(*size) for size in sizes), Part([], [], [], missing)])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
