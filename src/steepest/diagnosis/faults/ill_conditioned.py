"""The valley is long: some directions are far flatter than others."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.forecast import larger_rate_helps, steps_needed
from steepest.diagnosis.record.needs import PLAIN, RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.readable import counted, readable

__all__ = ["ill_conditioned"]

THOUSANDS = 1000.0
HUNDRED = 100.0
MUCH = 0.1
NEAR_LIMIT = 0.2
BETTER = 10.0
ALIKE = 4.0
RIDGE = 0.001


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
        not even have halved what is left. A record from elsewhere shows κ only as far as it
        goes, since k steps resolve no flatter directions than λ_max/k: there κ >= 100 is
        enough where the flattest direction met is still not descended (αλk <= 1 after k
        steps), so that more steps would show flatter ones, and more than a tenth is left.
    When it is wrong
        When only a part of the answer matters (prediction rather than coefficients), the
        flat directions may not be worth the steps.
    Try
        Standardise the features (the condition number that it would give is stated); where
        they are standardised already, take the accelerated rule, which needs about √κ steps
        for each factor e instead of κ, or drop or combine the columns that say the same.
    Sources
        Nesterov 2004, theorems 2.1.15 and 2.2.2; LeCun et al. 1998, "Efficient backprop",
        section 4.3.
    """
    if reading.curve is not None:
        return CannotTell(RECORD)
    if reading.fault is not None:
        return Clear()  # what its gradients show is not the cost
    kappa, speed = reading.condition_number, reading.speed
    if not (reading.plain and reading.full):
        return CannotTell(PLAIN)
    if kappa is None or speed is None:
        return CannotTell("the condition number (the Hessian, or the data)")
    near = speed >= NEAR_LIMIT or not larger_rate_helps(reading)
    if reading.trace.stop.reason == "unbounded":
        return Clear()  # no minimum to be far from
    long = kappa >= THOUSANDS or _longer_than_seen(reading, kappa, speed)
    if reading.done or not long or not near or (reading.steady and speed > 2.0):
        return Clear()
    evidence = {
        "condition_number": kappa,
        "learning_rate_times_sharpness": speed,
    }
    needed = steps_needed(reading, reading.rate)
    because = (
        f"the steepest direction is {readable(kappa)} times as curved as the flattest: "
        f"{_pace(speed)}, and the flattest one hardly moves"
    )
    if needed is not None:
        evidence["steps_needed"] = float(needed)
        because += f": {readable(float(needed))} more steps at this rate"
    remedies, more = _remedies(reading, kappa)
    return Finding(
        "ill_conditioned",
        "warning",
        "Ill-conditioned: a long, narrow valley",
        because,
        evidence | more,
        remedies,
    )


def _longer_than_seen(reading: Reading, kappa: float, speed: float) -> bool:
    steps = float(reading.trace.step[-1] - reading.trace.step[0])
    much = reading.left is None or reading.left > MUCH
    return reading.longer_than_seen and much and kappa >= HUNDRED and speed / kappa * steps <= 1.0


def _pace(speed: float) -> str:
    if speed > 2.0:  # a rate that follows the curvature on its way
        return "the rate is as large as the curvature allows"
    return f"the rate is at {readable(speed / 2 * 100, 3)} % of its limit"


def _remedies(reading: Reading, kappa: float) -> tuple[tuple[Remedy, ...], dict[str, float]]:
    scaled = reading.trace.number("condition_number_standardised")
    if "column_spread" not in reading.trace.facts:
        return (_rescale(reading), _accelerate(kappa)), {}
    if scaled is None or kappa < BETTER * scaled or _standardised(reading):
        # where the columns are fine and the cost is not, its minimum is far away or nowhere
        endless = scaled is not None and kappa > BETTER * scaled
        return (_accelerate(kappa), _penalise() if endless else _untangle(reading)), {}
    sentence = (
        f"standardise the features (--scale standard): {_why_unscaled(reading)}, and standardised "
        f"features have a condition number of {readable(scaled)} instead of {readable(kappa)}"
    )
    return (Remedy(sentence, {"scale": "standard"}),), {"condition_number_standardised": scaled}


def _standardised(reading: Reading) -> bool:
    """Whether all columns have about the same spread, and none is far from zero."""
    facts = reading.trace.facts
    spread, mean = facts["column_spread"].array, facts["column_mean"].array
    if len(spread) < len(reading.trace.names):  # the intercept's column of ones, beside them
        spread, mean = np.append(spread, 1.0), np.append(mean, 0.0)
    alike = float(spread.max()) <= ALIKE * float(spread.min())
    return alike and bool(np.all(np.abs(mean) <= ALIKE * spread))


def _accelerate(kappa: float) -> Remedy:
    sentence = (
        "take the accelerated rule (--rule fista): for each factor e it takes about "
        f"{counted(round(float(np.sqrt(kappa))), 'step')}, where plain descent takes "
        f"{readable(kappa)}"
    )
    return Remedy(sentence, {"rule": "fista", "learning_rate": "auto"})


def _penalise() -> Remedy:
    return Remedy(
        "or add a small ridge penalty (--l2 0.001): the classes are so far apart that the "
        "coefficients grow and grow",
        {"l2": RIDGE},
    )


def _why_unscaled(reading: Reading) -> str:
    """What is wrong with the columns: far from zero, or of different scale."""
    facts, names = reading.trace.facts, reading.trace.names
    spread, mean = facts["column_spread"].array, facts["column_mean"].array
    offset = np.abs(mean) / np.where(spread > 0, spread, 1.0)
    wide, narrow = int(np.argmax(spread)), int(np.argmin(spread))
    lone = len(spread) < len(names)  # the intercept's column of ones, beside the others
    least = min(float(spread[narrow]), 1.0) if lone else float(spread[narrow])
    if offset.max() > max(float(spread[wide]), 1.0) / max(least, 1e-300):
        far = int(np.argmax(offset))
        return (
            f"{names[far]} is far from zero (mean {readable(float(mean[far]))}, standard deviation "
            f"{readable(float(spread[far]))}), which ties it to the intercept"
        )
    scales = f"{names[wide]} ({readable(float(spread[wide]))})"
    if wide == narrow or (lone and float(spread[narrow]) > 1.0):
        return f"{scales} and the intercept (whose column is 1) differ in scale"
    return f"{scales} and {names[narrow]} ({readable(float(spread[narrow]))}) differ in scale"


def _flattest(reading: Reading) -> list[str]:
    """The parameters that the flattest direction is made of, most of all first."""
    hessian = reading.trace.facts.get("hessian")
    if hessian is None:
        return []
    _, axes = np.linalg.eigh(hessian.array)
    weight = np.abs(axes[:, 0])
    order: list[int] = np.argsort(-weight).tolist()
    return [reading.trace.names[j] for j in order[:4] if weight[j] > 0.2]


def _rescale(reading: Reading) -> Remedy:
    """For a cost that is no table: its parameters, not columns."""
    flat = ", ".join(_flattest(reading))
    along = f" (the flattest direction is along {flat})" if flat else ""
    return Remedy(f"rescale the parameters, so that they curve alike{along}", {})


def _untangle(reading: Reading) -> Remedy:
    """Name the columns that the flattest direction is made of."""
    tangled = _flattest(reading)
    which = f": {', '.join(tangled)}" if len(tangled) > 1 else ""
    return Remedy(
        f"drop or combine columns that say nearly the same{which} (--features; a lower --degree "
        "where they are powers); or accept that their coefficients are not determined apart",
        {},
    )
