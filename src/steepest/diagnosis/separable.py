"""Classes that can be told apart perfectly: the minimum is at infinity."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading

__all__ = ["separable"]

RIDGE = 0.001


def separable(reading: Reading) -> Answer:
    """Logistic regression whose classes can be told apart perfectly: no minimum exists.

    Sees
        Whether the descent stopped because it proved that every row is on its own side.
    Matters
        Growing all coefficients then lowers the loss for ever: their size means nothing,
        only their direction does, and no number of steps converges.
    Decides
        By proof: at some step every row has a positive margin (Albert and Anderson 1984).
        There is no threshold.
    When it is wrong
        Never on the rows that it saw. With few rows and many columns separation is
        expected, and does not mean that new rows are told apart as well.
    Try
        Read the decisions, not the sizes of the coefficients; a small ridge penalty keeps them
        finite; take fewer columns, or more rows; look for a column that leaks the target.
    Sources
        Albert and Anderson 1984, "On the existence of maximum likelihood estimates in
        logistic regression models"; Soudry et al. 2018, "The implicit bias of gradient
        descent on separable data".
    """
    stop = reading.trace.stop
    if stop.reason != "unbounded":
        return Clear()
    return Finding(
        "separable",
        "warning",
        "Separable: the minimum is at infinity",
        stop.because,
        {"step": float(reading.trace.step[-1]), "loss": float(reading.trace.loss[-1])},
        (
            Remedy(
                "trust the decisions, not the sizes of the coefficients; check that no column "
                "leaks the target, or take fewer columns",
                {},
            ),
            Remedy(
                "or add a small ridge penalty, which gives the cost a minimum (--l2 0.001)",
                {"l2": RIDGE},
            ),
        ),
    )
