"""Gradients that fade on their way back: the first layers do not learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.looks import Looks, looks_of
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import listed, readable

__all__ = ["vanishing_gradients"]

ENOUGH = 6
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
        ratio stays at 1e-5 of the largest one or below, at every look, of six or more; and it
        never falls by more than tenfold from a layer to the next. Layers whose gradient is
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
    looks = looks_of(reading.trace)
    if looks is None:
        return unseen(reading)
    if len(looks) < ENOUGH:
        return CannotTell(MORE)
    sizes = _sizes(looks)
    names, size = list(sizes), np.array(list(sizes.values()))
    if len(names) < LAYERS:
        return Clear()
    relative = size / max(float(size.max()), 1e-300)
    faded = 0
    while faded < len(names) and relative[faded] <= FADED:
        faded += 1
    rises = bool(np.all(size[1:] > 0.1 * size[:-1]))
    if faded < 2 or not rises:
        return Clear()
    return _finding(names[:faded], names[int(size.argmax())], relative[:faded])


def _sizes(looks: Looks) -> dict[str, float]:
    """Layer -> the largest ratio of gradient to weights at any look; without those of zero."""
    found: dict[str, float] = {}
    for name, gradient in looks.gradients.items():
        weight = looks.weights[name]
        known = np.isfinite(gradient) & (weight > 0)
        top = float(np.max(gradient[known] / weight[known])) if known.any() else 0.0
        if top > 0:
            found[name] = top
    return found


def _finding(names: Sequence[str], strongest: str, relative: np.ndarray) -> Finding:
    least, most = float(relative.min()), float(relative.max())
    return Finding(
        "vanishing_gradients",
        "warning",
        "Vanishing gradients: the first layers do not learn",
        f"against the size of its weights, the gradient of {listed(names)} is at most "
        f"{readable(most, 2)} of that of {strongest}, down to {readable(least, 2)}",
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
