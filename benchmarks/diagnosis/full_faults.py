"""Faults of a descent whose gradients are right: rates, valleys, noise, and shapes of the cost."""

from __future__ import annotations

import numpy as np
from flats import Hollow, SigmoidUnit, Welsch
from labelled import Labelled
from logged import Array, Log
from models import Bowl, Linear, Logistic, spectrum
from problems import classification, separable
from saddles import Product, Saddle
from settings import Setting, left, setting
from truth import Truth
from walking import minimum, walk, written

__all__ = [
    "crawling",
    "diverging",
    "frozen",
    "ill_conditioned",
    "noise_floor",
    "oscillating",
    "overshooting",
    "plateau",
    "saddle",
    "separable_classes",
]

Generator = np.random.Generator


def between(generator: Generator, low: float, high: float) -> float:
    """Uniform in the logarithm."""
    return float(np.exp(generator.uniform(np.log(low), np.log(high))))


def steps_between(generator: Generator, low: int, high: int) -> int:
    """Many short ones, few long ones."""
    return round(between(generator, low, high))


def known(given: Setting) -> Truth:
    """What a remedy is tried on."""
    return Truth(given.cost, given.start)


def diverging(generator: Generator) -> Labelled | None:
    """A rate from 1.01 to 100 times the limit; the loss ends above where it began."""
    given = setting(generator, raw=generator.random() < 0.2, kappa=(1, 1e9))
    times = 1 + between(generator, 0.01, 99)
    rate = 2 * times / given.top
    log = walk(given.cost, given.start, steps_between(generator, 10, 400), rate)
    finite = log.loss[np.isfinite(log.loss)]
    quarter = finite[-max(len(finite) // 4, 1) :]
    if len(finite) < 4 or np.median(quarter) < 1.2 * log.loss[0] or len(log) < 6:
        return None
    # A bounded bounce on a logistic cost need not rise for long; that it ends higher is enough.
    note = f"rate {times:.4g} times the limit; {given.about}"
    return Labelled("diverging", written(generator, log), note, truth=known(given))


def oscillating(generator: Generator) -> Labelled | None:
    """Rate times curvature is 2: the steepest direction jumps for ever, the rest is gone."""
    given = setting(generator, kinds=("linear", "bowl"), kappa=(1, 60))
    top = float(spectrum(given.cost, given.bottom)[-1])
    log = walk(given.cost, given.start, steps_between(generator, 20, 600), 2 / top)
    tail = log.loss[-max(len(log) // 4, 6) :]
    frozen = np.ptp(tail) <= 1e-6 * (tail[0] - given.lowest)
    if not frozen or left(given, log) < 1e-4:
        return None
    note = f"rate exactly 2 / curvature; {given.about}"
    return Labelled("oscillating", written(generator, log), note, truth=known(given))


def overshooting(generator: Generator) -> Labelled | None:
    """A rate between the best fixed one and the limit; the steepest direction is what is left."""
    given = setting(generator, kinds=("linear", "linear", "bowl"), kappa=(1, 60))
    share = generator.uniform(0.8, 0.995)
    rate = share * 2 / given.top
    if rate < 1.03 * 2 / (given.top + given.smallest):
        return None
    log = walk(given.cost, given.start, steps_between(generator, 10, 400), rate)
    values, vectors = given.eigenvectors()
    assert log.params is not None
    parts = (vectors.T @ (log.params[-1] - given.bottom)) ** 2 * values
    if parts[rate * values > 1.2].sum() < 0.9 * parts.sum():
        return None
    if not 1e-16 < left(given, log) < 0.98:
        return None
    note = f"rate {share:.3f} of the limit, best {given.top / (given.top + given.smallest):.3f}"
    note = f"{note}; {given.about}"
    return Labelled("overshooting", written(generator, log), note, truth=known(given))


def crawling(generator: Generator) -> Labelled | None:
    """A rate from 1/25 to one millionth of 1/curvature, much left, and a larger one would help."""
    given = setting(generator, kappa=(1, 300))
    times = between(generator, 25, 1e6 if generator.random() < 0.2 else 1e4)
    steps = steps_between(generator, 20, 1500)
    log = walk(given.cost, given.start, steps, 1 / given.top / times)
    better = walk(given.cost, given.start, steps, 1 / given.top)
    if left(given, log) < 0.3 or left(given, better) > 0.4 * left(given, log):
        return None
    note = f"rate {times:.3g} times below 1 / curvature, {left(given, log):.0%} left"
    digits = (17, 8, 7) if times < 1e3 else (17, 17, 17)
    note = f"{note}; {given.about}"
    return Labelled("crawling", written(generator, log, digits), note, truth=known(given))


def ill_conditioned(generator: Generator) -> Labelled | None:
    """Raw columns of different scale, the rate near its limit, and much left in the long valley."""
    given = setting(generator, kinds=("linear", "linear", "logistic", "bowl"),
                    raw=True, kappa=(2000, 1e9), sizes=(2, 50))  # fmt: skip
    share = generator.uniform(0.35, 0.97)
    log = walk(given.cost, given.start, steps_between(generator, 30, 3000), share * 2 / given.top)
    values, vectors = given.eigenvectors()
    assert log.params is not None
    parts = (vectors.T @ (log.params[-1] - given.bottom)) ** 2 * values
    slow = parts[values < values[-1] / 500].sum() / parts.sum()
    much = left(given, log) > 0.01
    if not isinstance(given.cost, Bowl):  # where the first steps took off a huge offset
        much = much or log.loss[-1] - given.lowest > 0.02 * abs(log.loss[-1])
    if slow < 0.95 or not much:
        return None
    if np.any(np.diff(log.loss[3:]) > 0):  # a curvature beyond that of start and bottom
        return None
    note = f"rate {share:.2f} of the limit, raw columns, {left(given, log):.1%} left"
    note = f"{note}; {given.about}"
    return Labelled("ill_conditioned", written(generator, log), note, truth=known(given))


def noise_floor(generator: Generator) -> Labelled | None:
    """Gradients of 1 to 32 rows at a constant rate: it falls, then hovers above the bottom."""
    given = setting(generator, kinds=("linear", "linear", "logistic"), kappa=(1, 100))
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    batch = int(generator.choice([1, 1, 2, 4, 8, 16, 32]))
    if batch * 3 > len(cost.y):
        return None
    widest = 2 * cost.unit * len(cost.y) if isinstance(cost, Linear) else 0.25
    norm = float((cost.X**2).sum(axis=1).mean()) * widest
    rate = generator.uniform(0.1, 0.9) / max(norm / batch, given.top)
    log, logged = sampled(generator, given, rate, steps_between(generator, 200, 3000), batch)
    assert log.params is not None
    full = np.array([cost.value(w) for w in log.params])
    excess = full - given.lowest
    second, third = np.array_split(excess, 4)[2:]
    if not 0.7 < second.mean() / third.mean() < 1.4 or third.mean() > 0.5 * excess[0]:
        return None
    if third.mean() < 3e-3 * given.lowest:
        return None
    context = {"batch": batch} if generator.random() < 0.6 else {}
    note = f"batches of {batch}, loss of {logged}; {given.about}"
    truth = Truth(cost, given.start, batch=batch)
    return Labelled("noise_floor", written(generator, log), note, context=context, truth=truth)


def sampled(
    generator: Generator, given: Setting, rate: float, steps: int, batch: int
) -> tuple[Log, str]:
    """Mini-batch descent; the loss of all rows or of the batch, and the batch's gradient."""
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    drawn = [generator.choice(len(cost.y), batch, replace=False) for _ in range(steps + 1)]
    logged = "all rows" if generator.random() < 0.6 else "the batch"

    def slope(k: int, params: Array) -> Array:
        return cost.rows(drawn[k]).gradient(params)

    def loss(k: int, params: Array) -> float:
        return (cost if logged == "all rows" else cost.rows(drawn[k])).value(params)

    return walk(cost, given.start, steps, rate, slope=slope, loss=loss), logged


def separable_classes(generator: Generator) -> Labelled | None:
    """Classes that can be told apart: the loss goes to 0, the weights to infinity."""
    cost = classification(generator, apart=True)
    if not separable(cost):
        return None
    start = np.zeros(cost.size) if generator.random() < 0.7 else generator.normal(0, 0.3, cost.size)
    rate = between(generator, 0.3, 4) / float(spectrum(cost, start)[-1])
    log = walk(cost, start, steps_between(generator, 150, 5000), rate)
    assert log.params is not None
    wrong = np.any((2 * cost.y - 1) * (cost.X @ log.params[-1]) <= 0)
    if wrong or log.loss[-1] > 0.12 or np.any(np.diff(log.loss[len(log) // 2 :]) > 0):
        return None
    note = f"all {len(cost.y)} rows told apart, loss {log.loss[-1]:.2g}, {cost.size} parameters"
    return Labelled("separable", written(generator, log), note, truth=Truth(cost, start))


def frozen(generator: Generator) -> Labelled | None:
    """The gradient is there, the parameters are never written back (or no longer)."""
    given = setting(generator, kappa=(1, 1e4))
    steps = steps_between(generator, 10, 600)
    how = str(generator.choice(["never written back", "rate 0", "a copy is moved late"],
                               p=[0.65, 0.2, 0.15]))  # fmt: skip
    since = int(steps * generator.uniform(0.1, 0.4)) if how.endswith("late") else 0
    rate = generator.uniform(0.1, 1.0) / given.top * (how != "rate 0")

    def move(k: int, params: Array, used: Array, alpha: float) -> Array:
        return params - alpha * used if k < since else params

    log = walk(given.cost, given.start, steps, rate, move=move)
    if left(given, log) < 0.02:
        return None
    note = f"{how}; {given.about}"
    return Labelled("frozen_parameters", written(generator, log), note, truth=known(given))


def saddle(generator: Generator) -> Labelled | None:
    """It runs along the way into a saddle; the record ends while it begins to leave it."""
    cost = Saddle.drawn(generator) if generator.random() < 0.6 else Product.drawn(generator)
    start = cost.near_the_way_in(generator)
    top = float(np.abs(spectrum(cost, cost.saddle)).max())
    rate = generator.uniform(0.1, 0.9) / top
    log = walk(cost, start, 4000, rate)
    assert log.params is not None
    assert log.gradient is not None
    below = (cost.saddle_value - log.loss) / (cost.saddle_value - cost.lowest)
    norms = np.linalg.norm(log.gradient, axis=1)
    leaving = np.flatnonzero(below > between(generator, 1e-6, 0.03))
    if not len(leaving) or leaving[0] < 12:
        return None
    end = int(leaving[0]) + 1
    from logged import kept

    log, norms = kept(log, np.arange(end)), norms[:end]
    calm = int(np.argmin(norms))
    if end - calm < 6 or norms[-1] < 2 * norms[calm]:
        return None
    note = f"{cost.about}; leaving it for the last {end - calm} of {end} rows"
    return Labelled("saddle", written(generator, log, (17, 8, 8)), note, truth=Truth(cost, start))


def plateau(generator: Generator) -> Labelled | None:
    """A start where the cost is flat, far above its bottom: saturated units, far outliers."""
    drawn = generator.choice(["sigmoid", "welsch", "ridge"])
    kind = {"sigmoid": SigmoidUnit, "welsch": Welsch, "ridge": Hollow}[str(drawn)]
    cost = kind.drawn(generator)
    start = cost.far_out(generator)
    usual = float(np.abs(spectrum(cost, cost.bottom)).max())
    rate = generator.uniform(0.1, 1.0) / usual
    log = walk(cost, start, steps_between(generator, 30, 2000), rate)
    lowest = cost.value(minimum(cost, cost.bottom))
    fallen = (log.loss[0] - log.loss[-1]) / (log.loss[0] - lowest)
    if not 1e-9 < fallen < 0.1 or log.loss[0] - lowest < 0.2 * log.loss[0]:
        return None
    note = f"{cost.about}; {fallen:.2g} of the way down at {rate * usual:.2f} / its usual curvature"
    truth = Truth(cost, start)
    return Labelled("plateau", written(generator, log, (17, 17, 17)), note, truth=truth)
