"""Stochastic and mini-batch steps, dense and sparse, on shuffled rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import THREADS, Contestant, clocked, installed, skipped
from numpy.typing import NDArray
from scipy import sparse
from stochastic_peers import Rows, peers
from table import Agreement, Goal, Line, Part, command, figures, joined, measured

from steepest.data.sparse import CSR, is_sparse
from steepest.descent.descend import descend
from steepest.descent.recorder import Schedule
from steepest.descent.stochastic import Course, LinearCost, compiled_steps
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import loss_named
from steepest.trace import Array, Trace

TITLE = "Stochastic steps"
WHAT = (
    "Logistic loss (and once squared), float64, rows shuffled anew each epoch, a constant "
    "learning rate. The time is that of one update: of steepest and scikit-learn's SGDClassifier "
    "and SGDRegressor (no penalty) all epochs, end to end, divided by their number; of the others "
    "some steps in a loop that is already set up. steepest records as it goes and computes the "
    "loss of all rows once an epoch, and measures the curvature along the path and at its lowest "
    "point; the others record nothing. The sparse rows have 20 nonzeros."
)
NOTES = [
    "End to end, what is done once (checks, losses of all rows, curvature, joining the record) "
    "weighs the more the shorter the descent and the more columns there are; the loop alone "
    "leaves it out, as the lines of NumPy, PyTorch and JAX do."
]
TIMES_DENSE, TIMES_SPARSE = 3.0, 1.0
SCIKIT = "scikit-learn"
LOOP = "steepest, the compiled loop alone"


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """X dense or SciPy's CSR, as steepest and scikit-learn take it; the same as `Rows`."""

    name: str
    X: Any
    rows: Rows
    loss: str
    intercept: bool
    epochs: int

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.rows.y)

    def updates(self, batch: int) -> int:
        """How many steps all epochs take."""
        return self.epochs * -(-self.size // batch)


def dense(rows: int, columns: int, epochs: int, loss: str = "logistic") -> Problem:
    """Standard normal columns, and an intercept."""
    generator = np.random.default_rng(columns)
    X = generator.standard_normal((rows, columns))
    score = X @ generator.standard_normal(columns) / np.sqrt(columns)
    y = targets(generator, score, loss)
    rate = 0.01 if loss == "logistic" else 0.002
    name = f"{rows:,} x {columns}, {loss}"
    return Problem(name, X, Rows(X, None, y, columns + 1, rate), loss, True, epochs)


def scattered(rows: int, columns: int, held: int, epochs: int) -> Problem:
    """`held` standard normal numbers a row in random columns, zeros elsewhere; no intercept."""
    generator = np.random.default_rng(columns)
    spacing = columns // held
    where = np.arange(held) * spacing + generator.integers(0, spacing, (rows, held))
    values = generator.standard_normal((rows, held))
    X = sparse.csr_matrix(
        (values.ravel(), where.ravel(), np.arange(0, rows * held + 1, held)), (rows, columns)
    )
    y = targets(generator, X @ generator.standard_normal(columns), "logistic")
    name = f"{rows:,} x {columns:,} sparse, logistic"
    return Problem(name, X, Rows(values, where, y, columns, 0.05), "logistic", False, epochs)


def targets(generator: np.random.Generator, score: Array, loss: str) -> Array:
    """Classes with the odds of the score, or the score with noise."""
    if loss == "squared":
        return score + generator.standard_normal(len(score))
    return (generator.random(len(score)) < 1 / (1 + np.exp(-score))).astype(np.float64)


def contest(problem: Problem, batch: int, timed: int, rounds: int) -> Part:
    """One problem; the peers take `timed` steps."""
    name = f"{problem.name}, batches of {batch}"
    order = np.random.default_rng(0).permutation(problem.size)[: timed * batch]
    others = peers(problem.rows) if problem.loss == "logistic" else {}
    agreements = [
        agreement(f"{name}, {peer}, {timed:,} steps", problem, batch, timed, walk(order, batch))
        for peer, walk in others.items()
    ]
    per = 1 / problem.updates(batch)
    note = f"{problem.epochs} epochs, end to end"
    entrants = [
        Contestant("steepest", clocked(lambda: walked(problem, batch), per), "steepest", note),
        Contestant(
            LOOP, clocked(lambda: looped(problem, batch), per), "steepest", "recorded; no facts"
        ),
    ]
    if batch == 1 and installed("sklearn"):
        entrants.append(Contestant(f"{SCIKIT} SGD", clocked(lambda: sgd(problem), per), note=note))
        agreements.append(same_loss(name, problem))
    entrants += [peer_entrant(peer, walk, order, batch) for peer, walk in others.items()]
    lines = measured(name, entrants, rounds)
    return Part(lines, goals(problem, lines), agreements, [])


def peer_entrant(
    name: str, walk: Callable[..., Array], order: NDArray[np.int64], batch: int
) -> Contestant:
    """A peer on the given rows."""
    steps = len(order) // batch
    return Contestant(name, clocked(lambda: walk(order, batch), 1 / steps), note=f"{steps:,} steps")


def walked(problem: Problem, batch: int, curvature: bool = True, steps: int = -1) -> Trace:
    """steepest, end to end."""
    objective = GeneralizedLinear(
        problem.X, problem.rows.y, loss=problem.loss, intercept=problem.intercept, threads=THREADS
    )
    return descend(
        objective,
        batch=batch,
        learning_rate=problem.rows.rate,
        steps=problem.updates(batch) if steps < 0 else steps,
        tolerance=0,
        curvature=curvature,
    )


def looped(problem: Problem, batch: int) -> None:
    """The compiled steps of all epochs, recorded: no facts, no loss of all rows, no checks."""
    X = CSR.of(problem.X) if is_sparse(problem.X) else problem.X
    loss = loss_named(problem.loss)
    cost = LinearCost(X, problem.rows.y, loss, intercept=problem.intercept)
    steps = problem.updates(batch)
    schedule = Schedule.for_parameters(cost.parameters)
    course = Course(batch, steps, schedule=schedule, full_every=2 * steps)
    rate = problem.rows.rate
    pieces = compiled_steps(
        cost, course, np.zeros(cost.parameters), lambda at: np.full(len(at), rate), lambda at: 0.0
    )
    list(pieces)


def agreement(what: str, problem: Problem, batch: int, steps: int, params: Array) -> Agreement:
    """The largest difference of a parameter after these steps, relative to the largest."""
    ours = walked(problem, batch, curvature=False, steps=steps).last_params
    difference = np.abs(ours - params).max() / np.abs(params).max()
    return Agreement(what, float(difference), 1e-9)


def sgd(problem: Problem) -> Array:
    """scikit-learn's estimator, fitted; its parameters."""
    from sklearn.linear_model import SGDClassifier, SGDRegressor

    settings: dict[str, Any] = {
        "penalty": None,
        "learning_rate": "constant",
        "eta0": problem.rows.rate,
        "max_iter": problem.epochs,
        "tol": None,
        "fit_intercept": problem.intercept,
        "random_state": 0,
    }
    if problem.loss == "squared":
        found = SGDRegressor(loss="squared_error", **settings).fit(problem.X, problem.rows.y)
        return np.append(found.coef_, found.intercept_)
    found = SGDClassifier(loss="log_loss", **settings).fit(problem.X, problem.rows.y)
    return np.append(found.coef_[0], found.intercept_ if problem.intercept else [])


def same_loss(name: str, problem: Problem) -> Agreement:
    """The loss of all rows at the end: the shufflings differ, so that it is only about the same."""
    objective = GeneralizedLinear(
        problem.X, problem.rows.y, loss=problem.loss, intercept=problem.intercept
    )
    ours = walked(problem, 1, curvature=False).last_params
    losses = [objective.value_and_gradient(params)[0] for params in (ours, sgd(problem))]
    what = f"{name}, loss at the end, {SCIKIT}"
    return Agreement(what, abs(losses[0] - losses[1]) / losses[1], 0.05)


def goals(problem: Problem, lines: list[Line]) -> list[Goal]:
    """Three times scikit-learn dense, ahead of it sparse."""
    found: list[Goal] = []
    theirs = [line for line in lines if line.contestant.startswith(SCIKIT)]
    loop = next(line for line in lines if line.contestant == LOOP)
    least = TIMES_DENSE if problem.rows.columns is None else TIMES_SPARSE
    for line in theirs:
        wanted = f"{line.problem}: at least {least:g} times as fast as {line.contestant}"
        times, alone = line.ratio.median, line.ratio.median / loop.ratio.median
        found.append(Goal(f"{wanted}, end to end", f"{figures(times)} times", times >= least))
        found.append(Goal(f"{wanted}, the loop alone", f"{figures(alone)} times", alone >= least))
    return found


def measure(quick: bool) -> Part:
    """All problems."""
    if quick:
        flat, thin = dense(5_000, 20, 2), scattered(2_000, 100, 20, 2)
        parts = [contest(flat, 1, 50, 2), contest(thin, 32, 50, 2)]
        parts += [contest(dense(5_000, 20, 4, "squared"), 1, 50, 2)]
    else:
        flat, thin = dense(10**6, 20, 5), scattered(200_000, 1000, 20, 10)
        parts = [contest(p, batch, 1000, 3) for p in (flat, thin) for batch in (1, 32)]
        parts.append(contest(dense(10**6, 20, 5, "squared"), 1, 1000, 3))
    missing = skipped({"torch": "PyTorch", "jax": "JAX", "sklearn": SCIKIT})
    return joined([*parts, Part([], [], [], [*NOTES, *missing])])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
