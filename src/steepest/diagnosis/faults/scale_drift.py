"""Inputs whose scale changes on the way."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["scale_drift"]

HALF = 0.5


def scale_drift(reading: Reading) -> Answer:
    """After a sound descent the loss jumps, or climbs steadily: the data are no longer the same.

    Sees
        The smoothed training loss: its lowest level so far, the largest rise above that, how
        long it had rested before it rose, and how suddenly it rose.
    Matters
        The weights fit inputs of one scale. When the scale changes (a scaler fitted again on
        each chunk, other units from some file on, statistics that run away) they are wrong,
        though neither the model nor the learning rate has changed.
    Decides
        The loss falls by a third of its first level or more; then its running mean rises by
        more than a tenth of that fall, and by six standard errors of the mean (never by chance
        in white noise). The rise is a jump (medians before and after differ, half of it comes
        in one row or, in noise, in a third of a window, and no other change comes near it), or
        a climb after a descent that friction slowed: half of the fall was made in its first
        three tenths. What has inertia, comes back, or swings, is `accumulating_gradients`;
        what begins with a rise is `diverging`. A rise of the held-out loss counts where the
        training loss rises as well. Of a watched loop, whose layers are looked at themselves
        (`layer_contract`), only a jump back up by half of the fall counts.
    When it is wrong
        A learning rate raised on the way, or a change of the data that is meant (a curriculum,
        a new task), looks the same.
    Try
        Compare the mean and the spread of the inputs before and after the step given; fit the
        scaler once, on the training rows, and keep it.
    Sources
        Quinonero-Candela et al. 2009, "Dataset shift in machine learning", chapter 1; Page
        1954, "Continuous inspection schemes", for a change found in a running mean.
    """
    curve = reading.curve
    if curve is None:
        return Clear()
    if len(curve.train) < 8:
        return CannotTell(MORE)
    found = upturn(curve)
    if found is None or found.kind not in ("jump", "climb"):
        return Clear()
    fall = curve.train.first - found.low
    if reading.framework and not (found.kind == "jump" and found.high - found.low > HALF * fall):
        return Clear()
    verb = "jumps" if found.kind == "jump" else "climbs"
    step = int(found.begin)
    return Finding(
        "scale_drift",
        "error",
        "Drift: the data changed on the way",
        f"after a sound descent to {readable(found.low)} the loss {verb} to "
        f"{readable(found.high)} from step {step:,} on",
        {"step": found.begin, "before": found.low, "after": found.high},
        (
            Remedy(
                f"compare the scale of the inputs before and after step {step:,}; fit the scaler "
                "once, on the training rows, and keep it",
                {},
            ),
        ),
    )
