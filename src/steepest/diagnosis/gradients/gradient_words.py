"""Where a fault of the gradient is, in words, and what a comparison would need."""

from __future__ import annotations

from steepest.diagnosis.finding import CannotTell
from steepest.diagnosis.gradients.gradient_fault import GradientFault
from steepest.diagnosis.record.needs import RECORD
from steepest.diagnosis.record.record import Record
from steepest.readable import readable

__all__ = ["cannot_compare", "explained", "left_over", "where"]

LISTED = 4
WHOLE = 1e-5


def where(fault: GradientFault, record: Record) -> str:
    """The coordinates of a fault by name.

    All of them are "every coordinate"; many are counted from the first.
    """
    names = record.trace.names
    named = [names[index] for index in fault.coordinates]
    if len(named) == len(names) > 1:
        return "every coordinate"
    if len(named) == len(names) - 1 and len(named) > 2:
        (other,) = set(names) - set(named)
        return f"every coordinate but {other}"
    if len(named) > LISTED:
        return f"{', '.join(named[:LISTED])} and {len(named) - LISTED} more"
    return ", ".join(named)


def explained(fault: GradientFault) -> str:
    """How much of the difference a fault explains, for the end of a sentence."""
    left = 100 * fault.unexplained
    if fault.unexplained < WHOLE:
        return "which explains the whole difference between loss and gradient"
    return (
        f"which explains all but {readable(left, 2)} % of the difference between loss and gradient"
    )


def left_over(fault: GradientFault) -> dict[str, float]:
    """The share of the difference that a fault leaves, as evidence; none where it leaves none."""
    return {"unexplained_share": fault.unexplained} if fault.unexplained >= WHOLE else {}


def cannot_compare(record: Record) -> CannotTell | None:
    """Why loss and gradient cannot be held against each other; None where they were."""
    if record.evidence is None:
        return CannotTell(RECORD)
    if record.trace.loss_of == "batch":
        return CannotTell("the loss and the gradient of the same, fixed rows")
    if record.evidence.slopes is None:
        return CannotTell("at least three moves that change the loss beyond rounding")
    return None
