"""Whether the numbers in a remedy are right: each is tried on the run that it was given for.

A learning rate is taken for plain descent with the right gradient, from where the run began;
a number of steps is counted to its end; a factor is held against the one that was put in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from labelled import Labelled
from logged import Array
from models import Bowl, Linear, Logistic, spectrum
from truth import Truth

from steepest.diagnosis.finding import Finding

__all__ = ["Trial", "trials"]

ENOUGH = 0.01  # of the first excess loss
STEPS, MOST = 5000, 60_000
FASTER = 5.0
CLOSE = 0.1  # of a number of steps
SAME = 0.01  # of a factor
HALVED = 0.65  # the level of noise at half the rate, with room for its scatter
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Trial:
    """A value that was given, whether it is right, and what was seen."""

    what: str
    right: bool
    seen: str


def trials(finding: Finding, run: Labelled) -> tuple[Trial, ...]:
    """Every value that a finding gives about a full record, tried."""
    if run.truth is None:
        return ()
    with np.errstate(all="ignore"):
        return tuple(_trials(finding, run, run.truth))


def _trials(finding: Finding, run: Labelled, truth: Truth) -> Iterator[Trial]:
    rates = [remedy.set.get("learning_rate") for remedy in finding.remedies]
    rate = next((float(r) for r in rates if isinstance(r, (int, float))), None)
    if rate is not None:
        yield converges(truth, rate)
        if finding.code == "crawling":
            yield is_faster(truth, run, rate)
        if finding.code == "noise_floor" and truth.batch is not None:
            yield lowers_the_level(truth, run, rate)
    total = next((r.set["steps"] for r in finding.remedies if "steps" in r.set), None)
    says_so = "steps_needed" in finding.evidence  # of mini-batches no number is said to arrive
    if total is not None and says_so and truth.momentum is not None:
        yield arrives(truth, run, last_rate(run), float(total) - run.log.step[-1], truth.momentum)
    more = finding.evidence.get("steps_needed_then")
    if more is not None and rate is not None:
        yield arrives(truth, run, rate, more)
    for key, at in (("steps_needed_at_least", last_rate), ("steps_needed_then_at_least", None)):
        least, taken = finding.evidence.get(key), rate if at is None else at(run)
        if least is not None and taken is not None and truth.momentum is not None:
            yield needs_no_fewer(truth, run, taken, least, truth.momentum if at else 0.0)
    if finding.code.startswith("gradient_") and not truth.other:
        yield from named(finding, run, truth)


# learning rates


def descent(truth: Truth, rate: float, steps: int, goal: float = -math.inf) -> Array:
    """The losses of plain descent, until the goal and as many steps again."""
    params, losses, end = truth.start.copy(), [truth.cost.value(truth.start)], steps
    while len(losses) <= end and math.isfinite(losses[-1]):
        params = params - rate * truth.cost.gradient(params)
        losses.append(truth.cost.value(params))
        if losses[-1] <= goal and end == steps:
            end = min(steps, 2 * len(losses) + 100)
    return np.array(losses)


def converges(truth: Truth, rate: float) -> Trial:
    """It falls at every step beyond rounding, and reaches 1 % of the first excess.

    Within 5,000 steps, or twice those that 1 / the largest curvature needs; where 60,000 are
    not enough for that, it is as low by then as that rate is in half of them.
    """
    lowest, safe = truth.lowest(), 1 / truth.curvature()
    first = truth.cost.value(truth.start) - lowest
    goal = lowest + ENOUGH * first
    losses = descent(truth, rate, STEPS, goal)
    if not np.min(losses) <= goal and _falls(losses):
        usual = descent(truth, safe, MOST // 2, goal)
        there = np.flatnonzero(usual <= goal)
        allowed = 2 * int(there[0]) + 10 if len(there) else MOST
        goal = max(goal, float(usual.min()))
        losses = descent(truth, rate, max(allowed, STEPS), goal)
    there = np.flatnonzero(losses <= goal)
    right = bool(_falls(losses) and len(there))
    seen = f"rate {rate:.6g}, {rate * truth.curvature():.4g} of 1 / the largest curvature"
    if not _falls(losses):
        rise = int(np.argmax(~_fallen(losses)))
        seen += f": rises at step {rise + 1} from {losses[rise]:.6g} to {losses[rise + 1]:.6g}"
    elif len(there):
        seen += f": there after {there[0]:,} steps"
    else:
        left = (losses[-1] - lowest) / first
        seen += f": {left:.3g} of the excess left after {len(losses) - 1:,} steps"
    return Trial("learning_rate", right, seen)


def _fallen(losses: Array) -> np.ndarray:
    """Whether each step went down, beyond rounding."""
    return np.diff(losses) <= 1e-10 * np.abs(losses[:-1]) + 1e-14 * abs(losses[0])


def _falls(losses: Array) -> bool:
    return bool(np.all(_fallen(losses)))


def is_faster(truth: Truth, run: Labelled, rate: float) -> Trial:
    """To where the run got, in a fifth of its steps."""
    took = int(run.log.step[-1] - run.log.step[0])
    goal = float(run.log.loss[-1])
    losses = descent(truth, rate, took, goal)
    there = np.flatnonzero(losses <= goal)
    needs = int(there[0]) if len(there) else math.inf
    seen = f"{needs:,} steps to where the run was after {took:,}"
    return Trial("speed", needs <= max(took / FASTER, 1), seen)


def lowers_the_level(truth: Truth, run: Labelled, rate: float) -> Trial:
    """Half the rate halves the excess that mini-batches hover at."""
    flattest = float(spectrum(truth.cost, truth.bottom())[0])
    steps = int(min(max(6000, 4 / (rate * flattest)), 40_000))  # until it has settled
    before, after = (level(truth, run, at, steps) for at in (last_rate(run), rate))
    return Trial("level", after <= HALVED * before, f"from {before:.4g} to {after:.4g}")


def level(truth: Truth, run: Labelled, rate: float, steps: int) -> float:
    """The mean excess over the later half, from where the run ended."""
    cost = truth.cost
    assert isinstance(cost, (Linear, Logistic))
    assert run.log.params is not None
    assert truth.batch is not None
    generator = np.random.default_rng(1)
    params, seen = run.log.params[-1].copy(), list[float]()
    for k in range(steps):
        drawn = generator.choice(len(cost.y), truth.batch, replace=False)
        params = params - rate * cost.rows(drawn).gradient(params)
        if 2 * k > steps and k % 5 == 0:
            seen.append(cost.value(params))
    return float(np.mean(seen)) - truth.lowest()


# numbers of steps


def last_rate(run: Labelled) -> float:
    """As logged, or as the run's last moves show it."""
    logged = run.log.columns.get("learning_rate")
    if logged is not None:
        return float(logged[-1])
    assert run.log.params is not None
    assert run.log.gradient is not None
    moved, used = np.diff(run.log.params, axis=0)[0], run.log.gradient[0]
    return float(-(moved @ used) / (used @ used))


