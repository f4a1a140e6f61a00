"""Faults of the hand that wrote the gradient or the loop: signs, factors, terms, order, sums."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from flats import SigmoidUnit
from full_faults import between, steps_between
from labelled import Labelled
from logged import Array, Log
from models import Linear, Logistic, spectrum
from settings import Setting, setting
from truth import Truth
from walking import walk, written

__all__ = ["accumulating", "missing_term", "scale", "sequential", "sign"]

Generator = np.random.Generator
VISIBLE = 1e-3  # a change of the gradient by less than this share of it is no fault to be seen


def visible(given: Setting, log: Log) -> bool:
    """Whether what the loop used is not the slope, in the first half of the record."""
    assert log.params is not None
    assert log.gradient is not None
    half = max(len(log) // 2, 3)
    pairs = zip(log.params[:half], log.gradient[:half], strict=True)
    right = [(given.cost.gradient(w), g) for w, g in pairs if np.all(np.isfinite(g))]
    shares = [np.linalg.norm(g - s) / max(np.linalg.norm(s), 1e-300) for s, g in right]
    return bool(shares) and float(np.median(shares)) > VISIBLE


def finished(given: Setting, log: Log, label: str, note: str, accept: tuple[str, ...] = (),
             generator: Generator | None = None, **put_in: Any) -> Labelled | None:  # fmt: skip
    """Labelled, if it can be seen and there are a few rows with numbers; `put_in`: see Truth."""
    if not visible(given, log) or np.isfinite(log.loss).sum() < 5:
        return None
    assert generator is not None
    truth = Truth(given.cost, given.start, **put_in)
    note = f"{note}; {given.about}"
    return Labelled(label, written(generator, log), note, accept, truth=truth)


def coordinate(
    generator: Generator, cost: Linear | Logistic | object, size: int
) -> tuple[int, str]:
    """One coordinate, the intercept rather often."""
    intercept = getattr(cost, "intercept", None)
    if intercept is not None and generator.random() < 0.35:
        return int(intercept), "the intercept"
    chosen = int(generator.integers(size))
    return chosen, "the intercept" if chosen == intercept else f"coordinate {chosen}"


def sign(generator: Generator) -> Labelled | None:
    """Uphill: in all coordinates, in one, or in the intercept."""
    given = setting(generator, kappa=(1, 5000))
    factor = np.ones(given.cost.size)
    where = "all coordinates"
    if generator.random() < 0.5 and given.cost.size > 1:
        index, where = coordinate(generator, given.cost, given.cost.size)
        factor[index] = -1.0
    else:
        factor[:] = -1.0
    rate = generator.uniform(0.02, 1.0) / given.top
    log = walk(given.cost, given.start, steps_between(generator, 8, 400), rate,
               slope=lambda _, w: factor * given.cost.gradient(w))  # fmt: skip
    note = f"sign flipped in {where}"
    return finished(given, log, "gradient_sign", note, generator=generator, factor=factor)


def scale(generator: Generator) -> Labelled | None:
    """Off by 2, 1/2, m, 1/m or 10: in all coordinates or in one."""
    given = setting(generator, kappa=(1, 2000))
    rows = len(given.cost.y) if isinstance(given.cost, (Linear, Logistic)) else 100
    factors = {"2": 2.0, "1/2": 0.5, "1/m": 1 / rows, "m": float(rows), "10": 10.0, "0.1": 0.1}
    name = str(generator.choice(list(factors), p=[0.3, 0.25, 0.15, 0.1, 0.1, 0.1]))
    factor = np.ones(given.cost.size)
    where = "all coordinates"
    if generator.random() < 0.4 and given.cost.size > 1:
        index, where = coordinate(generator, given.cost, given.cost.size)
        factor[index] = factors[name]
    else:
        factor[:] = factors[name]
    largest = max(factors[name], 1.0) if generator.random() < 0.8 else 1.0
    rate = generator.uniform(0.05, 1.2) / given.top / largest
    log = walk(given.cost, given.start, steps_between(generator, 8, 500), rate,
               slope=lambda _, w: factor * given.cost.gradient(w))  # fmt: skip
    note = f"factor {name} in {where}"
    return finished(given, log, "gradient_scale", note, generator=generator, factor=factor)


def missing_term(generator: Generator) -> Labelled | None:
    """A coordinate whose slope is 0, a penalty, the target, or the chain rule left out."""
    what = str(generator.choice(["coordinate", "penalty", "target", "chain"],
                                p=[0.45, 0.3, 0.1, 0.15]))  # fmt: skip
    if what == "chain":
        return without_chain(generator)
    kinds = ("linear",) if what == "target" else ("linear", "linear", "logistic")
    given = setting(generator, kinds=kinds, kappa=(1, 2000), l2=what == "penalty",
                    sizes=(2, 50))  # fmt: skip
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    start, put_in = given.start, dict[str, Array]()
    if what == "coordinate":
        index, where = coordinate(generator, cost, cost.size)
        kept = np.ones(cost.size)
        kept[index] = 0.0
        note, put_in = f"the slope of {where} is 0", {"factor": kept}

        def slope(_: int, w: Array) -> Array:
            return kept * cost.gradient(w)
    elif what == "penalty":
        note = f"the penalty {cost.l2:.3g} |w|^2 is not in the gradient"
        put_in = {"ridge": 2 * cost.l2 * cost.penalised}

        def slope(_: int, w: Array) -> Array:
            return cost.gradient(w) - 2 * cost.l2 * cost.penalised * w
    else:
        start = generator.normal(0, 1, cost.size)
        note = "the target is not in the gradient"
        put_in = {"constant": cost.gradient(np.zeros(cost.size))}

        def slope(_: int, w: Array) -> Array:
            return cost.gradient(w) - cost.gradient(np.zeros(cost.size))

    rate = generator.uniform(0.05, 1.2) / given.top
    log = walk(cost, start, steps_between(generator, 10, 500), rate, slope=slope)
    given = replace(given, start=start)
    return finished(given, log, "gradient_missing_term", note, generator=generator, **put_in)


def without_chain(generator: Generator) -> Labelled | None:
    """The squared loss of a sigmoid unit, with the gradient of the log loss."""
    cost = SigmoidUnit.drawn(generator)
    start = generator.normal(0, 0.1, cost.size)
    top = float(spectrum(cost, cost.bottom)[-1])
    given = Setting(cost, start, cost.bottom, top, 1.0)
    log = walk(cost, start, steps_between(generator, 10, 500), generator.uniform(0.1, 1.0),
               slope=lambda _, w: cost.without_chain(w))  # fmt: skip
    note = "the factor s'(z) of the chain rule is missing; where it hardly varies it is a factor"
    both = ("gradient_missing_term", "gradient_scale")
    return finished(given, log, "gradient_missing_term", note, both, generator, other=True)


def sequential(generator: Generator) -> Labelled | None:
    """Each coordinate sees the update of those before it; or the intercept that of the weights."""
    given = setting(generator, sizes=(2, 50), kappa=(1, 2000), raw=generator.random() < 0.15)
    cost, size = given.cost, given.cost.size
    rate = generator.uniform(0.05, 1.2) / given.top
    order, how = [[i] for i in range(size)], "first to last"
    intercept = getattr(cost, "intercept", None)
    drawn = generator.random()
    if drawn < 0.3:
        order, how = order[::-1], "last to first"
    elif drawn < 0.55 and intercept is not None:
        order = [[i for i in range(size) if i != intercept], [intercept]]
        how = "weights, then the intercept"

    def slope(_: int, params: Array) -> Array:
        moving, used = params.copy(), np.zeros(size)
        for block in order:
            used[block] = cost.gradient(moving)[block]
            moving[block] -= rate * used[block]
        return used

    log = walk(cost, given.start, steps_between(generator, 10, 300), rate, slope=slope)
    return finished(given, log, "sequential_update", how, generator=generator, other=True)


def accumulating(generator: Generator) -> Labelled | None:
    """Each gradient is added to those before it; the log holds the sum, or the fresh one."""
    given = setting(generator, kappa=(1, 2000))
    rate = between(generator, 0.003, 1.0) / given.top
    total = np.zeros(given.cost.size)
    fresh = generator.random() < 0.4

    def slope(_: int, params: Array) -> Array:
        nonlocal total
        total = total + given.cost.gradient(params)
        return given.cost.gradient(params) if fresh else total

    def move(_: int, params: Array, used: Array, alpha: float) -> Array:
        return params - alpha * total

    log = walk(given.cost, given.start, steps_between(generator, 12, 400), rate,
               slope=slope, move=move)  # fmt: skip
    assert log.params is not None
    usual = walk(given.cost, given.start, len(log) - 1, rate)
    assert usual.params is not None
    apart = np.linalg.norm(log.params[-1] - usual.params[-1])
    if apart < 0.05 * np.linalg.norm(usual.params[-1] - usual.params[0]) or len(log) < 8:
        return None
    note = f"never zeroed, the log holds the {'fresh' if fresh else 'summed'} gradient"
    note, truth = f"{note}; {given.about}", Truth(given.cost, given.start, other=True)
    return Labelled("accumulating_gradients", written(generator, log), note, truth=truth)
