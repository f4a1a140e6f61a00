"""Training with nothing wrong, in the many forms that logs have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from labelled import HEALTHY, Labelled
from logged import Log, in_decimals, in_digits, kept
from loss_setting import Training, labelled, smooth, training
from network_data import data
from networks import Network

__all__ = ["healthy"]

Generator = np.random.Generator
ACCEPT = (*HEALTHY, "noise_floor")


def healthy(generator: Generator) -> Labelled | None:
    """One of the ways below."""
    ways: tuple[Callable[[Generator], Labelled | None], ...] = (
        plain, plain, noisy, warmed, decayed, short, long, thinned, coarse, stopped_early, easy,
        hard, restarted, large_units, regularised,
    )  # fmt: skip
    return ways[int(generator.integers(len(ways)))](generator)


def finished(generator: Generator, given: Training, log: Log, note: str,
             least: float = 0.9) -> Labelled | None:  # fmt: skip
    """If it learnt, did not rise, and validation did not turn."""
    first, last = smooth(log.loss)
    if not np.all(np.isfinite(log.loss)) or last > least * first or len(log) < 8:
        return None
    parts = [float(np.mean(part)) for part in np.array_split(log.loss, 6)]
    if any(b > 1.1 * a for a, b in pairwise(parts)) and last > 1e-3 * first:
        return None
    if "val_loss" in log.columns:
        val = log.columns["val_loss"]
        val = val[np.isfinite(val)]
        end = np.median(val[-max(len(val) // 10, 1) :])
        if len(val) and end > 1.03 * val.min() and end - val.min() > 0.01 * val[0]:
            return None
    still = parts[4] - parts[5] > 0.01 * first
    found = labelled(generator, given, log, "unfinished" if still else "converged", note, ACCEPT)
    reason = "healthy: done, on its way or hovering are all right"
    return replace(found, note=f"{found.note}; {reason}")


def plain(generator: Generator) -> Labelled | None:
    """As it comes."""
    given = training(generator)
    return finished(generator, given, given.run(), "plain")


def noisy(generator: Generator) -> Labelled | None:
    """Small batches, a row a step, or tiny sets."""
    given = training(generator, full=0.0, stepwise=1.0, epochs=(8, 40))
    assert isinstance(given.plan.rate, float)
    plan = replace(given.plan, batch=int(generator.choice([4, 8, 16])), rate=given.plan.rate / 2)
    given = replace(given, plan=plan)
    return finished(generator, given, given.run(), "noisy")


def warmed(generator: Generator) -> Labelled | None:
    """A linear warm-up, then constant or to zero."""
    given = training(generator)
    best, share = given.plan.rate, generator.uniform(0.05, 0.3)
    assert isinstance(best, float)
    down = generator.random() < 0.5

    def rate(step: int, total: int) -> float:
        warm = max(share * total, 1)
        if step < warm:
            return best * (step + 1) / (warm + 1)
        return best * (1 - (step - warm) / (total - warm)) if down else best

    log = replace(given, plan=replace(given.plan, rate=rate)).run()
    return finished(generator, given, log, "warm-up")


def decayed(generator: Generator) -> Labelled | None:
    """Cosine, exponential, or in steps of a tenth."""
    given = training(generator)
    best = given.plan.rate
    assert isinstance(best, float)
    kind = str(generator.choice(["cosine", "exponential", "steps"]))

    def rate(step: int, total: int) -> float:
        done = step / total
        falls = {"cosine": (1 + np.cos(np.pi * done)) / 2, "exponential": 0.02**done}
        return best * float(falls.get(kind, 0.1 ** int(3 * done)))

    log = replace(given, plan=replace(given.plan, rate=rate)).run()
    return finished(generator, given, log, f"decay: {kind}")


def restarted(generator: Generator) -> Labelled | None:
    """A cosine that begins again twice or more: the loss rises a little at each new beginning."""
    given = training(generator)
    best, times = given.plan.rate, int(generator.integers(2, 5))
    assert isinstance(best, float)

    def rate(step: int, total: int) -> float:
        return best * (0.02 + 0.98 * (1 + np.cos(np.pi * (times * step / total % 1.0))) / 2)

    log = replace(given, plan=replace(given.plan, rate=rate)).run()
    return finished(generator, given, log, f"cosine, begun {times} times")


def short(generator: Generator) -> Labelled | None:
    """Ten epochs."""
    given = training(generator, full=0.2, stepwise=0.0, epochs=(10, 10))
    log = given.run(epochs=10)
    return finished(generator, given, log, "ten rows", 0.8)


def long(generator: Generator) -> Labelled | None:
    """Thousands of rows."""
    given = training(generator, full=0.0, stepwise=1.0, rows=250)
    assert isinstance(given.plan.rate, float)
    per = -(-len(given.data.X) // (given.plan.batch or 1))
    log = given.run(epochs=min(5000 // per, 500), rate=given.plan.rate / 3)
    return finished(generator, given, log, f"{len(log):,} rows")


def thinned(generator: Generator) -> Labelled | None:
    """Every 10th or 50th step."""
    given = training(generator, full=0.0, stepwise=1.0)
    log = given.run()
    rows = np.arange(0, len(log), int(generator.choice([10, 50])))
    return finished(generator, given, kept(log, rows).without("val_loss"), "thinned")


def coarse(generator: Generator) -> Labelled | None:
    """Four digits, or three decimals."""
    given = training(generator)
    log = given.run()
    log = in_digits(log, 4) if generator.random() < 0.5 else in_decimals(log, 3)
    return finished(generator, given, log, "few digits")


def stopped_early(generator: Generator) -> Labelled | None:
    """Ended a few rows after the best validation loss."""
    given = training(generator, val=True, stepwise=0.0, rows=200, epochs=(60, 200))
    log = given.run()
    val, patience = log.columns["val_loss"], int(generator.integers(2, 6))
    best = int(np.argmin(val))
    end = best + patience + 1
    if best < 8 or end > len(log):
        return None
    return finished(
        generator, given, kept(log, np.arange(end)), f"stopped {patience} rows after its best"
    )


def easy(generator: Generator) -> Labelled | None:
    """Classes far apart, or numbers without noise: tiny losses, honestly."""
    given = training(generator, classes=True, names=("iris", "wine", "digits", "breast_cancer"),
                     epochs=(60, 250))  # fmt: skip
    log = given.run()
    if smooth(log.loss)[1] > 0.02 * log.loss[0]:
        return None
    return finished(generator, given, log, "easy: a tiny loss")


def hard(generator: Generator) -> Labelled | None:
    """Little to be learnt, and learnt: the loss stays near the base rate."""
    given = training(generator, full=0.3, stepwise=0.1, epochs=(20, 60))
    source = given.data
    share = generator.uniform(0.5, 0.75)
    if source.classes is None:
        spread = np.sqrt(share / (1 - share))
        target, target_val = (
            t + spread * generator.standard_normal(t.shape)
            for t in (source.target, source.target_val)
        )
    else:
        target, target_val = (
            np.where(
                generator.random(len(t)) < share, generator.integers(0, source.classes, len(t)), t
            )
            for t in (source.target, source.target_val)
        )
    noisy = replace(source, target=target, target_val=target_val)
    assert isinstance(given.plan.rate, float)
    given = replace(given, data=noisy, plan=replace(given.plan, rate=given.plan.rate / 2))
    log = given.run(columns=("val_loss", *[c for c in given.plan.columns if c != "val_loss"]))
    last = smooth(log.loss)[1]
    val = log.columns["val_loss"]
    val = val[np.isfinite(val)]
    if not 0.6 * noisy.base < last < 0.93 * noisy.base or val[-1] > 0.97 * noisy.base:
        return None
    return finished(generator, given, log, "hard: near the base rate", 0.98)


def large_units(generator: Generator) -> Labelled | None:
    """A target in thousands: losses in millions, as of houses."""
    source = data(generator, classes=False)
    unit = 10 ** generator.uniform(1.5, 5)
    given = training(generator, classes=False, epochs=(60, 200))
    scaled = replace(source, target=source.target * unit, target_val=source.target_val * unit)
    network = Network(
        (source.X.shape[1], *given.network.sizes[1:]), given.network.activation, "linear"
    )
    params = network.start(generator)
    params[-2] = params[-2] * unit
    plan = replace(given.plan, optimizer="adam", rate=generator.uniform(0.005, 0.02))
    given = replace(given, data=scaled, network=network, params=params, plan=plan)
    return finished(generator, given, given.run(), f"targets of about {unit:,.0f}")


def regularised(generator: Generator) -> Labelled | None:
    """Weight decay keeps validation from turning."""
    given = training(generator, val=True, stepwise=0.1)
    given = replace(given, plan=replace(given.plan, l2=10 ** generator.uniform(-3, -1.7)))
    return finished(generator, given, given.run(), "weight decay")