def arrives(truth: Truth, run: Labelled, rate: float, more: float, momentum: float = 0.0) -> Trial:
    """It is there after as many more steps, to a tenth of all steps.

    There: within 1e-8 of the bottom, relative to its size, and each parameter within a hundred
    times that; or with 1e-16 of the first excess left, which is the same on a round bowl.
    """
    done, first = float(run.log.step[-1]), truth.cost.value(truth.start) - truth.lowest()
    limit = 4 * (done + more) + 1000
    distance, excess = counts(truth, run, rate, momentum, first, min(limit, MOST))
    off = min(abs(done + more - (done + count)) / (done + count) for count in (distance, excess))
    seen = (
        f"{done:,.0f} + {more:,.0f} steps said; within 1e-8 after {done:,.0f} + {distance:,.0f}, "
        f"1e-16 of the excess left after {done:,.0f} + {excess:,.0f}"
    )
    return Trial("steps", off <= CLOSE or abs(min(distance, excess) - more) <= 1, seen)


def needs_no_fewer(
    truth: Truth, run: Labelled, rate: float, least: float, momentum: float
) -> Trial:
    """It is not there sooner than a tenth before."""
    done, first = float(run.log.step[-1]), truth.cost.value(truth.start) - truth.lowest()
    found = max(counts(truth, run, rate, momentum, first, min(2 * least + 1000, MOST)))
    right = found + done >= (1 - CLOSE) * (least + done)
    return Trial("least steps", right, f"at least {least:,.0f} said, {found:,.0f} needed")


