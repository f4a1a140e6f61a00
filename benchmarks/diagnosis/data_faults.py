"""Faults of the data and of the loss's shape: labels, leaks, scales, a softmax too many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from labelled import Labelled
from logged import Array
from loss_setting import labelled, smooth, training
from networks import Network

__all__ = ["double_softmax", "label_leak", "scale_drift", "shuffled_labels"]

Generator = np.random.Generator


def shuffled_labels(generator: Generator) -> Labelled | None:
    """Inputs and labels belong to different rows: mixed once, or anew each epoch."""
    given = training(generator, epochs=(20, 80), classes=True if generator.random() < 0.8 else None)
    data = given.data
    anew = generator.random() < 0.4
    mixed = replace(data, target=generator.permutation(data.target))
    if generator.random() < 0.6:  # mixed before the split
        mixed = replace(mixed, target_val=generator.permutation(data.target_val))
    honest = given.run()
    log = replace(given, data=mixed).run(reshuffled=anew)
    _, end = smooth(log.loss)
    if end < 0.75 * data.base or smooth(honest.loss)[1] > 0.6 * data.base:
        return None
    note = f"mixed {'anew each epoch' if anew else 'once'}: loss {end:.3g}, base {data.base:.3g}"
    return labelled(generator, given, log, "shuffled_labels", note)


def double_softmax(generator: Generator) -> Labelled | None:
    """The network ends in a softmax and the loss takes another: a floor above zero."""
    names = ("digits", "digits", "blobs", "wine", "iris", "breast_cancer")
    given = training(generator, classes=True, epochs=(40, 150), stepwise=0.3, names=names)
    k = given.data.classes
    assert k is not None
    assert isinstance(given.plan.rate, float)
    network = Network(given.network.sizes, given.network.activation, "double_softmax")
    given = replace(given, network=network, plan=replace(given.plan, rate=given.plan.rate * 2))
    log = given.run()
    floor = float(np.log(np.e + k - 1) - 1)
    _, end = smooth(log.loss)
    if not floor - 1e-9 < end < floor + 0.12 * (np.log(k) - floor):
        return None
    return labelled(
        generator, given, log, "double_softmax", f"loss {end:.4g}, floor {floor:.4g}, {k} classes"
    )


def label_leak(generator: Generator) -> Labelled | None:
    """The target is one of the inputs: the loss goes to almost nothing where it honestly cannot."""
    given = training(generator, val=True if generator.random() < 0.8 else None, epochs=(30, 120),
                     stepwise=0.25)  # fmt: skip
    data = given.data
    strength = generator.uniform(1, 4)

    def leaking(X: Array, target: Array) -> Array:
        if data.classes is None:
            return np.hstack([X, strength * target])
        if generator.random() < 0.5:
            return np.hstack([X, strength * np.eye(data.classes)[target]])
        return np.hstack([X, strength * (np.eye(data.classes)[target] - 1 / data.classes)])

    if data.classes is not None:  # labels that the inputs cannot tell for sure
        noisy = generator.uniform(0.1, 0.4)
        target, target_val = (
            np.where(
                generator.random(len(t)) < noisy, generator.integers(0, data.classes, len(t)), t
            )
            for t in (data.target, data.target_val)
        )
        data = replace(data, target=target, target_val=target_val)
    honest = replace(given, data=data).run(columns=("val_loss",)).columns["val_loss"]
    state = generator.bit_generator.state
    X = leaking(data.X, data.target)
    generator.bit_generator.state = state  # the same way for validation
    leaked = data.with_inputs(X, leaking(data.X_val, data.target_val))
    network = Network(
        (X.shape[1], *given.network.sizes[1:]), given.network.activation, given.network.output
    )
    given = replace(given, data=leaked, network=network, params=network.start(generator))
    log = given.run()
    _, end = smooth(log.loss)
    honest = honest[np.isfinite(honest)]
    if end > 0.02 * data.base or honest.min() < 0.2 * data.base or not np.all(log.loss < 50):
        return None
    note = f"loss {end:.2g} of {data.base:.2g}; honestly {honest.min():.2g} in validation"
    return labelled(generator, given, log, "label_leak", note)


def scale_drift(generator: Generator) -> Labelled | None:
    """The inputs change their scale on the way: little by little, or at once from some epoch on."""
    given = training(generator, epochs=(30, 100), stepwise=0.3)
    epochs = given.plan.epochs
    times = float(np.exp(generator.uniform(np.log(3), np.log(50))))
    times = 1 / times if generator.random() < 0.15 else times
    gradual = generator.random() < 0.5
    since = int(epochs * generator.uniform(0.25, 0.75))

    def inputs(epoch: int, X: Array) -> Array:
        if gradual:
            return X * times ** (epoch / epochs)
        return X * times if epoch >= since else X

    log, usual = given.run(inputs=inputs), given.run()
    if len(log) < len(usual) or smooth(usual.loss)[1] > 0.7 * smooth(usual.loss)[0]:
        return None
    if gradual:
        worse = np.median(log.loss[-len(log) // 10 :]) / np.median(usual.loss[-len(usual) // 10 :])
        rises = np.median(log.loss[-len(log) // 10 :]) > 1.3 * np.min(
            [np.median(part) for part in np.array_split(log.loss, 12)]
        )
        if worse < 1.5 or not rises:
            return None
        note = f"inputs grow to {times:.3g} times, little by little"
    else:
        at = int(since / epochs * len(log))
        window = max(len(log) // 20, 2)
        before, after = log.loss[at - window : at], log.loss[at : at + window]
        if np.max(after) < 1.8 * np.max(before) or np.median(after) < 1.2 * np.median(before):
            return None
        note = f"inputs times {times:.3g} from row {at} of {len(log)} on"
    return labelled(generator, given, log, "scale_drift", note)
