"""Classes that can be told apart perfectly: the minimum is at infinity."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.needs import RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["separable"]

RIDGE = 0.001
ROWS = 10
SMALL = 0.1
FALLEN = 0.2
LEAST = 0.9
MOST = 1.5
LAW = 0.99
GROWN = 1.02


def separable(reading: Reading) -> Answer:
    """Logistic regression whose classes can be told apart perfectly: no minimum exists.

    Sees
        Whether the descent stopped because it proved that every row is on its own side. In a
        log: how the norm of the gradient falls with the loss, and whether the parameters grow.
    Matters
        Growing all coefficients then lowers the loss for ever: their size means nothing,
        only their direction does, and no number of steps converges.
    Decides
        By proof: at some step every row has a positive margin (Albert and Anderson 1984).
        There is no threshold. In a log by the law of the tail: where all margins grow, loss
        and gradient fall together, ‖g‖ ~ J, since both are sums of e^-margin, whereas near a
        minimum J stays, and on a bowl whose least loss is zero ‖g‖ ~ √J. Found where over the
        later half of the record the slope of log ‖g‖ over log J is between 0.9 and 1.5, the
        loss is below a tenth of the first, both go together (correlation above 0.99), the
        parameters grow against the gradient (by 2 % over that half, at least), and the
        curvature along the moves is at least 0.9 of ‖g‖²/J (of sums of e^-margin it is no less,
        by Cauchy and Schwarz; on a bowl whose least loss is zero it is half of it).
    When it is wrong
        The proof is never wrong on the rows that it saw; the law of the tail also fits other
        costs whose minimum is at infinity (counts that are all zero). With few rows and many
        columns separation is expected, and does not mean that new rows are told apart as well.
    Try
        Read the decisions, not the sizes of the coefficients; a small ridge penalty keeps them
        finite; take fewer columns, or more rows; look for a column that leaks the target.
    Sources
        Albert and Anderson 1984, "On the existence of maximum likelihood estimates in
        logistic regression models"; Soudry et al. 2018, "The implicit bias of gradient
        descent on separable data".
    """
    if reading.curve is not None:
        return CannotTell(RECORD)
    stop = reading.trace.stop
    if stop.reason != "unbounded":
        return _of_record(reading)
    return _finding(
        reading,
        stop.because,
        {"step": float(reading.trace.step[-1]), "loss": float(reading.trace.loss[-1])},
    )


def _of_record(reading: Reading) -> Answer:
    shown = reading.evidence
    if shown is None or not reading.full or "minimum" in reading.trace.facts:
        return Clear()
    loss, gradient = shown.loss, shown.moves.gradient
    half = len(loss) // 2
    norms = np.linalg.norm(gradient, axis=1)
    size = np.linalg.norm(shown.moves.params, axis=1)
    positive = np.all(norms[half:] > 0) and np.all(loss[half:] > 0)
    if len(loss) < ROWS or not positive or not loss[-1] < SMALL * loss[0]:
        return Clear()
    fell: Array = np.log(loss[half:] / loss[-1])
    if not fell[0] > FALLEN or not size[-1] > GROWN * size[half]:
        return Clear()
    shrank: Array = np.log(norms[half:])
    if not np.all(np.isfinite(fell)) or not np.all(np.isfinite(shrank)):
        return Clear()
    tail = float(np.polyfit(fell, shrank, 1)[0])
    outward = -float(shown.moves.params[-1] @ gradient[-1]) / float(size[-1] * norms[-1])
    curved = shown.moves.curvature[half:] * loss[half:-1] / norms[half:-1] ** 2
    bent = float(np.nanmedian(curved)) if np.any(np.isfinite(curved)) else 1.0
    law = float(np.corrcoef(fell, shrank)[0, 1]) if np.ptp(shrank) > 0 else 0.0
    if not (LEAST < tail < MOST and law > LAW and outward > 0.5 and bent > LEAST):
        return Clear()
    return _finding(
        reading,
        f"the norm of the gradient falls as the loss to the power {readable(tail, 3)}, and the "
        f"parameters have grown to {readable(float(size[-1]))}: the loss goes to zero, and has no "
        "least value",
        {"power": tail, "size_of_parameters": float(size[-1]), "loss": float(loss[-1])},
    )


def _finding(reading: Reading, because: str, evidence: dict[str, float]) -> Finding:
    return Finding(
        "separable",
        "warning",
        "Separable: the minimum is at infinity",
        because,
        evidence,
        (_trust(reading), _penalise(reading)),
    )


def _trust(reading: Reading) -> Remedy:
    """Of classes; for a function of our own descent, which is no table, of the loss alone."""
    if "path" in reading.trace.facts and not reading.built_in:
        return Remedy("stop where the loss is small enough: there is no least one", {})
    return Remedy(
        "trust the decisions, not the sizes of the coefficients; check that no column leaks the "
        "target, or take fewer columns",
        {},
    )


def _penalise(reading: Reading) -> Remedy:
    """With a rate that the cost can take, where the one that was asked for is too high."""
    settings: dict[str, float | int | str] = {"l2": RIDGE}
    safe = reading.recommended_rate
    if reading.built_in and safe is not None and reading.rate > 2.0 * safe:
        settings["learning_rate"] = "auto"
    return Remedy(
        "or add a small ridge penalty, which gives the cost a minimum (--l2 0.001)", settings
    )
