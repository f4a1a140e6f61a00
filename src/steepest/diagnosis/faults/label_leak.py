"""Too good to be true: the label is among the inputs."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.needs import HELD_OUT
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["label_leak"]

NOTHING = 1 / 500


def label_leak(reading: Reading) -> Answer:
    """The losses on training and held-out rows fall to next to nothing.

    Sees
        The last level of both losses as a share of their first.
    Matters
        Where inputs only bear on the target, some of it stays open, and held-out rows cost more
        than the training rows, the more so the closer the fit. Next to nothing on held-out rows
        means that the rule is exact: the target itself is among the inputs.
    Decides
        The held-out loss ends below a five-hundredth of where learning began, and the training
        loss does. This is a convention: of a cross-entropy it is a mean chance of 99 % and more
        for the right class, of a squared error 99.8 % of the variance, on rows never seen.
    When it is wrong
        A target that is an exact function of the inputs (a game, a formula), and classes that lie
        far apart, are learned like this too.
    Try
        Look for a column that comes from the target, or is known only after it; for held-out
        rows that are copies of training rows; train without the column that decides alone.
    Sources
        Kaufman et al. 2012, "Leakage in data mining: formulation, detection, and avoidance".
    """
    curve = reading.curve
    if curve is None:  # a record: of a linear model, which is judged elsewhere
        return Clear() if "val_loss" in reading.trace.measures else CannotTell(HELD_OUT)
    if curve.held is None or len(curve.held) < 3:
        return CannotTell(HELD_OUT)
    train, held = curve.train, curve.held
    start = curve.start
    small = train.last < NOTHING * start and held.last < NOTHING * start
    if curve.broken or not small:
        return Clear()
    return Finding(
        "label_leak",
        "warning",
        "Too good to be true: the target may be among the inputs",
        f"from {readable(start)} the training loss falls to {readable(train.last)} and the "
        f"held-out loss to {readable(held.last)}",
        {"first_loss": start, "last_loss": train.last, "last_val_loss": held.last},
        (Remedy("look for an input that is made from the target, or known only after it", {}),),
    )
