"""Too good to be true: the label is among the inputs."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.record.needs import HELD_OUT
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["label_leak"]

NOTHING = 1 / 300


def label_leak(reading: Reading) -> Answer:
    """The losses on training and held-out rows fall to next to nothing.

    Sees
        The last level of both losses as a share of their first.
    Matters
        Where inputs only bear on the target, some of it stays open, and held-out rows cost more
        than the training rows, the more so the closer the fit. Next to nothing on held-out rows
        means that the rule is exact: the target itself is among the inputs.
    Decides
        The held-out loss ends below a three-hundredth of where learning began, and the training
        loss does. This is a convention: of a cross-entropy it is a mean chance of 99 % and more
        for the right class, of a squared error 99.7 % of the variance, on rows never seen.
    When it is wrong
        A target that is an exact function of the inputs (a game, a formula), and classes that lie
        far apart, are learned like this too: no loss can tell them from a leak. So this is a
        remark to look into, and no warning.
    Try
        Look for a column that comes from the target, or is known only after it; for held-out
        rows that are copies of training rows; train without the column that decides alone.
    Sources
        Kaufman et al. 2012, "Leakage in data mining: formulation, detection, and avoidance".
    """
    held, start, last = _levels(reading)
    if held is None or len(held) < 3:
        return CannotTell(HELD_OUT)
    small = last < NOTHING * start and held.last < NOTHING * start
    if not small or reading.finite < len(reading.trace):
        return Clear()
    return Finding(
        "label_leak",
        "info",
        "Too good to be true? The target may be among the inputs",
        f"from {readable(start)} the training loss falls to {readable(last)} and the "
        f"held-out loss to {readable(held.last)}",
        {"first_loss": start, "last_loss": last, "last_val_loss": held.last},
        (Remedy("look for an input that is made from the target, or known only after it", {}),),
    )


def _levels(reading: Reading) -> tuple[Series | None, float, float]:
    """The held-out losses, where learning began, and the last training loss."""
    curve = reading.curve
    if curve is not None:
        return curve.held, curve.start, curve.train.last
    column = reading.trace.measures.get("val_loss")
    if column is None or len(reading.losses) == 0:
        return None, 0.0, 0.0
    good = np.isfinite(column)
    held = Series(reading.trace.step[good].astype(np.float64), column[good])
    first, last = float(reading.losses[0]), float(reading.losses[-1])
    return held, max(first, held.first) if np.any(good) else first, last
