"""Least squares: 1,000 recorded steps of batch descent, and the minimum by Ridge."""

from __future__ import annotations

import numpy as np
from batch_peers import Problem, Record, peers
from measure import THREADS, Contestant, clocked, installed, matmul_speed, read_once, skipped
from table import Agreement, Goal, Line, Part, command, figures, joined, measured

from steepest.descent.descend import descend
from steepest.objective.least_squares import LeastSquares
from steepest.trace import Array, Trace

TITLE = "Least squares: 1,000 recorded steps"
WHAT = (
    "Batch descent on the mean squared error from zeros, the same constant learning rate for "
    "all, every step recorded with parameters, loss and gradient. steepest is timed end to "
    "end: the pass over the data, all steps, its facts, error bound and replayed steps. Ridge "
    "(alpha 1e-9, solver auto) finds the minimum only, without a path."
)
STEPS = 1000
TIMES_FASTER = 100.0


def contest(rows: int, columns: int, checked: int, timed: int, rounds: int) -> Part:
    """One size: `checked` steps of each peer are compared, `timed` of them timed."""
    problem = made(rows, columns)
    trace = walked(problem)
    others = peers(problem)
    compared = {name: checked if name == "NumPy" else timed for name in others}
    agreements = [
        agreement(f"{problem.name}, {name}, {compared[name]:,} steps", trace, walk(compared[name]))
        for name, walk in others.items()
    ]
    entrants = [Contestant("steepest", clocked(lambda: walked(problem)), "steepest")]
    note = f"{timed} of {STEPS:,} steps timed, times {STEPS / timed:g}"
    for name, walk in others.items():
        seconds = clocked(lambda walk=walk: walk(timed), STEPS / timed)
        entrants.append(Contestant(name, seconds, note=note))
    if installed("sklearn"):
        entrants.append(Contestant("scikit-learn Ridge", ridge(problem), note="the minimum only"))
        agreements.append(same_minimum(problem, trace))
    entrants += limits(problem)
    lines = measured(problem.name, entrants, rounds)
    return Part(lines, goals(problem.name, lines, agreements, trace), agreements, [])


def made(rows: int, columns: int) -> Problem:
    """Columns of spreads from 1 down to 0.1; the rate is 1/λ_max."""
    generator = np.random.default_rng(columns)
    X = generator.standard_normal((rows, columns))
    X *= np.logspace(0, -1, columns)
    y = X @ generator.standard_normal(columns) + 3.0 + generator.standard_normal(rows)
    bordered = np.vstack([np.hstack([X.T @ X, X.sum(0)[:, None]]), np.append(X.sum(0), rows)])
    return Problem(X, y, "squared", rows / float(np.linalg.eigvalsh(bordered)[-1]))


def walked(problem: Problem) -> Trace:
    """steepest, end to end."""
    objective = LeastSquares(problem.X, problem.y, threads=THREADS)
    return descend(objective, learning_rate=problem.rate, steps=STEPS, tolerance=0)


def agreement(what: str, trace: Trace, record: Record) -> Agreement:
    """The largest difference of a parameter at any step, relative to the largest parameter."""
    assert trace.params is not None
    steps = len(record.params)
    difference = np.abs(trace.params[:steps] - record.params).max()
    return Agreement(what, float(difference / np.abs(record.params).max()), 1e-9)


def ridge(problem: Problem) -> object:
    """Ridge's fit as it is usually called; it copies X and centres the copy."""
    from sklearn.linear_model import Ridge

    return clocked(lambda: Ridge(alpha=1e-9).fit(problem.X, problem.y))


def same_minimum(problem: Problem, trace: Trace) -> Agreement:
    """Ridge's coefficients and the bottom of the bowl."""
    from sklearn.linear_model import Ridge

    found = Ridge(alpha=1e-9).fit(problem.X, problem.y)
    minimum: Array = trace.facts["minimum"].array
    difference = np.abs(np.append(found.coef_, found.intercept_) - minimum).max()
    scale = float(np.abs(minimum).max())
    return Agreement(f"{problem.name}, Ridge, the minimum", float(difference) / scale, 1e-9)


def limits(problem: Problem) -> list[Contestant]:
    """One read of X and y; and the multiplications of half of XᵀX at matrix-product speed."""
    rows, columns = problem.X.shape
    flops = rows * columns * (columns + 1.0)
    read = Contestant(
        f"limit: one read by {THREADS} threads", read_once([problem.X, problem.y]), "limit"
    )
    seconds = flops / matmul_speed()
    note = "half of XᵀX at the speed of NumPy's matrix product, measured before the race"
    return [read, Contestant("limit: arithmetic", lambda: seconds, "limit", note)]


def goals(name: str, lines: list[Line], agreements: list[Agreement], trace: Trace) -> list[Goal]:
    """100 times faster, never slower than Ridge, the same trajectory with a bound."""
    found: list[Goal] = []
    for line in lines:
        if line.role != "peer":
            continue
        least = 1.0 if "Ridge" in line.contestant else TIMES_FASTER
        wanted = f"{name}: at least {least:g} times as fast as {line.contestant}"
        times = f"{figures(line.ratio.median)} times"
        found.append(Goal(wanted, times, line.ratio.median >= least))
    paths = [a for a in agreements if "minimum" not in a.what]
    worst, bound = max(a.difference for a in paths), trace.number("error_bound")
    said = f"{worst:.1e} on the compared steps; bound {bound:.1e} on step {STEPS:,}"
    reached = worst <= 1e-9 and bound is not None
    return [*found, Goal(f"{name}: trajectory equal to 1e-9, with an error bound", said, reached)]


def measure(quick: bool) -> Part:
    """All sizes."""
    sizes = (
        [(20_000, 20, 30, 5, 2)]
        if quick
        else [(10**6, 5, 1000, 50, 5), (10**6, 20, 1000, 20, 5), (10**6, 100, 100, 10, 5)]
    )
    parts = [contest(*size) for size in sizes]
    missing = skipped({"torch": "PyTorch", "jax": "JAX", "sklearn": "scikit-learn"})
    return joined([*parts, Part([], [], [], missing)])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
