"""Descents with nothing wrong: done, or on their way at a sensible rate."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from full_faults import between, known, sampled, steps_between
from labelled import HEALTHY, Labelled
from logged import Array, Log, in_decimals, in_digits, kept
from models import Linear, Logistic
from settings import Setting, left, setting
from truth import Truth
from walking import walk, written

__all__ = ["converged", "shaped", "unfinished"]

Generator = np.random.Generator
DONE, OPEN = 1e-5, 1e-3  # of the way in parameters; of the excess loss


def ended(given: Setting, log: Log) -> str | None:
    """Done, on its way, or neither one clearly (None)."""
    assert log.params is not None
    way = np.linalg.norm(given.start - given.bottom)
    if np.linalg.norm(log.params[-1] - given.bottom) < DONE * way:
        return "converged"
    return "unfinished" if left(given, log) > OPEN else None


def sensible(generator: Generator, given: Setting) -> float:
    """From 0.2 / curvature to near the limit, unless that would jump from wall to wall."""
    share = generator.uniform(0.2, 1.0)
    if given.kappa > 10 and generator.random() < 0.3:
        share = generator.uniform(1.0, 1.5)
    return share / given.top


def converged(generator: Generator) -> Labelled | None:
    """Until the parameters are those of the bottom."""
    given = setting(generator, kappa=(1, 600))
    rate = sensible(generator, given)
    needed = int(np.log(1e6) / max(rate * given.smallest, 1e-4) * generator.uniform(0.9, 2.5)) + 5
    if needed > 6000:
        return None
    log = walk(given.cost, given.start, needed, rate)
    if ended(given, log) != "converged":
        return None
    note = f"rate {rate * given.top:.2f} / curvature; {given.about}"
    return Labelled("converged", written(generator, log), note, truth=known(given))


def unfinished(generator: Generator) -> Labelled | None:
    """Stopped while it goes down steadily."""
    given = setting(generator, kappa=(1, 600))
    rate = sensible(generator, given)
    log = walk(given.cost, given.start, steps_between(generator, 5, 1500), rate)
    if ended(given, log) != "unfinished":
        return None
    note = f"rate {rate * given.top:.2f} / curvature, {left(given, log):.2g} left; {given.about}"
    return Labelled("unfinished", written(generator, log), note, truth=known(given))


def shaped(generator: Generator) -> Labelled | None:
    """Healthy in an unusual form: one of the ways below."""
    ways: tuple[Callable[[Generator], Labelled | None], ...] = (
        scheduled, scheduled, thinned, coarse, single, near, batches, with_memory, tiny_or_long,
    )  # fmt: skip
    return ways[int(generator.integers(len(ways)))](generator)


def labelled(given: Setting, log: Log, note: str, context: dict[str, object] | None = None,
             both: bool = False, momentum: float | None = 0.0) -> Labelled | None:  # fmt: skip
    """By where it ended; `both` where a coarse log or noise leaves both honest."""
    label = ended(given, log)
    if label is None and not both:
        return None
    accept = (*HEALTHY, "noise_floor") if both else ()
    note = f"{note}; {given.about}"
    made_of = Truth(given.cost, given.start, momentum)
    return Labelled(label or "unfinished", log, note, accept, context or {}, made_of)


def scheduled(generator: Generator) -> Labelled | None:
    """A warm-up, a decay, or both."""
    given = setting(generator, kappa=(1, 200))
    best, steps = sensible(generator, given), steps_between(generator, 20, 1200)
    warm = int(steps * generator.uniform(0.05, 0.3)) if generator.random() < 0.5 else 0
    decay = str(generator.choice(["none", "1/t", "cosine", "steps"])) if warm else "cosine"

    def rate(k: int) -> float:
        if k < warm:
            return best * (k + 1) / warm
        done = (k - warm) / (steps - warm + 1)
        falls = {
            "none": 1.0,
            "1/t": 1 / (1 + 3 * done),
            "cosine": 0.05 + 0.95 * (1 + np.cos(np.pi * done)) / 2,
            "steps": 0.5 ** int(3 * done),
        }
        return best * float(falls[decay])

    log = walk(given.cost, given.start, steps, rate)
    return labelled(given, log, f"warm-up of {warm}, decay {decay}")


def thinned(generator: Generator) -> Labelled | None:
    """Every 5th to 100th step written down."""
    given = setting(generator, kappa=(1, 600))
    log = walk(given.cost, given.start, steps_between(generator, 100, 3000),
               sensible(generator, given))  # fmt: skip
    every = int(generator.choice([5, 10, 20, 50, 100]))
    rows = np.arange(0, len(log), every)
    return labelled(given, kept(log, rows), f"every {every}th step") if len(rows) > 5 else None


def coarse(generator: Generator) -> Labelled | None:
    """Four to six digits, or losses of three to six decimals."""
    given = setting(generator, kappa=(1, 300))
    log = walk(given.cost, given.start, steps_between(generator, 10, 800),
               sensible(generator, given))  # fmt: skip
    if ended(given, log) is None:
        return None
    digits = int(generator.integers(4, 7))
    if generator.random() < 0.5:
        return labelled(given, in_digits(log, digits), f"{digits} digits", both=True)
    decimals = int(generator.integers(3, 7))
    return labelled(given, in_decimals(log, decimals), f"losses of {decimals} decimals", both=True)


def single(generator: Generator) -> Labelled | None:
    """Computed in float32 throughout."""
    given = setting(generator, kappa=(1, 100))
    cost = given.cost

    def cast(values: Array | float) -> Array:
        return np.asarray(values, dtype=np.float32).astype(float)

    rate = sensible(generator, given)
    log = walk(
        cost,
        cast(given.start),
        steps_between(generator, 20, 1500),
        rate,
        slope=lambda _, w: cast(cost.gradient(w)),
        loss=lambda _, w: float(cast(cost.value(w))),
        move=lambda _, w, g, alpha: cast(w - alpha * g),
    )
    return labelled(given, log, "float32", both=True)


def near(generator: Generator) -> Labelled | None:
    """Begun close to the bottom: little to gain, and gained."""
    given = setting(generator, kappa=(1, 200))
    size = max(float(np.linalg.norm(given.bottom)), 0.1)
    off = generator.standard_normal(given.cost.size)
    start = given.bottom + between(generator, 1e-4, 0.03) * size * off / np.linalg.norm(off)
    closer = Setting(given.cost, start, given.bottom, given.top, given.kappa)
    log = walk(given.cost, start, steps_between(generator, 15, 600), sensible(generator, given))
    return labelled(closer, log, "begun near the bottom")


def batches(generator: Generator) -> Labelled | None:
    """Mini-batches that have not reached their floor, or whose rate decays."""
    given = setting(generator, kinds=("linear", "logistic"), kappa=(1, 60))
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    batch = int(generator.choice([8, 16, 32, 64]))
    if len(cost.y) < 3 * batch:
        return None
    rate = generator.uniform(0.03, 0.3) / given.top
    log, logged = sampled(generator, given, rate, steps_between(generator, 30, 400), batch)
    assert log.params is not None
    quarters = np.array_split(log.params, 4)
    means = [np.mean([cost.value(w) for w in part]) for part in quarters]
    if not all(b - given.lowest < 0.7 * (a - given.lowest) for a, b in pairwise(means)):
        return None
    note = f"batches of {batch}, loss of {logged}; {given.about}"
    accept, truth = ("unfinished", "noise_floor"), Truth(cost, given.start, batch=batch)
    return Labelled("unfinished", log, note, accept, {"batch": batch}, truth)


def with_memory(generator: Generator) -> Labelled | None:
    """Momentum or Adam, as its owner says."""
    given = setting(generator, kappa=(1, 300))
    name = str(generator.choice(["momentum", "adam"]))
    beta = float(generator.choice([0.5, 0.9]))
    first, second = np.zeros(given.cost.size), np.zeros(given.cost.size)

    def move(k: int, params: Array, used: Array, alpha: float) -> Array:
        nonlocal first, second
        if name == "momentum":
            first = beta * first + used
            return params - alpha * first
        first, second = 0.9 * first + 0.1 * used, 0.999 * second + 0.001 * used**2
        corrected = np.sqrt(second / (1 - 0.999 ** (k + 1))) + 1e-8
        return params - alpha * first / (1 - 0.9 ** (k + 1)) / corrected

    way = float(np.abs(given.start - given.bottom).max())
    steps = steps_between(generator, 60, 1500)
    rate = generator.uniform(0.1, 0.5) / given.top if name == "momentum" else 4 * way / steps
    log = walk(given.cost, given.start, steps, rate, move=move)
    if log.loss[-1] - given.lowest > 0.3 * (log.loss[0] - given.lowest):
        return None
    if np.max(log.loss[len(log) // 2 :]) > log.loss[0]:
        return None
    told = generator.random() < 0.75
    note = name if told else f"{name}, which its owner does not tell"
    context: dict[str, object] = {"optimizer": name} if told else {}
    momentum = beta if name == "momentum" else None
    return labelled(given, written(generator, log), note, context, True, momentum)


def tiny_or_long(generator: Generator) -> Labelled | None:
    """Ten rows, or five thousand."""
    steps = int(generator.choice([9, 10, 4999]))
    given = setting(generator, kappa=(1, 30) if steps < 20 else (50, 800))
    log = walk(given.cost, given.start, steps, sensible(generator, given))
    return labelled(given, log, f"{len(log):,} rows")
