"""Still going down: how many steps more."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.alone_ending import ending_alone
from steepest.diagnosis.record.forecast import all_in_sight, steps_needed
from steepest.diagnosis.record.reading import ROUNDING, Reading
from steepest.readable import counted, readable

__all__ = ["unfinished"]

SOME = 0.1
MOST = 10**12
MUCH = 0.01


def unfinished(reading: Reading) -> Answer:
    """Still going down steadily at a sensible rate: it needs more steps.

    Sees
        Whether the loss is lower at the end than half-way, and the rate at which what is
        left shrinks.
    Matters
        Nothing is wrong but the number of steps.
    Decides
        Not converged, all finite, and the loss of all rows falls from the middle of the record to
        its end, rising at fewer than one step in ten on the way (for batches: a line
        through it falls by more than twice its standard error). Steps still needed come
        from the recorded bowl where there is one, else from the factor by which the excess
        loss shrinks a step; of mini-batches, which never settle at a constant rate, none is
        foretold.
        Or the learning rate, by its schedule, has fallen to a millionth of what it was and
        less, before the descent arrived.
        A log of losses: a line through the last third falls by four standard errors, and the
        same again is worth a hundredth of all that was gained and a twentieth of the loss.
    When it is wrong
        When the factor itself is changing (a valley that bends), the number of steps is a
        guess from the recent past.
    Try
        The number of steps given; a rate that stays up.
    Sources
        Boyd and Vandenberghe 2004, "Convex optimization", section 9.3.1.
    """
    if reading.curve is not None:
        return ending_alone(reading.curve, "unfinished")
    losses = reading.losses
    if len(losses) < 2:
        return CannotTell("the loss of all rows at two steps or more")
    broken = reading.finite < len(reading.trace) or reading.trace.stop.reason == "unbounded"
    if reading.done or broken:
        return Clear()
    if reading.spent:
        return _ran_out(reading)
    if not _going_down(reading):
        return Clear()
    done = int(reading.steps[-1])
    evidence = {"steps": float(done), "loss": float(losses[-1])}
    because = f"the loss still falls after {counted(done, 'step')}"
    if reading.factor is not None:
        evidence["factor_per_step"] = reading.factor
        because += (
            f", and what is left shrinks by {readable((1 - reading.factor) * 100, 3)} % a step"
        )
    needed = steps_needed(reading, reading.rate) if reading.rated else None
    if not reading.full:
        remedy = Remedy(
            f"give it more steps, {2 * done:,} for a start; at a constant learning rate batches "
            "then hover above the minimum, so let it fall towards the end",
            {"steps": 2 * done},
        )
    elif needed is None:
        remedy = Remedy("give it more steps", {})
    elif done + needed > MOST:
        remedy = Remedy(f"no number of steps up to {readable(MOST)} is enough", {})
    elif not all_in_sight(reading):
        evidence["steps_needed_at_least"] = float(needed)
        remedy = Remedy(f"give it at least {counted(needed, 'more step')}", {})
    else:
        evidence["steps_needed"] = float(needed)
        remedy = Remedy(
            f"{_about(reading)}{counted(needed, 'more step')} to reach {_goal(reading)}",
            {"steps": done + needed},
        )
    return Finding(
        "unfinished", "info", "Unfinished: still going down", because, evidence, (remedy,)
    )


def _about(reading: Reading) -> str:
    return "about " if reading.inferred else ""


def _goal(reading: Reading) -> str:
    """The tolerance that was asked for; a log has none, and gets the usual one."""
    asked = reading.trace.number("tolerance")
    return "the tolerance" if asked else "the minimum within 1e-8 of its size"


def _ran_out(reading: Reading) -> Finding:
    rates = reading.trace.learning_rate
    first, last = float(rates[0]), float(rates[-1])
    return Finding(
        "unfinished",
        "warning" if reading.left is not None and reading.left > MUCH else "info",
        "Unfinished: the learning rate ran out",
        f"it fell from {readable(first)} to {readable(last)}, at which steps no longer move "
        f"anything, and the loss is still {readable(float(reading.losses[-1]))}",
        {"first_learning_rate": first, "last_learning_rate": last},
        (
            Remedy("keep the learning rate up (--learning-rate auto)", {"learning_rate": "auto"}),
            Remedy("or let it fall more slowly: more steps, or a factor nearer to 1", {}),
        ),
    )


def _going_down(reading: Reading) -> bool:
    if not reading.full:
        return reading.falls
    losses = reading.losses
    return bool(losses[-1] < losses[(len(losses) - 1) // 2]) and reading.rising(ROUNDING) < SOME
