"""Inputs and labels that do not belong together."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import HELD_OUT
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["shuffled_labels"]

LEARNED = 0.1
LEARNED_TOLD = 0.06
SIGMAS = 4.0
LUCK = 2.0
NEAR = 0.85
FAR = 1.1
HALF = 0.5
SOME = 0.05
REST = 0.25


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
        The training loss falls (by four standard errors) or rests at guessing, and the held-out
        loss never gets below its first level by a tenth (below guessing, where that is known, by
        6 %, which unequal classes of 63 and 37 % lower it by) beyond twice its scatter, nor,
        where guessing is not known, by half of what the training loss won; and does not still
        fall, below where it began, by four standard errors over its later half. Without held-out
        losses: the loss falls to the level of guessing (ln k of the classes told, or said by the
        first loss) and rests there, at 85 % of it or more, having lost a twentieth of its first
        level: a network that guesses from the start is `dead_units`.
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
        known = "val_loss" in reading.trace.measures
        return CannotTell("the losses of a network, alone") if known else CannotTell(HELD_OUT)
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
    return Clear() if curve.train.won > 0.5 else CannotTell(HELD_OUT)


def _because(curve: LossCurve) -> str | None:
    train, held = curve.train, curve.held
    slow = stall(curve)
    if slow is not None and slow.kind in ("frozen", "dead", "crawling"):
        return None
    guess = _guess(curve)
    if held is not None and len(held) >= 3:
        start = curve.start if guess is None else guess
        if start <= 0:
            return None
        won = 1.0 - (curve.held_lowest + LUCK * held.noise) / start
        least = LEARNED if guess is None else LEARNED_TOLD
        alike = guess is None and (held.won > 0.5 * train.won or held.last < held.first)
        fell = train.trend(0.0, 1.0).sigmas < -SIGMAS and train.won > 0.01
        onward = held.trend(0.5, 1.0).sigmas < -SIGMAS and held.last < start
        if won > least or alike or onward or not (fell or guess is not None):
            return None
        return (
            f"the training loss goes from {readable(train.first)} to {readable(train.last)}, "
            f"and the held-out loss never gets clearly below {readable(start)}, where it begins: "
            f"its lowest is {readable(curve.held_lowest)}"
        )
    if guess is None or train.last < NEAR * guess or train.gained < SOME:
        return None
    return (
        f"the loss falls from {readable(train.first)} to {readable(train.last)}, near the level "
        f"of guessing, {readable(guess)}, and it bends there"
    )


def _guess(curve: LossCurve) -> float | None:
    """The level of guessing: as told, or as the first loss says; else ln k of the k up to
    twelve at which it rests."""
    train, told = curve.train, curve.context.classes is not None
    if (train.won > HALF and not told) or not _rests(train):
        return None
    level = curve.chance  # told, or said by the first loss
    return level if level is not None and train.last < FAR * level else None


def _rests(train: Series) -> bool:
    fall = train.first - train.last
    level = abs(train.trend(2 / 3, 1.0).sigmas) < SIGMAS
    return level or float(train.level[2 * len(train) // 3]) - train.last < REST * fall
