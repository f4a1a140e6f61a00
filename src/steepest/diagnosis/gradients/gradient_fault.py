"""Which one fault of the gradient explains what the loss does otherwise than it says.

Every fault that is looked for leaves a pattern of its own in the differences between the
changes of the loss and the slopes that were recorded, known but for a number or two. The one
that leaves least unexplained is named, if it leaves next to nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.diagnosis.gradients.fitted_patterns import (
    EXPLAINED,
    SAME,
    SPARE,
    GradientFault,
    tried,
)
from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.patterns import compound, simple
from steepest.diagnosis.gradients.secant_field import SecantField
from steepest.diagnosis.gradients.slopes import CERTAIN, Slopes, slopes_of
from steepest.trace import Array

__all__ = ["GradientFault", "accumulated", "fault_of"]

ALIKE = 1e-3
PLAIN_TO_SEE = 1e-4
NEAR_ONE = 0.25
SHIFTED = 8
LEAST, MOST = 0.003, 0.3  # beyond, the field is no field
EVEN = 0.03
MANY = 0.5
TINY = 1e-300
ROUNDED = 1e-12  # a share left that is rounding tells nothing of which fault it is


def fault_of(
    slopes: Slopes, moves: Moves, field: SecantField | None, loss: Array
) -> GradientFault | None:
    """The fault that explains the differences, if one does; None also where nothing differs.

    The losses (n,) and the rows of `moves` are those that `slopes` was worked out from. Faults
    of one number come before those of many, and are named in the order of how common they
    are where they explain alike; those of many by Schwarz's criterion (1978).

    >>> w = 10.1 * 0.8 ** np.arange(8.0)[:, None]  # descent on w², with half its gradient
    >>> moves, loss = Moves(w, w, np.full(8, 0.2), np.ones(7)), w[:, 0] ** 2
    >>> fault = fault_of(slopes_of(moves, loss), moves, None, loss)
    >>> fault.kind, fault.coordinates, round(fault.values[0], 6)
    ('scale', (0,), 0.5)
    """
    zero, running = _zero(moves), accumulated(slopes, moves, loss)
    if slopes.agree:
        return zero or running
    if _written_late(slopes, moves, loss, field):
        return None
    steepest = moves.steepest
    one_number = [
        *([] if running is None else [running]),
        *tried(simple(slopes, moves, field), slopes, steepest),
    ]
    in_turn = _could_be_in_turn(slopes, moves)
    sure = [fault for fault in one_number if not in_turn or _plain_to_see(fault)]
    if sure:
        return _commonest(sure, slopes)
    found = one_number + list(tried(compound(slopes, moves), slopes, steepest))
    likely = [fault for fault in found if fault.kind in ("sequential", "scale")]
    if in_turn:
        likely = [fault for fault in found if fault.kind == "sequential"]
        if not likely and zero is None:
            return _by_exclusion(slopes, moves, field)
    return min(likely or found, key=lambda fault: _score(fault, slopes), default=zero)


def _written_late(slopes: Slopes, moves: Moves, loss: Array, field: SecantField | None) -> bool:
    """Whether loss and gradient go together once the loss, or the parameters, are taken for
    those of the next row: they were logged after the update."""
    head, tail = slice(None, -1), slice(1, None)
    miss = field.miss if field is not None and field.linear else None
    loss_late = replace(
        moves,
        params=moves.params[tail],
        gradient=moves.gradient[tail],
        rates=moves.rates[tail],
        gaps=moves.gaps[tail],
    )
    params_late = replace(loss_late, params=moves.params[head])
    for shifted, values in ((loss_late, loss[head]), (params_late, loss[tail])):
        if len(shifted.params) < SHIFTED:
            continue
        there = slopes_of(shifted, values, miss)
        if there is not None and there.agree and _median(there) < EXPLAINED * _median(slopes):
            return True
    return False


def _median(slopes: Slopes) -> float:
    return float(np.median(np.abs(slopes.missed)))


def _usual(fault: GradientFault) -> bool:
    """Whether a factor is one that slips of the pen make: -1, 2, 1/2, a whole number or one
    over it. Other kinds count as usual."""
    if fault.kind != "scale":
        return True
    size = abs(fault.values[0])
    whole = max(size, 1.0 / size) if size > 0 else 0.0
    turned = fault.values[0] < 0 and whole < 1.0 + SAME
    return turned or (fault.values[0] > 0 and whole > 1.5 and abs(whole - round(whole)) < SAME)


def _could_be_in_turn(slopes: Slopes, moves: Moves) -> bool:
    """Whether the differences are no larger than updates one after the other could make them:
    those shift a gradient by at most the rate times the curvature of it."""
    if not moves.plain or moves.params.shape[1] < 2:
        return False
    share = np.abs(slopes.missed) / np.maximum(np.abs(slopes.changes), TINY)
    return bool(np.median(share) < moves.rate * moves.steepest)


def _plain_to_see(fault: GradientFault) -> bool:
    """Whether a fault of one number leaves nothing that asks for another explanation."""
    if fault.kind in ("sequential", "accumulated"):
        return True
    near = fault.kind == "scale" and abs(abs(fault.values[0]) - 1.0) < NEAR_ONE
    odd = near and not _usual(fault)  # as updates in turn feign
    return fault.within and fault.unexplained < (PLAIN_TO_SEE if odd else EVEN)


def _by_exclusion(slopes: Slopes, moves: Moves, field: SecantField | None) -> GradientFault | None:
    """Updates in turn, where most pairs differ, by no more than those could, and no factor
    or term explains it: of rows enough to have tried the others, or of a field that is linear
    and not symmetric, which no loss has."""
    enough = len(slopes.rest) >= SPARE * moves.params.shape[1]
    lopsided = field is not None and field.linear and LEAST < field.asymmetry < MOST
    if not (enough or lopsided) or np.mean(np.abs(slopes.rest) > CERTAIN) < MANY:
        return None
    later = tuple(range(1, moves.params.shape[1]))
    return GradientFault("sequential", later, (), 1.0)


def _zero(moves: Moves) -> GradientFault | None:
    """Coordinates whose gradient is exactly zero at every row, while others' is not."""
    none = ~np.any(moves.gradient, axis=0)
    if not np.any(none) or np.all(none) or np.any(moves.steps[:, none]):
        return None
    return GradientFault("zero", tuple(np.flatnonzero(none).tolist()), (0.0,), 0.0)


