"""Inputs and labels that do not belong together."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.loss_curve import LossCurve
from steepest.diagnosis.reading import Reading
from steepest.diagnosis.stall import stall
from steepest.diagnosis.upturn import upturn
from steepest.readable import readable

__all__ = ["shuffled_labels"]

LEARNED = 0.1
SIGMAS = 4.0
NEAR = 0.75


def shuffled_labels(reading: Reading) -> Answer:
    """There is nothing to learn: what the network gains it learns by heart.

    Sees
        The loss on the held-out rows against its first level and against guessing,
        ln(classes), and the training loss.
    Matters
        Labels that were shuffled, or joined to the wrong rows, hold nothing about the inputs.
        A network can still learn the training rows by heart, slowly; on other rows it is never
        better than guessing, and gets worse the more it knows by heart.
    Decides
        The training loss falls (by four standard errors), and the held-out loss never gets
        below its first level by a tenth, nor by half of what the training loss won. Without
        held-out losses: the loss bends down to the level of guessing, and after that falls
        only slowly, at a usual learning rate; it ends at three quarters of that level or more.
    When it is wrong
        Labels so noisy, or rows so few, that nothing can be learned from them look the same;
        so does a held-out set that alone is shuffled or scaled otherwise.
    Try
        Look at a few rows with their labels just before they enter the network; sort or shuffle
        inputs and labels together, with one permutation.
    Sources
        Zhang et al. 2017, "Understanding deep learning requires rethinking generalization",
        figure 1.
    """
    curve = reading.curve
    if curve is None:
        return CannotTell("val_loss, the loss on held-out rows")
    if curve.broken or upturn(curve) is not None:
        return Clear()
    because = _because(curve)
    if because is None:
        return Clear() if curve.held is not None else _unknown(curve)
    evidence = {"first_loss": curve.train.first, "last_loss": curve.train.last}
    if curve.held is not None:
        evidence |= {"first_val_loss": curve.held.first, "lowest_val_loss": curve.held.lowest}
    if curve.chance is not None:
        evidence["loss_of_guessing"] = curve.chance
    return Finding(
        "shuffled_labels",
        "warning",
        "Nothing to learn: inputs and labels do not belong together",
        because,
        evidence,
        (Remedy("check, row by row, that inputs and labels still belong together", {}),),
    )


def _unknown(curve: LossCurve) -> Answer:
    return Clear() if curve.train.won > 0.5 else CannotTell("val_loss, the loss on held-out rows")


def _because(curve: LossCurve) -> str | None:
    train, held = curve.train, curve.held
    slow = stall(curve)
    if slow is not None and slow.kind in ("frozen", "dead", "crawling"):
        return None
    if held is not None and len(held) >= 3:
        fell = train.trend(0.0, 1.0).sigmas < -SIGMAS and train.won > 0.02
        won = 1.0 - curve.held_lowest / curve.start
        learned = won > LEARNED or held.won > 0.5 * train.won
        if not fell or learned:
            return None
        return (
            f"the training loss falls from {readable(train.first)} to {readable(train.last)}, "
            f"the held-out loss never from {readable(held.first)} below {readable(held.lowest)}"
        )
    if slow is None or curve.chance is None or train.last < NEAR * curve.chance:
        return None
    return (
        f"{slow.because}, near the level of guessing, {readable(curve.chance)}, and it bends "
        "there"
    )
