"""The loss on held-out rows turns while that of the training rows falls."""

from __future__ import annotations

import math

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.record.needs import HELD_OUT
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable
from steepest.trace import Array, Trace

__all__ = ["overfitting", "turned"]

RISE = 0.1
SIGMAS = 4.0
LEARNED = 0.1
SHARE = 1 / 50
ROUNDED = 1e-12


def overfitting(reading: Reading) -> Answer:
    """What is learned towards the end holds for the training rows alone.

    Sees
        The loss on held-out rows (`val_loss`): its lowest smoothed level, when, and its level
        at the end; the training loss at the same steps.
    Matters
        From the turn on, each step makes the model worse on rows that it has not seen.
    Decides
        The held-out loss had fallen by a tenth of its first level; it ends above its lowest
        level by a tenth of that level, by a fiftieth of what it had won, and by four standard
        errors of the two medians beyond what the lowest of so many owes to luck (one in
        thirty thousand by chance); the training loss goes on
        falling after the turn; and the parameters, where all of them are recorded, move after
        it by more than rounding. Less is no warning, by convention: at the end of a sound run
        the held-out loss of a classifier creeps up while its decisions stay the same.
    When it is wrong
        Few held-out rows make a turn of their own; a second descent may follow a first rise.
    Try
        The parameters of the step given (early stopping); then more rows, a penalty on the
        weights, dropout, or a smaller network.
    Sources
        Prechelt 1998, "Early stopping - but when?"; Goodfellow, Bengio and Courville 2016,
        "Deep learning", section 7.8.
    """
    held, train = _pair(reading)
    if held is None or train is None or len(held) < 5:
        return CannotTell(HELD_OUT)
    start = held.first if reading.curve is None else reading.curve.start
    if not turned(held, train, start):
        return Clear()
    stop = int(held.step[held.lowest_at])
    if _at_rest(reading.trace, stop):
        return Clear()
    return Finding(
        "overfitting",
        "warning",
        "Overfitting: the held-out loss has turned",
        f"the held-out loss, smoothed, is lowest at step {stop:,}, {readable(held.lowest)}, and "
        f"ends at {readable(held.last)}, while the training loss falls to {readable(train.last)}",
        {
            "step": float(stop),
            "lowest_val_loss": held.lowest,
            "last_val_loss": held.last,
            "last_loss": train.last,
        },
        (
            _stop(held, stop),
            Remedy("or take more rows, a penalty on the weights, dropout, a smaller network", {}),
        ),
    )


def _stop(held: Series, stop: int) -> Remedy:
    if stop <= held.step[0]:
        return Remedy(
            "keep the parameters of the start: nothing that holds for other rows was learned", {}
        )
    return Remedy(f"stop at step {stop:,}, or keep the parameters of it", {"steps": stop})


def turned(held: Series, train: Series, start: float) -> bool:
    """Whether the held-out loss had learned, from the level `start`, and has turned while the
    training loss fell."""
    rise, won = held.last - held.lowest, start - held.lowest
    turn = float(held.step[held.lowest_at])
    there = float(np.interp(turn, train.step, train.smooth))
    learned = start - float(np.min(held.value)) > LEARNED * abs(start)
    error = 1.25 * held.noise * math.sqrt(1 / held.width + 1 / max(1, len(held) // 10))
    luck = math.sqrt(2 * math.log(max(2.0, len(held) / held.width)))
    clearly = rise > (SIGMAS + luck) * error and rise > max(RISE * abs(held.lowest), SHARE * won)
    return bool(learned and clearly and train.last < there)


def _at_rest(trace: Trace, stop: int) -> bool:
    """Whether the parameters move by no more than rounding from a step on: so does the loss."""
    if trace.params is None or trace.coordinates is not None:
        return False
    after = trace.params[trace.step >= stop]
    after = after[np.isfinite(after).all(axis=1)]
    if not len(after):
        return False
    moved = float(np.max(np.ptp(after, axis=0)))
    return 0.0 < moved <= ROUNDED * float(np.max(np.abs(after)))


def _pair(reading: Reading) -> tuple[Series | None, Series | None]:
    if reading.curve is not None:
        return reading.curve.held, reading.curve.train
    value: Array | None = reading.trace.measures.get("val_loss")
    if value is None or len(reading.losses) < 5:
        return None, None
    good = np.isfinite(value)
    step = reading.trace.step.astype(np.float64)
    held = Series(step[good], value[good]) if np.any(good) else None
    return held, Series(reading.steps, reading.losses)
