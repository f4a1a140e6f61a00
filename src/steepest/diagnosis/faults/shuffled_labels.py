"""Inputs and labels that do not belong together."""

from __future__ import annotations

import numpy as np

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
ROWS = 200
STEPS = 50
ASSOCIATED = 3.5
OPPOSED = -4.5  # labels that avoid their neighbours', as parity does, belong to them too
GUESSING = 0.97
TWICE = 2.0
MOVED = 0.01
AGREES = 3.0
LEARNT = 0.8
FIRST = 120
HELD = 10
SEEN = {
    "classes": "the nearest other row has the same label in a share of {} (by chance {})",
    "numbers": "the target's rank correlation with that of the nearest other row is {} "
    "(by chance {})",
    "tokens": "a token tells {} nats of its label (by chance {})",
}


def shuffled_labels(reading: Reading) -> Answer:
    """There is nothing to learn: what the network gains it learns by heart.

    Sees
        The loss on the held-out rows against its first level and against guessing,
        ln(classes), and the training loss. In a watched loop also a sample of rows and their
        labels, from the first batches: how well the nearest other row tells the label, or a token
        the next one, against the same labels mixed; whether the inputs have a structure that
        labels could follow; and whether the answers go with the labels of their rows at all.
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
        level: a network that guesses from the start is `dead_units`. In a watched loop: 200
        different rows or more, whose labels follow their neighbours by less than 3.5 standard
        deviations of mixed labels, in inputs that have structure; 50 steps or more, along which
        a sample of the parameters moved by a hundredth of its size; losses at 97 % of the entropy
        of the labels or more; and answers that agree with labels of new batches by less than
        three standard errors.
    When it is wrong
        Labels so noisy, or rows so few, that nothing can be learned from them look the same;
        so does a held-out set that alone is shuffled or scaled otherwise. Watched, a task that
        neighbours do not solve and that is slow to begin.
    Try
        Look at a few rows with their labels just before they enter the network; sort or shuffle
        inputs and labels together, with one permutation.
    Sources
        Zhang et al. 2017, "Understanding deep learning requires rethinking generalization",
        figure 1.
    """
    if "label_association" in reading.trace.facts:
        watched = _watched(reading)
        if watched is not None or not _held_out(reading):
            return CannotTell(HELD_OUT) if watched is None else watched
    curve = reading.curve
    if curve is None:
        known = "val_loss" in reading.trace.measures
        return CannotTell("the losses of a network, alone") if known else CannotTell(HELD_OUT)
    if curve.held is None and (reading.framework or "estimator" in reading.trace.facts):
        return CannotTell(HELD_OUT)  # of a loop that somebody saw, its losses alone are no guess
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
    return _finding(because, evidence)


def _finding(because: str, evidence: dict[str, float]) -> Finding:
    return Finding(
        "shuffled_labels",
        "warning",
        "Nothing to learn: inputs and labels do not belong together",
        because,
        evidence,
        (Remedy("check, row by row, that inputs and labels still belong together", {}),),
    )


def _watched(reading: Reading) -> Answer | None:
    """What a watched loop saw of rows and labels; None where that does not decide."""
    number, loss = reading.trace.number, reading.trace.loss
    sigmas = number("label_sigmas") or 0.0
    if not OPPOSED < sigmas < ASSOCIATED:
        return Clear()
    guess, level = number("label_entropy") or 0.0, _level(reading)
    if level is None or (number("label_rows") or 0.0) < ROWS or not number("label_structure"):
        return None
    guessing = GUESSING * guess <= level <= TWICE * guess
    late = float(np.median(loss[np.isfinite(loss)][-FIRST // 4 :]))
    if not guessing or late < LEARNT * guess or _agrees(reading) or not _moved(reading):
        return None
    value, chance = number("label_association") or 0.0, number("label_chance") or 0.0
    told = SEEN[str(reading.trace.facts["label_kind"].value)]
    said = told.format(readable(abs(value), 3), readable(abs(chance), 3))
    return _finding(
        f"of {readable(number('label_rows') or 0.0)} rows of the first batches {said}, and after "
        f"{readable(float(reading.trace.step[-1] + 1))} steps the loss is {readable(late)}, where "
        f"guessing by the shares of the labels has {readable(guess)}",
        {"association": value, "chance": chance, "loss_of_guessing": guess, "loss": late},
    )


def _held_out(reading: Reading) -> bool:
    held = reading.trace.measures.get("val_loss")
    return held is not None and int(np.sum(np.isfinite(held))) >= HELD


def _level(reading: Reading) -> float | None:
    """The loss over the later half of the first 120 steps; None of a younger loop than 50."""
    step, loss = reading.trace.step, reading.trace.loss
    last = min(int(step[-1]) + 1, FIRST)
    early = loss[(step >= last // 2) & (step < last) & np.isfinite(loss)]
    return None if last < STEPS or len(early) < 8 else float(np.mean(early))


def _agrees(reading: Reading) -> bool:
    """Whether the answers follow the labels, or whether that is not known; of the same batch every
    time they do so even where it is learnt by heart."""
    facts, gain = reading.trace.facts, reading.trace.number("label_gain")
    if "batches" in facts and facts["batches"].value == "full":
        return False
    return gain is None or gain > AGREES


def _moved(reading: Reading) -> bool:
    """Whether the steps are of a size at which something could have been learnt."""
    return (reading.trace.number("label_moved") or 0.0) > MOVED


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