def accumulated(slopes: Slopes, moves: Moves, loss: Array) -> GradientFault | None:
    """Whether each recorded gradient is the sum of all so far: its growth is the slope, where
    no step is missing in between."""
    if not np.all(moves.follows):
        return None
    growth = np.diff(moves.gradient, axis=0, prepend=0.0)
    fresh = slopes_of(replace(moves, gradient=growth), loss)
    if fresh is None:
        return None
    left, whole = _median(fresh), _median(slopes)
    if not (left < EXPLAINED * whole and fresh.agree):
        return None
    return GradientFault("accumulated", tuple(range(growth.shape[1])), (1.0,), left / whole)


def _commonest(faults: list[GradientFault], slopes: Slopes) -> GradientFault:
    """Of those that explain alike, the first with a usual factor, or the first: alike by what is
    to be expected, where some are, and no less likely than the best by three standard
    deviations; else to within a factor of three."""
    known = [fault for fault in faults if fault.within]
    if known:
        least = min(_score(fault, slopes) for fault in known)
        alike = [fault for fault in known if _score(fault, slopes) <= least + CERTAIN**2]
    else:
        least = min(fault.unexplained for fault in faults)
        alike = [fault for fault in faults if fault.unexplained <= 3 * least + ALIKE]
    return next((fault for fault in alike if _usual(fault)), alike[0])


def _score(fault: GradientFault, slopes: Slopes) -> float:
    """Schwarz's criterion (1978): what is left, and how many numbers it took."""
    rows = len(slopes.rest)
    unknown = len(fault.values)
    return 2.0 * rows * np.log(max(fault.unexplained, ROUNDED)) + unknown * np.log(rows)
