"""Gradients that are never zeroed between steps."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.readable import counted, readable
from steepest.trace import Fact

__all__ = ["accumulating_gradients"]

FELL = 0.5
SWOLLEN = 3.0
SOME = 0.1
FAR = 10.0
TOGETHER = 0.8


def accumulating_gradients(reading: Reading) -> Answer:
    """Each step uses the sum of all gradients so far, as momentum without friction would.

    Sees
        A record: whether the growth of the recorded gradient, not the gradient, is the slope
        of the loss; or whether the moves go along the sum of all gradients. A log: the smoothed
        training loss after its first descent: how far it rises again, how soon, and how often;
        and the norm of the gradient. A watched loop: what is there when a gradient arrives.
    Matters
        The sum of the gradients is a velocity that nothing slows down: the path runs through
        the minimum, up the other side as long as it came down, and back. Mini-batches add
        noise to that velocity at every step, so that the swings grow. Adam divides the size
        away and swings more slowly.
    Decides
        A record: the growth of the recorded gradient from row to row is the slope of the loss,
        and the gradient itself is not; or every move is along the sum of all gradients so far,
        and not along the last. A log: the loss falls by a third of its first level or more, as
        with a sound rate; then its running mean rises by more than a fifth of that fall and six
        standard errors, not at a stroke, without having rested (three times the time of the
        fall), and as what has inertia does: half of the fall was made late (after three tenths of
        it; friction makes it early), or the loss comes back by half of the rise, or swings twice.
        A small rise counts where there is next to no noise and no friction can be at work: after
        d rows momentum of 0.9 would have left less than exp(-0.1 d) of the fall. Or the loss fell
        by half while the norm of the gradient, which is small near a minimum, rose to three times
        the largest of its first twentieth. A rise before any fall is `diverging`. A watched loop:
        at three updates in a row, no gradient that arrived since the last one found nothing
        there, or zeros.
    When it is wrong
        Momentum of 0.99 and more swings for long as well; a rate just above the limit of a
        valley reached late, too.
    Try
        Zero the gradients before every backward pass (`optimizer.zero_grad()`).
    Sources
        Polyak 1964, "Some methods of speeding up the convergence of iteration methods", with
        a friction of zero; Qian 1999, "On the momentum term in gradient descent learning
        algorithms".
    """
    if (fact := reading.trace.facts.get("kept_gradient")) is not None:
        return _watched(reading, fact)
    curve = reading.curve
    if curve is None:
        return _of_record(reading)
    if len(curve.train) < 8:
        return CannotTell(MORE)
    found = upturn(curve)
    swollen = _swollen(curve)
    if curve.broken or _seen_to_be_new(reading):
        return Clear()
    if swollen is not None and (found is None or found.kind == "waves"):
        return swollen
    if found is None or found.kind != "waves":
        return Clear()
    return _finding(
        f"the loss falls to {readable(found.low)} and swings up again, to "
        f"{readable(found.high)}, from step {int(found.begin):,} on",
        {"step": found.begin, "low": found.low, "high": found.high},
    )


def _watched(reading: Reading, fact: Fact) -> Finding:
    return _finding(
        f"from {fact.value} on, gradients are added to those of the steps before: {fact.how}",
        {"steps": float(len(reading.trace))},
    )


def _seen_to_be_new(reading: Reading) -> bool:
    """Whether a loop was watched, and its gradients are new ones: sums would go together; of a
    framework they are looked at themselves."""
    looks = reading.looks
    if looks is None or reading.framework:
        return bool(reading.framework)
    known = looks.cosine[np.isfinite(looks.cosine)]
    return len(known) >= 8 and float(np.median(known[len(known) // 2 :])) < TOGETHER


def _of_record(reading: Reading) -> Answer:
    shown = reading.evidence
    if shown is None or len(shown.moves.steps) < 3:
        return CannotTell(MORE)
    fault, moves = reading.fault, shown.moves
    if fault is not None and fault.kind == "accumulated":
        because = "the slope of the loss is what the recorded gradient grows by at each step"
    elif reading.trace.rule == "unknown" and moves.plain is False and moves.sums:
        because = "every move is along the sum of all gradients so far, not along the last"
    else:
        return Clear()
    return _finding(
        f"{because}: none was zeroed in {counted(len(moves.steps), 'step')}",
        {"steps": float(len(moves.steps))},
    )


def _finding(because: str, evidence: dict[str, float]) -> Finding:
    return Finding(
        "accumulating_gradients",
        "error",
        "Gradients accumulate: they are never zeroed",
        because,
        evidence,
        (Remedy("zero the gradients before every backward pass", {}),),
    )


def _swollen(curve: LossCurve) -> Finding | None:
    train, gradient = curve.train, curve.gradient
    if gradient is None or len(gradient) < 8 or train.gained < SOME:
        return None
    times = SWOLLEN if train.gained > FELL else FAR
    if gradient.last < times * float(np.max(gradient.value[: max(3, len(gradient) // 20)])):
        return None
    return _finding(
        f"the loss fell from {readable(train.first)} to {readable(train.last)}, and the norm of "
        f"the gradient rose from {readable(gradient.first)} to {readable(gradient.last)}",
        {"first_gradient_norm": gradient.first, "last_gradient_norm": gradient.last},
    )
