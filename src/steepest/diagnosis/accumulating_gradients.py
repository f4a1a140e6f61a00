"""Gradients that are never zeroed between steps."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading
from steepest.diagnosis.upturn import upturn
from steepest.readable import counted, readable

__all__ = ["accumulating_gradients"]


def accumulating_gradients(reading: Reading) -> Answer:
    """Each step uses the sum of all gradients so far, as momentum without friction would.

    Sees
        The smoothed training loss after its first descent: how far it rises again, how soon,
        and how often.
    Matters
        The sum of the gradients is a velocity that nothing slows down: the path runs through
        the minimum, up the other side as long as it came down, and back. Mini-batches add
        noise to that velocity at every step, so that the swings grow. Adam divides the size
        away and swings more slowly.
    Decides
        The loss falls by a third of its first level or more, as with a sound rate; then its
        running mean rises by more than a tenth of that fall and six standard errors, without
        having rested (three times the time of the fall) and not at a stroke (a quarter of
        that time), or goes up and down twice and more. A rise before any fall is `diverging`.
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
