"""The valley is long: some directions are far flatter than others."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.forecast import larger_rate_helps, steps_needed
from steepest.diagnosis.reading import Reading
from steepest.readable import readable

__all__ = ["ill_conditioned"]

THOUSANDS = 1000.0
NEAR_LIMIT = 0.2
BETTER = 10.0


def ill_conditioned(reading: Reading) -> Answer:
    """The learning rate is near its limit, and it is still slow: the valley is long.

    Sees
        The condition number λ_max/λ_min, the learning rate times λ_max, what is left, and
        the spread of each column as it is descended on.
    Matters
        The steepest direction forbids a larger rate, and at this rate the flattest one
        shrinks by only 1 - 1/κ a step: about κ steps for each factor e. A larger rate does
        not help; a rounder bowl does.
    Decides
        Not converged, κ >= 1,000, and the rate is not what holds it back: αλ_max >= 0.2
        (within a factor of ten of the limit), or the same number of steps at 1/λ_max would
        not even have halved what is left.
    When it is wrong
        When only a part of the answer matters (prediction rather than coefficients), the
        flat directions may not be worth the steps.
    Try
        Standardise the features (the condition number that it would give is stated); where
        they are standardised already, drop or combine the columns that say the same.
    Sources
        Nesterov 2004, theorem 2.1.15; LeCun et al. 1998, "Efficient backprop", section 4.3.
    """
    kappa, speed = reading.condition_number, reading.speed
    if not (reading.plain and reading.full):
        return CannotTell("plain descent on the loss of all rows")
    if kappa is None or speed is None:
        return CannotTell("the condition number (the Hessian, or the data)")
    near = speed >= NEAR_LIMIT or not larger_rate_helps(reading)
    if reading.trace.stop.reason == "unbounded":
        return Clear()  # no minimum to be far from
    if reading.done or kappa < THOUSANDS or not near or speed > 2.0:
        return Clear()
    evidence = {
        "condition_number": kappa,
        "learning_rate_times_sharpness": speed,
    }
    needed = steps_needed(reading, reading.rate)
    because = (
        f"the steepest direction is {readable(kappa)} times as curved as the flattest, so the "
        f"rate is at {readable(speed / 2 * 100, 3)} % of its limit and the flattest one hardly "
        "moves"
    )
    if needed is not None:
        evidence["steps_needed"] = float(needed)
        because += f": {readable(float(needed))} more steps at this rate"
    else:
        because += ": no number of steps that could be waited for"
    remedies, more = _remedies(reading, kappa)
    return Finding(
        "ill_conditioned",
        "warning",
        "Ill-conditioned: a long, narrow valley",
        because,
        evidence | more,
        remedies,
    )


def _remedies(reading: Reading, kappa: float) -> tuple[tuple[Remedy, ...], dict[str, float]]:
    scaled = reading.trace.number("condition_number_standardised")
    spread = reading.trace.facts.get("column_spread")
    if scaled is None or spread is None or kappa < BETTER * scaled:
        return (_untangle(reading),), {}
    wide, narrow = int(np.argmax(spread.array)), int(np.argmin(spread.array))
    names = reading.trace.names
    scales = f"{names[wide]} (standard deviation {readable(float(spread.array[wide]))})"
    if wide != narrow:
        scales += f" and {names[narrow]} ({readable(float(spread.array[narrow]))})"
    else:
        scales += " and the intercept (whose column is 1)"
    sentence = (
        f"standardise the features (--scale standard): {scales} differ in scale, and the "
        f"condition number falls from {readable(kappa)} to {readable(scaled)}"
    )
    return (Remedy(sentence, {"scale": "standard"}),), {"condition_number_standardised": scaled}


def _untangle(reading: Reading) -> Remedy:
    """Name the columns that the flattest direction is made of."""
    hessian = reading.trace.facts.get("hessian")
    if hessian is None:
        return Remedy("drop or combine columns that say the same", {})
    _, axes = np.linalg.eigh(hessian.array)
    weight = np.abs(axes[:, 0])
    order: list[int] = np.argsort(-weight).tolist()
    tangled = [reading.trace.names[j] for j in order[:4] if weight[j] > 0.2]
    return Remedy(
        f"drop or combine columns that say nearly the same: {', '.join(tangled)}; or accept "
        "that their coefficients are not determined apart",
        {},
    )