def counts(
    truth: Truth, run: Labelled, rate: float, momentum: float, first: float, most: float
) -> tuple[float, float]:
    """More steps until the distance, and until the excess, is within the tolerance."""
    assert run.log.params is not None
    bottom = truth.bottom()
    hessian = truth.cost.hessian(bottom)
    quadratic = Bowl(hessian, bottom) if truth.quadratic else truth.cost
    params, before = run.log.params[-1].copy(), run.log.params[-2]
    size = float(np.linalg.norm(bottom)) or float(np.linalg.norm(params - bottom))
    known = np.abs(bottom) > 1e-9 * size
    distance = excess = math.inf
    for k in range(int(most) + 1):
        away = params - bottom
        near = np.all(np.abs(away)[known] <= 100 * TOLERANCE * np.abs(bottom[known]))
        if near and distance == math.inf and np.linalg.norm(away) <= TOLERANCE * size:
            distance = k
        if excess == math.inf and 0.5 * away @ hessian @ away <= TOLERANCE**2 * first:
            excess = k
        if math.isfinite(distance + excess):
            break
        slope = quadratic.gradient(params)
        params, before = params - rate * slope + momentum * (params - before), params
    return distance, excess


# what is wrong with a gradient


def named(finding: Finding, run: Labelled, truth: Truth) -> Iterator[Trial]:
    """The factor or strength that was put in, and where."""
    values = finding.evidence
    factor, ridge, constant = truth.factor, truth.ridge, truth.constant
    if "factor" in values:
        changed = np.zeros(0, int) if factor is None else np.flatnonzero(factor != 1)
        yield same("factor", values["factor"], factor, changed)
        yield located(finding, run, changed)
    elif constant is not None and any(name.startswith("strength_w_") for name in values):
        for index, value in enumerate(constant):
            given = values.get(f"strength_w_{index}", 0.0)
            yield same("strength", given, np.array([value]), np.zeros(1, int))
    elif "strength" in values:
        term = ridge if ridge is not None else constant
        changed = np.zeros(0, int) if term is None else np.flatnonzero(term)
        yield same("strength", values["strength"], term, changed)
        yield located(finding, run, changed)
    elif "coordinates" in values:
        changed = np.zeros(0, int) if factor is None else np.flatnonzero(factor == 0)
        yield located(finding, run, changed)


def same(what: str, given: float, put_in: Array | None, changed: Array) -> Trial:
    """To 1 %, in every coordinate that was changed."""
    if put_in is None or not len(changed):
        return Trial(what, False, f"{given:.6g} said, nothing of the kind was put in")
    values = put_in[changed]
    right = bool(np.all(np.abs(values - given) <= SAME * np.abs(values)))
    shown = ", ".join(f"{value:.6g}" for value in np.unique(values)[:4])
    return Trial(what, right, f"{given:.6g} said, {shown} put in")


def located(finding: Finding, run: Labelled, changed: Array) -> Trial:
    """By the words of the finding."""
    assert run.log.params is not None
    place = words(changed, run.log.params.shape[1])
    right = any(f"{word} {place}{end}" in finding.because for word in ("of", "on", "in")
                for end in (" is", ",", ""))  # fmt: skip
    return Trial("coordinates", right and len(changed) > 0, f"{place} changed: {finding.because}")


def words(changed: Array, size: int) -> str:
    """The coordinates as a finding names them."""
    names = [f"w_{index}" for index in range(size)]
    if len(changed) == size:
        return "every coordinate" if size > 1 else names[0]
    if len(changed) == size - 1 and size > 3:
        return f"every coordinate but {next(n for i, n in enumerate(names) if i not in changed)}"
    some = [names[index] for index in changed]
    return ", ".join(some) if len(some) <= 4 else f"{', '.join(some[:4])} and {len(some) - 4} more"
