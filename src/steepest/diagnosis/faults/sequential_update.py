"""Parameters updated one after the other, later gradients seeing earlier updates."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.gradients.gradient_fault import GradientFault
from steepest.diagnosis.gradients.gradient_words import cannot_compare, where
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["sequential_update"]


def sequential_update(reading: Reading) -> Answer:
    """The gradient of one parameter is worked out after another one has moved already.

    Sees
        The difference between the changes of the loss and ½(g + g')·Δθ, and whether the
        field that the gradients show is symmetric, as the Hessian of any loss is.
    Matters
        It is not the descent that was meant: another path, another stable rate. It often
        still arrives, which is why it goes unseen; momentum and checks of the gradient break.
    Decides
        Updates in turn make the gradient g = ∇J + L·Δθ, with L the Hessian from later to
        earlier parameters, and the trapezoid miss by -½Δ·L(Δ + Δ⁺). On a bowl the secants
        give the Hessian, and the pattern has no free number: found where it is there with a
        strength of 0.7 to 1.3 and leaves less than 30 %. Elsewhere L is fitted: found where
        one no steeper than three times the steepest move explains all but 15 %. Orders tried:
        forwards, backwards, and the first or the last before or after all others. And, by
        exclusion, where most rows differ, by no more than αλ of what the loss does, which is
        all that updates in turn can do, and no factor and no term explains it.
    When it is wrong
        Where parameters do not interact (uncorrelated, centred features) the order makes no
        difference, and nothing is found.
    Try
        Work out all gradients at the same parameters, then update all of them.
    Sources
        Bertsekas 1999, "Nonlinear programming", section 2.7 (block coordinate descent, which
        it is by accident).
    """
    fault = reading.fault
    if fault is None or fault.kind != "sequential":
        if reading.evidence is not None and reading.evidence.moves.plain is None:
            return CannotTell("steps that follow each other")
        return cannot_compare(reading) or Clear()
    place = where(fault, reading)
    evidence = {"unexplained_share": fault.unexplained}
    field = reading.evidence.field if reading.evidence is not None else None
    if field is not None and field.linear:
        evidence["asymmetry_of_hessian"] = field.asymmetry
    return Finding(
        "sequential_update",
        "error",
        "Parameters are updated one after the other",
        _because(fault, place),
        evidence,
        (Remedy("work out the whole gradient first, then update all parameters at once", {}),),
    )


def _because(fault: GradientFault, place: str) -> str:
    if fault.unexplained >= 1:
        return (
            "loss and gradient differ from step to step, by no more than updates in turn would "
            "make them, and no factor and no term explains it"
        )
    return (
        f"the gradient of {place} was worked out after other parameters had moved: that explains "
        f"all but {readable(100 * fault.unexplained, 2)} % of the difference between loss and "
        "gradient"
    )
