"""Gradients that fade on their way back: the first layers do not learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.looks import Looks
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layer_words, unseen
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["vanishing_gradients"]

ENOUGH = 6
SOME = 32
LAYERS = 4
FADED = 1e-5


def vanishing_gradients(reading: Reading) -> Answer:
    """The gradient fades on its way back, so that the first layers do not learn.

    Sees
        A watched loop: by layer, the norm of the gradient over the norm of the weights.
    Matters
        A sigmoid passes back a quarter of the slope at the most. Ten of them in a row leave a
        millionth: the first layers stay as they were drawn, and the last ones learn from noise.
        Adam divides that out until the gradient is as small as its epsilon, then no more.
    Decides
        In two layers or more, the first ones of four or more that any gradient reaches, the
        ratio stays at 1e-5 of the largest one or below, at every look, of six or more (of very
        many, at 32 of them); and it never falls by more than tenfold from a layer to the next.
        Layers whose gradient is
        exactly zero are frozen or not reached, which is another fault; those that only begin
        at zero grow out of it.
    When it is wrong
        Layers that are not used one after the other, as branches, need not rise in this order.
    Try
        Rectifiers (GELU, SiLU) in place of sigmoids, a start scaled for the activation (He,
        Glorot), normalisation, residual connections, fewer layers.
    Sources
        Hochreiter 1991, "Untersuchungen zu dynamischen neuronalen Netzen"; Bengio, Simard and
        Frasconi 1994, "Learning long-term dependencies with gradient descent is difficult";
        Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
        networks".
    """
    looks = reading.looks
    if looks is None:
        return unseen(reading)
    if len(looks) < ENOUGH:
        return CannotTell(MORE)
    if not _suspected(looks):
        return Clear()
    names, shares = _shares(looks)
    if len(names) < LAYERS:
        return Clear()
    size = shares.max(axis=1)
    faded = 0
    while faded < len(names) and size[faded] <= FADED:
        faded += 1
    rises = bool(np.all(size[1:] > 0.1 * size[:-1]))
    if faded < 2 or not rises:
        return Clear()
    strongest = names[int(np.median(shares, axis=1).argmax())]
    return _finding(names[:faded], strongest, size[:faded])


def _suspected(looks: Looks) -> bool:
    """Whether at the last look the ratio of the first layer that has a gradient is far below."""
    first, top = 0.0, 0.0
    row = looks.row[-1:]
    for name in looks.gradients:
        weight = looks.weights.at(name, row).item()
        ratio = looks.gradients.at(name, row).item() / weight if weight > 0 else 0.0
        first, top = first or ratio, max(top, ratio)
    return first <= FADED * top


def _shares(looks: Looks) -> tuple[list[str], Array]:
    """The layers that a gradient reaches, and (L, n) their ratios of gradient to weights as shares
    of the largest one at each look."""
    row = looks.row[:: -(-len(looks) // SOME)]
    found: dict[str, Array] = {}
    for name in looks.gradients:
        gradient, weight = looks.gradients.at(name, row), looks.weights.at(name, row)
        known = np.isfinite(gradient) & (weight > 0)
        ratio = np.where(known, gradient, 0.0) / np.where(known, weight, 1.0)
        if ratio.any():
            found[name] = ratio
    table = np.array(list(found.values()))
    return list(found), table / np.maximum(table.max(axis=0, initial=0.0), 1e-300)


def _finding(names: Sequence[str], strongest: str, relative: np.ndarray) -> Finding:
    least, most = float(relative.min()), float(relative.max())
    return Finding(
        "vanishing_gradients",
        "warning",
        "Vanishing gradients: the first layers do not learn",
        f"against the size of its weights, the gradient of {layer_words(names)} is at most "
        f"{readable(most, 2)} of that of layer {strongest}, down to {readable(least, 2)}",
        {"largest_share": most, "smallest_share": least, "layers": float(len(names))},
        (
            Remedy(
                "use rectifiers in place of sigmoids, weights that begin scaled for them (He, "
                "Glorot), normalisation or residual connections; or fewer layers",
                {},
            ),
        ),
        tuple(names),
    )
