"""Softmax applied twice: a floor that no training gets below."""

from __future__ import annotations

import math

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import CLASSES
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layer_words, layers_in
from steepest.readable import readable

__all__ = ["double_softmax", "floor_of"]

NEAR = 0.15
TWO = 0.05
INFERRED = 0.1
BELOW = 0.01
RESTS = 0.1
SLOWED = 0.02
EXACT = 1 / 300
HALFWAY = 0.5
ROWS = 12


def floor_of(classes: int) -> float:
    """The least cross-entropy of a softmax over probabilities: ln(e + k - 1) - 1.

    >>> [round(floor_of(k), 4) for k in (2, 3, 10)]
    [0.3133, 0.5514, 1.4612]
    """
    return math.log(math.e + classes - 1) - 1.0


def double_softmax(reading: Reading) -> Answer:
    """Probabilities are handed to a loss that takes a softmax of its own.

    Sees
        The first loss against ln(classes), the lowest losses and the last level against the
        floor ln(e + k - 1) - 1, on the training rows and the held-out rows. A watched loop: the
        operations behind the loss.
    Matters
        The inner softmax gives numbers between 0 and 1. A row that is right with certainty
        still costs ln(e + k - 1) - 1, one that is wrong with certainty one more, and the
        gradient is damped by both: training is slow, and stops far above zero.
    Decides
        No loss, of any batch or of the held-out rows, is below the floor by more than a
        hundredth of it, nor above it by more than one; and the curve comes to rest within
        three twentieths of the way from the floor to ln k (with two classes, where sound runs
        often end there, a twentieth; where the rate fell, which brings any loss to rest, a
        fiftieth), the held-out loss within half of it. A level between zero and ln k is there by
        chance at one in ten to one in thirty. Where the number of classes is not told, it is the
        k up to twelve whose floor is met within a third of a percent (by chance one level in
        fifty), or whose ln k is the first loss, and then at most a tenth of the way counts. A
        watched loop: in the graph of the loss, what cross entropy (or the one with logits) takes
        comes straight from a softmax or a sigmoid, or a negative log likelihood takes a softmax
        without its logarithm.
    When it is wrong
        A hard problem may come to rest at that level by chance, above all with two classes.
    Try
        Hand the raw scores (logits) to the loss, without a softmax before it.
    Sources
        Bridle 1990, "Probabilistic interpretation of feedforward classification network
        outputs"; the documentation of every cross-entropy that takes logits.
    """
    if "softmax_before_loss" in reading.trace.facts:
        return _watched(reading)
    curve = reading.curve
    seen = reading.framework.startswith("PyTorch") and "classes" in reading.trace.facts
    if curve is None or seen:
        return Clear()  # parameters and gradients say what they are of; so does a graph
    classes = _classes(curve)
    if classes is None or classes < 2:
        told = curve.context.classes is not None or curve.train.first < 0.5
        return Clear() if told else CannotTell(CLASSES)
    if curve.broken or upturn(curve) is not None or not _rests(curve, classes):
        return Clear()
    floor = floor_of(classes)
    guessed = "" if curve.context.classes is not None else ", as the first loss says"
    return Finding(
        "double_softmax",
        "error",
        "Softmax applied twice",
        f"the loss comes to rest at {readable(curve.train.last)} and never gets below "
        f"{readable(floor)}, the floor ln(e + k - 1) - 1 for {classes} classes{guessed}",
        {"level": curve.train.last, "floor": floor, "classes": float(classes)},
        (Remedy("hand the raw scores (logits) to the loss; leave the first softmax out", {}),),
    )


def _watched(reading: Reading) -> Finding:
    facts = reading.trace.facts
    layers = layers_in(reading, "softmax_before_loss")
    into = facts.get("softmax_into")
    what = "softmax into a loss that takes one itself" if into is None else str(into.value)
    module = layers_in(reading, "softmax_module")
    if module:
        what = what.replace(" into", f" (the module {module[0]}) into", 1)
    unnamed = layers == ("an operation",)
    scores = layers[0] if unnamed else layer_words(layers)
    classes = reading.trace.number("classes")
    floor = {} if classes is None else {"floor": floor_of(int(classes)), "classes": classes}
    return Finding(
        "double_softmax",
        "error",
        "Softmax applied twice",
        f"the scores of {scores} go through a {what}, {facts['softmax_before_loss'].how}",
        {"parts": float(len(layers)), **floor},
        (Remedy("hand the raw scores (logits) to the loss; leave the first softmax out", {}),),
        module or (() if unnamed else layers),
    )


def _classes(curve: LossCurve) -> int | None:
    """As told; else the k whose floor the loss comes to rest at, from above, within a third of
    a percent; else the k that the first loss says."""
    train = curve.train
    if curve.context.classes is None and train.noise < EXACT * train.last:
        for k in range(2, 13):
            if 0 <= train.last / floor_of(k) - 1 < EXACT and train.first < floor_of(k) + 1:
                return k
    return curve.classes


def _rests(curve: LossCurve, classes: int) -> bool:
    train, held = curve.train, curve.held
    floor, chance = floor_of(classes), math.log(classes)
    if len(train) < ROWS:
        return False
    within = _within(train, floor) and (held is None or _within(held, floor))
    if not within or _ahead(train) > RESTS * (train.first - train.last):
        return False
    if held is not None and (held.last - floor) / (chance - floor) > HALFWAY:
        return False  # what is learned by heart passes the floor on its way
    near = TWO if classes == 2 else NEAR
    ahead = 0.0 if classes == 2 else _ahead(train)
    if curve.context.classes is None:
        near = TWO if classes == 2 else INFERRED
    if curve.rate is not None and curve.rate.last < 0.5 * float(curve.rate.value.max()):
        near, ahead = SLOWED, 0.0  # it rests because the rate fell, wherever it is
    return (train.last - ahead - floor) / (chance - floor) < near


def _within(series: Series, floor: float) -> bool:
    low, high = float(series.value.min()), float(series.value.max())
    return low > floor * (1 - BELOW) and high < floor + 1 + BELOW


def _ahead(train: Series) -> float:
    """What the level lost in the last third of the record."""
    return max(0.0, float(train.level[2 * len(train) // 3] - train.level[-1]))
