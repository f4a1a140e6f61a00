"""Converging, but by jumping from wall to wall."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.needs import PLAIN, RATE, RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["overshooting"]

JUMPING = -0.5


def overshooting(reading: Reading) -> Answer:
    """Above the best fixed rate and below the limit: it converges by jumping across the valley.

    Sees
        The learning rate against 2/(λ_min + λ_max), the best fixed rate on a bowl, and
        whether successive gradients point in opposite directions at the end.
    Matters
        Every step overshoots the floor of the valley and spends most of its length on
        coming back. A smaller rate would be there sooner, and the limit is near.
    Decides
        2/(λ_min + λ_max) < α < 2/λ_max, and the cosine between successive gradients is
        below -1/2 in the median of the last ten steps: the steepest direction dominates
        what is left. Where a long valley is what is left, `ill_conditioned` is the cause. A
        descent that stopped as converged is clear: it got there.
    When it is wrong
        On a cost whose curvature changes along the path, the spectrum at the last step may
        not be the one that the path met.
    Try
        2/(λ_min + λ_max), or 1/λ_max, which does not jump at all.
    Sources
        Polyak 1987, "Introduction to optimization", section 1.4: the optimal fixed step.
    """
    if reading.curve is not None:
        return CannotTell(RECORD)
    if reading.fault is not None:
        return Clear()  # what its gradients show is not the cost
    if not (reading.plain and reading.full):
        return CannotTell(PLAIN)
    if reading.trace.stop.reason == "converged":
        return Clear()
    if not reading.rated:
        return CannotTell(RATE)
    turning, sharpness = reading.turning, reading.sharpness
    turning = None if turning is None else turning[np.isfinite(turning)]
    if turning is None or sharpness is None or len(turning) < 3:
        return CannotTell(RECORD)
    smallest = reading.trace.number("smallest_eigenvalue")
    if smallest is None:
        kappa = reading.condition_number
        smallest = sharpness if len(reading.trace.names) == 1 else 0.0
        smallest = sharpness / kappa if kappa is not None else smallest
    best = 2.0 / (max(smallest, 0.0) + sharpness) if sharpness > 0 else float("inf")
    jumps = float(np.median(turning[-10:]))
    above = best * (1 + 1e-9) < reading.rate < 2.0 / sharpness if sharpness > 0 else False
    if not above or reading.at_the_limit or not jumps < JUMPING:
        return Clear()
    speed = reading.rate * sharpness
    return Finding(
        "overshooting",
        "info" if reading.done else "warning",
        "Overshooting: it jumps from wall to wall",
        f"learning rate {readable(reading.rate)} is above the best fixed one "
        f"({readable(best)}) and below the limit ({readable(2 / sharpness)}): each step crosses "
        f"the valley and keeps {readable(abs(1 - speed))} of the distance, with its sign turned",
        {
            "learning_rate": reading.rate,
            "best_fixed_learning_rate": best,
            "largest_stable_learning_rate": 2.0 / sharpness,
            "learning_rate_times_sharpness": speed,
            "cosine_of_successive_gradients": jumps,
        },
        (
            Remedy(
                f"set the learning rate to {readable(1 / sharpness)} (1 / sharpness), which does "
                "not jump",
                {"learning_rate": 1.0 / sharpness},
            ),
        ),
    )
