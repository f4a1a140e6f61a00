"""Flat stretches of a loss that are no minimum: small first weights, saturated outputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from full_faults import between
from labelled import Labelled
from logged import Array
from loss_faults import learns
from loss_setting import labelled, training
from networks import Network

__all__ = ["plateau"]

Generator = np.random.Generator


def plateau(generator: Generator) -> Labelled | None:
    """A long flat stretch that is no minimum: it falls at last, or a gentler start shows it."""
    if generator.random() < 0.12:
        return saturated(generator)
    classes = generator.random() < 0.5
    names = ("digits", "blobs", "iris") if classes else ("teacher", "waves")
    given = training(generator, classes=classes, full=0.7, stepwise=0.1, names=names)
    first, *_, last = given.network.sizes
    depth = int(generator.integers(2, 5))
    network = replace(given.network, sizes=(first, *[8] * depth, last), activation="tanh")
    params = network.start(generator, gain=between(generator, 0.1, 0.7))
    name = str(generator.choice(["sgd", "momentum"]))
    rate = between(generator, 0.2, 1.0) * (0.2 if name == "momentum" else 1.0)
    epochs = int(generator.integers(60, 200)) * (6 if given.plan.batch is None else 1)
    plan = replace(given.plan, optimizer=name, rate=rate, epochs=epochs)
    given = replace(given, network=network, params=params, plan=plan)
    log = given.run()
    total = log.loss[: max(3, len(log) // 50)].mean() - log.loss[-3:].mean()
    if not np.all(np.isfinite(log.loss)) or total < 0.2 * log.loss[0]:
        return None
    level = float(np.median(log.loss[: len(log) // 2]))
    flat = np.flatnonzero(np.abs(log.loss - level) < 0.04 * total)
    if len(flat) < 0.4 * len(log) or flat[-1] - flat[0] > 1.2 * len(flat):
        return None
    if flat[-1] > 0.95 * len(log) or not falls_after(log.loss, int(flat[0]), int(flat[-1])):
        return None
    note = f"flat from row {flat[0]} to {flat[-1]} of {len(log)}, then it falls"
    return labelled(generator, given, log, "plateau", note)


def falls_after(loss: Array, first: int, last: int) -> bool:
    """Whether it falls on after the stretch, and there five times as fast as within it."""
    inner = first + (last - first) // 4, last - (last - first) // 4
    within = (loss[inner[0]] - loss[inner[1]]) / max(inner[1] - inner[0], 1)
    rest = loss[last:]
    steepest = np.max(-np.diff(rest[:: max(len(rest) // 20, 1)])) / max(len(rest) // 20, 1)
    return loss[last] - loss[-1] > 0.15 * (loss[0] - loss[-1]) and steepest > 5 * abs(within)


def saturated(generator: Generator) -> Labelled | None:
    """One sigmoid output with squared error that starts on the wrong side, saturated."""
    given = training(generator, classes=True, names=("breast_cancer", "blobs", "spirals"),
                     epochs=(30, 120), stepwise=0.0)  # fmt: skip
    given = replace(given, plan=replace(given.plan, logged="epoch"))
    data = replace(given.data, classes=None, target=(given.data.target == 0)[:, None].astype(float),
                   target_val=(given.data.target_val == 0)[:, None].astype(float))  # fmt: skip
    network = Network((*given.network.sizes[:-1], 1), given.network.activation, "sigmoid")
    params = network.start(generator)
    side = -1 if data.target.mean() > 0.5 else 1
    params[-1] = params[-1] + side * generator.uniform(8, 14)
    plan = replace(given.plan, optimizer="sgd", rate=generator.uniform(0.05, 0.5))
    given = replace(given, data=data, network=network, params=params, plan=plan)
    log = given.run()
    easy = replace(given, params=network.start(generator)).run()
    fallen = 1 - log.loss[-1] / log.loss[0]
    if not 1e-5 < fallen < 0.05 or not learns(easy, 0.7):
        return None
    if log.loss[0] < 1.2 * float(data.target.var()):
        return None
    note = "saturated output on the wrong side; no gradient comes through it, so dead units as well"
    both = ("plateau", "dead_units")
    return labelled(generator, given, log, "plateau", note, both, coarse=0.0)
