"""Gradients that are never zeroed between steps."""

from __future__ import annotations

import numpy as np

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.loss_curve import LossCurve
from steepest.diagnosis.reading import Reading
from steepest.diagnosis.upturn import upturn
from steepest.readable import counted, readable

__all__ = ["accumulating_gradients"]

FELL = 0.5
SWOLLEN = 3.0
SOME = 0.1
FAR = 10.0
EXACT = 1e-3


def accumulating_gradients(reading: Reading) -> Answer:
    """Each step uses the sum of all gradients so far, as momentum without friction would.

    Sees
        A record: whether the growth of the recorded gradient, not the gradient, is the slope
        of the loss; or whether each move is the one before plus a step down the gradient. A
        log: the smoothed training loss after its first descent: how far it rises again, how soon,
        and how often.
    Matters
        The sum of the gradients is a velocity that nothing slows down: the path runs through
        the minimum, up the other side as long as it came down, and back. Mini-batches add
        noise to that velocity at every step, so that the swings grow. Adam divides the size
        away and swings more slowly.
    Decides
        A record: the growth of the gradient explains the changes of the loss where the
        gradient does not; or the moves fit a momentum of one, within a thousandth. A log:
        the loss falls by a third of its first level or more, as with a sound rate; then its
        running mean rises by more than a tenth of that fall and six standard errors, without
        having rested (three times the time of the fall) and not at a stroke (a quarter of
        that time), or goes up and down twice and more. A small rise counts where there is
        next to no noise and no friction can be at work: after d rows momentum of 0.9 would
        have left less than exp(-0.1 d) of the fall. Or the loss fell by half while the norm
        of the gradient, which is small near a minimum, rose to three times the largest of its
        first twentieth. A rise before any fall is `diverging`.
        A record: the growth of the recorded gradient from row to row is the slope of the loss,
        and the gradient itself is not; or every move is along the sum of all gradients so far,
        and not along the last.
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
    curve = reading.curve
    if curve is None:
        return _of_record(reading)
    if len(curve.train) < 8:
        return CannotTell("the loss at eight steps or more")
    found = upturn(curve)
    swollen = _swollen(curve)
    if curve.broken:
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


def _of_record(reading: Reading) -> Answer:
    shown = reading.evidence
    if shown is None or len(shown.moves.steps) < 3:
        return CannotTell("parameters and gradients of four steps or more")
    fault, moves = reading.fault, shown.moves
    if fault is not None and fault.kind == "accumulated":
        because = "the slope of the loss is what the recorded gradient grows by at each step"
    elif moves.plain is False and moves.explained_by(np.cumsum(moves.gradient[:-1], axis=0)):
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
    return Finding(
        "accumulating_gradients",
        "error",
        "Gradients accumulate: they are never zeroed",
        f"the loss fell from {readable(train.first)} to {readable(train.last)}, and the norm of "
        f"the gradient rose from {readable(gradient.first)} to {readable(gradient.last)}",
        {"first_gradient_norm": gradient.first, "last_gradient_norm": gradient.last},
        (Remedy("zero the gradients before every backward pass", {}),),
    )


def _of_record(reading: Reading) -> Answer:
    params, gradient, rows = reading.trace.params, reading.trace.gradient, reading.finite
    if params is None or gradient is None or reading.sampled or rows < 6:
        return CannotTell("parameters and gradients of six steps or more")
    if not reading.trace.consecutive:
        return CannotTell("consecutive steps")
    if reading.fault is not None and reading.fault.kind == "accumulated":
        return _finding("the growth of the recorded gradient is the slope of the loss", 1.0)
    fit = _momentum(np.diff(params[:rows], axis=0), gradient[: rows - 1])
    if fit is None or abs(fit - 1.0) > EXACT:
        return Clear()
    return _finding(
        f"each move is {readable(fit, 4)} times the one before plus a step down the gradient", fit
    )


def _momentum(moves: Array, gradient: Array) -> float | None:
    """The momentum that the moves fit, by least squares; None where they fit none."""
    now, before, slope = moves[1:].ravel(), moves[:-1].ravel(), gradient[1:].ravel()
    columns = np.stack([before, slope], axis=1)
    sizes = np.linalg.norm(columns, axis=0)
    if np.any(sizes == 0) or not np.all(np.isfinite(columns)):
        return None
    numbers, _, rank, _ = np.linalg.lstsq(columns / sizes, now, rcond=1e-10)
    left = float(np.linalg.norm(now - columns / sizes @ numbers))
    if rank < 2 or left > EXACT * float(np.linalg.norm(now)) or numbers[1] >= 0:
        return None
    return float(numbers[0] / sizes[0])


def _finding(because: str, momentum: float) -> Finding:
    return Finding(
        "accumulating_gradients",
        "error",
        "Gradients accumulate: they are never zeroed",
        because,
        {"momentum": momentum},
        (Remedy("zero the gradients before every backward pass", {}),),
    )
