"""Faults of training seen in the losses alone: rates, noise, loops that forget, bad numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from full_faults import between
from labelled import Labelled
from logged import Array, Log
from loss_setting import Training, labelled, smooth, training
from networks import Network, softmax
from training import train

__all__ = [
    "accumulating",
    "crawling",
    "dead_units",
    "diverging",
    "frozen",
    "noise_floor",
    "non_finite",
    "overfitting",
]

Generator = np.random.Generator


def learns(log: Log, share: float = 0.6) -> bool:
    """Whether the loss ends below this share of its beginning."""
    first, last = smooth(log.loss)
    return last < share * first


def diverging(generator: Generator) -> Labelled | None:
    """A rate 5 to 1,000 times too high; the loss ends well above where it began, or overflows."""
    given = training(generator)
    assert isinstance(given.plan.rate, float)
    times = between(generator, 5, 1000)
    log = given.run(rate=given.plan.rate * times, epochs=min(given.plan.epochs, 60))
    if len(log) < 6 or not np.isfinite(log.loss[0]):
        return None
    first, last = smooth(log.loss[np.isfinite(log.loss)], 0.25)
    if last < 1.5 * first:
        return None
    return labelled(generator, given, log, "diverging", f"rate {times:.3g} times a good one")


def crawling(generator: Generator) -> Labelled | None:
    """A rate 30 to 3,000 times below a good one: it falls, hardly, and the good one would do it."""
    given = training(generator, stepwise=0.25)
    assert isinstance(given.plan.rate, float)
    times = between(generator, 30, 3000)
    log = given.run(rate=given.plan.rate / times)
    good = given.run()
    thirds = [float(part.mean()) for part in np.array_split(log.loss, 3)]
    spread = np.std(np.diff(log.loss)) / np.sqrt(max(len(log) / 3, 1))
    fallen = 1 - thirds[2] / thirds[0]
    if not learns(good, 0.5) or not 1e-4 < fallen < 0.15 or len(log) < 10:
        return None
    if thirds[0] - thirds[2] < 4 * spread or not thirds[0] > thirds[1] > thirds[2]:
        return None
    note = f"rate {times:.3g} times below a good one, {fallen:.2g} of the loss gone"
    return labelled(generator, given, log, "crawling", note, coarse=0.0 if fallen < 0.01 else 0.2)


def noise_floor(generator: Generator) -> Labelled | None:
    """Small batches at a constant high rate: it hovers where a tenth of the rate would go lower."""
    given = training(generator, full=0.0, stepwise=0.5, epochs=(25, 80), rows=180)
    assert isinstance(given.plan.rate, float)
    plan = replace(given.plan, batch=int(generator.choice([1, 2, 4, 8, 16])),
                   rate=given.plan.rate * between(generator, 2, 12))  # fmt: skip
    plan = replace(plan, epochs=max(int(plan.epochs * min(1, plan.batch / 4)), 12))
    given = replace(given, plan=plan)
    log, params = given.kept()
    first = float(log.loss[: max(len(log) // 50, 1)].mean())
    if not np.all(np.isfinite(log.loss)) or len(log) < 15:
        return None
    means = [float(part.mean()) for part in np.array_split(log.loss, 4)]
    if means[3] > 0.75 * first or min(means) <= 0:
        return None
    if not 0.85 < means[3] / means[2] < 1.12 or not 0.8 < means[3] / means[1] < 1.2:
        return None
    network, data = given.network, given.data
    lower = replace(plan, rate=plan.rate / 10, epochs=max(plan.epochs // 3, 5))
    _, calm = train(network, params, data, lower, np.random.default_rng(given.seed + 1))
    now = [network.loss(p, data.X, data.target) for p in (params, calm)]
    if now[1] > 0.8 * now[0] or now[0] < 0.02 * data.base:
        return None
    note = f"a tenth of the rate takes the loss from {now[0]:.3g} to {now[1]:.3g}"
    return labelled(generator, given, log, "noise_floor", note)


def overfitting(generator: Generator) -> Labelled | None:
    """Few rows, some labels wrong, a network that can learn them by heart."""
    given = training(generator, val=True, rows=int(generator.integers(60, 220)), epochs=(60, 250))
    data = given.data
    share = generator.uniform(0.0, 0.25)
    target = data.target.copy()
    wrong = generator.random(len(target)) < share
    if data.classes is None:
        target = target + share * 3 * generator.standard_normal(target.shape)
    else:
        target[wrong] = generator.integers(0, data.classes, int(wrong.sum()))
    given = replace(given, data=replace(data, target=target))
    log = given.run()
    val = log.columns["val_loss"]
    val = val[np.isfinite(val)]
    low, end = int(np.argmin(val)), float(np.median(val[-max(len(val) // 20, 1) :]))
    at = max(int(low / len(val) * len(log)), 1)
    window = max(len(log) // 20, 1)
    then, now = (float(np.median(log.loss[i - window : i])) for i in (max(at, window), len(log)))
    if len(val) < 15 or not 2 <= low < 0.7 * len(val) or end < 1.12 * val[low]:
        return None
    if now > 0.85 * then or val[low] > 0.95 * val[0]:
        return None
    note = f"validation {val[low]:.3g} at {low} of {len(val)}, {end:.3g} at the end"
    return labelled(generator, given, log, "overfitting", f"{note}; {share:.0%} of labels wrong")


def accumulating(generator: Generator) -> Labelled | None:
    """Gradients never zeroed: it swings, or runs away, where the zeroed twin learns."""
    given = training(generator, epochs=(20, 80), full=0.4)
    assert isinstance(given.plan.rate, float)
    given = replace(
        given, plan=replace(given.plan, rate=given.plan.rate * between(generator, 0.02, 1))
    )
    log, usual = given.run(summed=True), given.run()
    rows = min(len(log), len(usual)) // 2
    apart = np.abs(log.loss[-rows:] - usual.loss[-rows:])
    apart = np.where(np.isfinite(apart), apart, np.inf)
    if len(log) < 10 or np.median(apart) < 0.25 * np.median(usual.loss[-rows:]):
        return None
    if not learns(usual, 0.95):
        return None
    return labelled(generator, given, log, "accumulating_gradients", "never zeroed")


def frozen(generator: Generator) -> Labelled | None:
    """No step of the optimizer is ever taken, or its rate is 0."""
    given = training(generator, full=0.4, stepwise=0.3, epochs=(12, 80))
    nought = "learning_rate" not in given.plan.columns and generator.random() < 0.3
    log = given.run(rate=0.0) if nought else given.run(frozen=0)
    if not learns(given.run(), 0.9):
        return None
    note = "rate 0" if nought else "the step is never taken"
    return labelled(generator, given, log, "frozen_parameters", note)


def dead_units(generator: Generator) -> Labelled | None:
    """Rectifiers that never fire, or sigmoid layers through which no gradient comes."""
    given = training(generator, epochs=(25, 100), stepwise=0.2)
    sizes = given.network.sizes
    if generator.random() < 0.55:
        what = "no rectifier fires"
        network = Network(sizes, "relu", given.network.output)
        params = network.start(generator, bias=-generator.uniform(25, 60))
    else:
        depth = int(generator.integers(5, 11))
        what = f"{depth} sigmoid layers"
        network = Network(
            (sizes[0], *[sizes[1]] * depth, sizes[-1]), "sigmoid", given.network.output
        )
        params = network.start(generator, gain=generator.uniform(0.3, 1.0))
    replaced = replace(given, network=network, params=params)
    log = replaced.run()
    end = float(np.median(log.loss[-max(len(log) // 4, 1) :]))
    if not 0.96 < end / given.data.base < 1.1 or not learns(given.run(), 0.7):
        return None
    if replaced.plan.logged == "step" and smooth(log.loss)[0] < 1.05 * end:
        return None  # under the noise of its batches it would look the same as a frozen one
    note = f"{what}: loss {end:.4g}, a constant answer has {given.data.base:.4g}"
    return labelled(generator, replaced, log, "dead_units", note)


def non_finite(generator: Generator) -> Labelled | None:
    """NaN or infinity after a quiet descent: a bad row, log of 0, exp beyond its range, 0 / 0."""
    given = training(generator, epochs=(20, 80), stepwise=0.4)
    drawn = str(generator.choice(["a row with NaN", "log of 0", "exp overflows", "0 / 0"]))
    since = int(given.plan.epochs * generator.uniform(0.1, 0.9))
    chosen = int(generator.integers(len(given.data.X)))
    if drawn == "a row with NaN":

        def inputs(epoch: int, X: Array) -> Array:
            worse = X.copy()
            worse[chosen, 0] = np.nan
            return worse if epoch >= since else X

        log = given.run(inputs=inputs)
    elif drawn == "0 / 0":

        def zero(epoch: int, X: Array) -> Array:
            with np.errstate(all="ignore"):
                return X / (X[:1] - X[:1] if epoch >= since else 1.0)

        log = given.run(inputs=zero)
    else:
        log = broken_loss(given, drawn)
    bad = np.flatnonzero(~np.isfinite(log.loss))
    if not len(bad) or bad[0] < 4 or log.loss[bad[0] - 1] > 1.1 * log.loss[0]:
        return None
    note = f"{drawn}; the first bad row is {bad[0]} of {len(log)}"
    return labelled(generator, given, log, "non_finite", note)


def broken_loss(given: Training, drawn: str) -> Log:
    """The loss as first written: log(1 - p) in float32, or exp without its maximum in float16.

    Its value on the training rows is used for whether it is a number; it breaks as the scores
    grow: where p rounds to 1, 0 * log(0) is NaN; beyond z = 11, exp is infinite in float16.
    """
    data, network = given.data, given.network
    if network.output != "softmax":
        return given.run()
    right = np.eye(network.sizes[-1])[data.target]

    def written(loss: float, params: list[Array], step: int) -> float:
        scores = network.scores(params, data.X)
        if drawn == "log of 0":
            chance = softmax(scores).astype(np.float32)
            terms = right * np.log(chance) + (1 - right) * np.log(1 - chance)
        else:
            raised = np.exp(scores.astype(np.float16))
            terms = right * np.log(raised / raised.sum(axis=1, keepdims=True) + np.float16(1e-7))
        naive = -float(terms.sum(axis=1).mean())
        return loss if np.isfinite(naive) else naive

    logged = "running" if given.plan.logged == "epoch" else given.plan.logged
    return given.run(loss_as_written=written, logged=logged)
