"""What the first call costs beyond the second: compiling, or loading what was compiled."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial

from measure import Contestant, installed, skipped
from table import Agreement, Part, command, joined, measured

TITLE = "The first call"
WHAT = (
    "A fresh process, 20,000 x 20: the first call less the second, that is compiling or loading "
    "what is kept compiled; imports are not counted. It is paid once and is in no other table. "
    "steepest keeps its compiled code on disk, so that only the first run on a machine compiles."
)
DATA = """
import time
import numpy as np
X = np.random.default_rng(0).standard_normal((20_000, 20))
y = (X[:, 0] > 0).astype(float)
def clocked(work):
    begin = time.perf_counter()
    return float(work()), time.perf_counter() - begin
def first(work):
    result, seconds = clocked(work)
    print(result, seconds - min(clocked(work)[1] for _ in range(3)))
"""
SQUARES = """
from steepest.descent.descend import descend
from steepest.objective.least_squares import LeastSquares
first(lambda: descend(LeastSquares(X, y), steps=1000, tolerance=0).last_loss)
"""
BATCH_STEP = """
from steepest.objective.generalized_linear import GeneralizedLinear
params = np.full(20, 0.1)
first(lambda: GeneralizedLinear(X, y, intercept=False).value_and_gradient(params)[0])
"""
STOCHASTIC = """
from steepest.descent.descend import descend
from steepest.objective.generalized_linear import GeneralizedLinear
wishes = {"batch": 1, "learning_rate": 0.01, "steps": 20_000}
first(lambda: descend(GeneralizedLinear(X, y), **wishes).last_loss)
"""
JAX = """
import jax, jax.numpy as jnp
jax.config.update("jax_enable_x64", True)
rows, targets = jnp.asarray(X), jnp.asarray(y)
cost = lambda w, X, y: jnp.mean(jnp.logaddexp(0.0, X @ w) - (X @ w) * y)
step = jax.jit(jax.value_and_grad(cost))
params = jnp.full(20, 0.1)
first(lambda: jax.block_until_ready(step(params, rows, targets))[0])
"""
WORKS = {"least squares": SQUARES, "batch step": BATCH_STEP, "stochastic steps": STOCHASTIC}


def fresh(code: str, cache: str | None = None) -> tuple[float, float]:
    """What a fresh process prints: its result and its seconds; `cache` keeps compiled code."""
    kept = {} if cache is None else {"NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", DATA + code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **kept},
    )
    result, seconds = map(float, done.stdout.split())
    return result, max(seconds, 1e-9)


def compiling(code: str) -> tuple[float, float]:
    """With an empty folder of compiled code."""
    with tempfile.TemporaryDirectory() as folder:
        return fresh(code, folder)


def contest(name: str, quick: bool) -> Part:
    """Loaded, compiled anew, and JAX."""
    code = WORKS[name]
    runs = {"steepest, compiled before": partial(fresh, code)}
    if not quick:
        runs["steepest, nothing compiled yet"] = partial(compiling, code)
    if name == "batch step" and installed("jax"):
        runs["JAX, jit"] = partial(fresh, JAX)
    results: dict[str, float] = {}

    def seconds(contestant: str) -> float:
        results[contestant], taken = runs[contestant]()
        return taken

    if not quick:
        fresh(code)  # so that it is compiled before
    entrants = [
        Contestant(contestant, partial(seconds, contestant), role(contestant))
        for contestant in runs
    ]
    lines = measured(name, entrants, 1)
    ours = results["steepest, compiled before"]
    agreements = [
        Agreement(f"{name}, {contestant}", abs(result - ours) / abs(ours), 1e-9)
        for contestant, result in results.items()
    ]
    return Part(lines, [], agreements, [])


def role(contestant: str) -> str:
    """Ours or theirs."""
    return "steepest" if contestant.startswith("steepest") else "peer"


def measure(quick: bool) -> Part:
    """Every kind of work."""
    parts = [contest(name, quick) for name in (["batch step"] if quick else WORKS)]
    return joined([*parts, Part([], [], [], skipped({"jax": "JAX"}))])


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
