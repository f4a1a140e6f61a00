"""What it costs to record every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from batch_step import a_step, made
from measure import THREADS, Contestant, clocked
from table import Agreement, Goal, Line, Part, command, joined, measured

from steepest.descent.descend import descend
from steepest.descent.recorder import Schedule
from steepest.descent.stochastic import Course, LinearCost, compiled_steps
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import LOGISTIC
from steepest.trace import Array

TITLE = "Recording every step"
WHAT = (
    "One step on the logistic loss: `descend`, which records parameters, gradient, loss and "
    "learning rate, against a bare loop over `value_and_gradient` with the same update that "
    "keeps nothing. Below, the compiled loop of stochastic descent (batches of one row) that "
    "keeps every step, against the same loop that keeps a handful."
)
MOST = 0.05
SLOW = 1e-3  # a descent that has arrived would not compute the same gradient again


@dataclass(frozen=True, slots=True)
class Kept:
    """A step as a list of objects would keep it."""

    loss: float
    params: Array
    gradient: Array


def batch(rows: int, columns: int, steps: int, rounds: int) -> Part:
    """A batch step, recorded and not."""
    problem = made(rows, columns)
    rate = SLOW * problem.rate
    objective = GeneralizedLinear(problem.X, problem.y, threads=THREADS)
    recorded = descend(objective, learning_rate=rate, steps=steps, tolerance=0, curvature=False)
    bare = loop(objective, rate, steps, None)
    difference = float(np.abs(recorded.last_params - bare).max())
    entrants = [
        Contestant("descend, recorded", a_step(objective, rate, steps), "steepest"),
        Contestant(
            "bare loop, nothing kept",
            clocked(lambda: loop(objective, rate, steps, None), 1 / steps),
            "steepest",
        ),
        Contestant(
            "bare loop, a list of dataclasses",
            clocked(lambda: loop(objective, rate, steps, []), 1 / steps),
            "steepest",
        ),
    ]
    lines = measured(problem.name, entrants, rounds)
    agreements = [Agreement(f"{problem.name}, {steps} steps", difference, 1e-12)]
    return Part(lines, [goal(lines)], agreements, [])


def loop(objective: GeneralizedLinear, rate: float, steps: int, kept: list[Kept] | None) -> Array:
    """The same steps by hand; gives the last parameters."""
    params = np.zeros(len(objective.names))
    for _ in range(steps):
        loss, gradient = objective.value_and_gradient(params)
        if kept is not None:
            kept.append(Kept(loss, params, gradient))
        params = params - rate * gradient
    return params


def goal(lines: list[Line]) -> Goal:
    """At most 5 % of a step; what is below the noise of the rounds counts as none."""
    with_it, without = lines[0], lines[1]
    share = 1 / without.ratio.median - 1
    low, high = (1 / edge - 1 for edge in (without.ratio.high, without.ratio.low))
    cost = (with_it.seconds.median - without.seconds.median) * 1e6
    found = f"{share:+.1%} (rounds: {low:+.1%} to {high:+.1%}), {cost:+.1f} µs a step"
    return Goal(f"{with_it.problem}: at most {MOST:.0%} of a batch step", found, share <= MOST)


def stochastic(rows: int, columns: int, rounds: int) -> Part:
    """An epoch of single rows in the compiled loop, recorded at every step and hardly."""
    problem = made(rows, columns)
    cost = LinearCost(problem.X, problem.y, LOGISTIC)
    every, handful = (epoch(cost, Schedule(dense)) for dense in (rows, 1))
    difference = float(np.abs(every() - handful()).max())
    entrants = [
        Contestant("compiled loop, every step kept", clocked(every, 1 / rows), "steepest"),
        Contestant("compiled loop, a handful kept", clocked(handful, 1 / rows), "steepest"),
    ]
    name = f"{problem.name}, batches of 1"
    agreements = [Agreement(f"{name}, an epoch", difference, 0.0)]
    note = "`descend` keeps every step up to step 10,000 and ever fewer beyond."
    return Part(measured(name, entrants, rounds), [], agreements, [note])


def epoch(cost: LinearCost, schedule: Schedule) -> Callable[[], Array]:
    """An epoch of steps on single rows; gives the last parameters."""
    steps = len(cost.y)

    def walk() -> Array:
        course = Course(1, steps, schedule=schedule, full_every=2 * steps)
        start, rate = np.zeros(cost.parameters), np.full(steps + 1, 0.01)
        pieces = compiled_steps(cost, course, start, lambda at: rate[at], lambda at: 0.0)
        kept = [piece for piece in pieces if len(piece.step)]
        last = max(kept, key=lambda piece: int(piece.step[-1]))
        return last.params[-1]

    return walk


def measure(quick: bool) -> Part:
    """All sizes."""
    if quick:
        return joined([batch(20_000, 20, 10, 2), stochastic(20_000, 20, 2)])
    parts = [batch(1_000, 20, 500, 9), batch(20_000, 20, 200, 9), batch(10**6, 20, 10, 9)]
    return joined([*parts, stochastic(200_000, 20, 9)])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
