"""Flat, but it curves downward: a saddle or a hilltop, not a minimum."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.flat_ground import downward_at_the_end, smallest_curvature
from steepest.diagnosis.record.needs import MORE, RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["saddle"]

LEAST = 5
GREW = 3.0


def saddle(reading: Reading) -> Answer:
    """The loss hardly moves, and along some direction it curves downward.

    Sees
        The smallest eigenvalue of the Hessian at the end, where it was measured, or the
        curvature along the last moves; and how much the loss fell over the later half.
    Matters
        The gradient is small because the ground is level, not because the descent has
        arrived: a direction leads down, and the path takes long to find it, since it leaves
        by a factor of 1 + α|λ| a step only.
    Decides
        The smallest curvature at the end is below zero, by more than a millionth of the
        largest or of what rounding can make of it, and the loss fell by less than 1 % of its
        size over the later half of the record (or the descent says that it converged), while
        as many steps again would leave it (α|λ|k of a half or more; else it is a `plateau`). Or it
        has passed one: over a fifth of the rows on end (five at least) the curvature along the
        moves is below zero while the gradient grows threefold. A convex cost is clear: it has
        no saddle.
    When it is wrong
        Where the loss is large for another reason (a constant added to it), a fall that
        matters may be less than 1 % of it.
    Try
        A start with some noise, momentum, or batches, whose noise finds the way down.
    Sources
        Dauphin et al. 2014, "Identifying and attacking the saddle point problem in
        high-dimensional non-convex optimization"; Lee et al. 2016, "Gradient descent only
        converges to minimizers".
    """
    if reading.curve is not None:
        return CannotTell(RECORD)
    if reading.bounded or reading.trace.stop.reason == "unbounded":
        return Clear()
    if len(reading.losses) < 3 or not reading.full:
        return CannotTell(MORE)
    if reading.fault is not None:
        return Clear()  # what its gradients show is not the cost
    if reading.done and reading.trace.stop.reason != "converged":
        return Clear()
    passed = _passed(reading)
    if passed is not None:
        return passed
    ground = downward_at_the_end(reading)
    if ground is None or not ground.opens:
        unknown = ground is None and smallest_curvature(reading) is None
        need = "parameters and gradients, or the smallest eigenvalue of the Hessian"
        return CannotTell(need) if unknown else Clear()
    return Finding(
        "saddle",
        "warning",
        "Saddle: flat, but not a minimum",
        f"the loss fell by {readable(100 * ground.fell, 2)} % over the later half, and the cost "
        f"curves downward along a direction (curvature {readable(ground.curvature)}): a lower "
        "point is near",
        {
            "smallest_curvature": ground.curvature,
            "fall_over_later_half": ground.fell,
            "loss": float(reading.losses[-1]),
        },
        (Remedy("start elsewhere (--start random), or add momentum (--rule momentum)", {}),),
    )


def _passed(reading: Reading) -> Finding | None:
    """A stretch of the path on which the gradient grew because the cost curved downward."""
    if reading.evidence is None or reading.trace.stop.reason == "converged":
        return None
    moves = reading.evidence.moves
    downward = np.append(moves.curvature < 0, False)  # NaN is False
    norms = np.linalg.norm(moves.gradient, axis=1)
    begin = None
    for row, down in enumerate(downward.tolist()):
        if down and begin is None:
            begin = row
        if not down and begin is not None:
            long = row - begin >= max(LEAST, len(downward) // 5)
            if long and norms[row] > GREW * norms[begin] > 0:
                return _stretch(reading, begin, row, float(norms[row] / norms[begin]))
            begin = None
    return None


def _stretch(reading: Reading, begin: int, end: int, grew: float) -> Finding:
    first, last = int(reading.trace.step[begin]), int(reading.trace.step[end])
    return Finding(
        "saddle",
        "warning",
        "Saddle: it was flat for long, and no minimum",
        f"from step {first:,} to {last:,} the cost curved downward along the path, and the "
        f"gradient grew by a factor of {readable(grew)}: the descent was leaving a saddle, or a "
        "hilltop",
        {"first_step": float(first), "last_step": float(last), "growth_of_gradient": grew},
        (Remedy("start elsewhere (--start random), or add momentum (--rule momentum)", {}),),
    )
