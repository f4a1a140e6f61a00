"""Which one fault of the gradient explains what the loss does otherwise than it says.

Every fault that is looked for leaves a pattern of its own in the differences between the
changes of the loss and the slopes that were recorded, known but for a number or two. The one
that leaves least unexplained is named, if it leaves next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.patterns import Kind, Pattern, compound, simple
from steepest.diagnosis.gradients.secant_field import SecantField
from steepest.diagnosis.gradients.slopes import CERTAIN, Slopes, slopes_of
from steepest.trace import Array

__all__ = ["GradientFault", "accumulated", "fault_of"]

EXPLAINED = 0.05
FORETOLD = 0.3
ALIKE = 1e-3
SPARE = 3
SAME = 0.02
NOTHING = 1e-7
LEAST, MOST = 0.003, 0.3  # beyond, the field is no field
OFF = 0.2
EVEN = 0.03
MANY = 0.5
TINY = 1e-300
ALIKE_FACTORS = 0.1
TIGHT = 1e-10
LOOSE = 1e-4
STEEPER = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class GradientFault:
    """One fault of the recorded gradients.

    kind:         what it is
    coordinates:  (c,) which entries of the gradient it is in
    values:       scale: the factor that each is off by; l2, l1, constant: the strength of the
                  term that is missing; sequential: how much of the pattern foretold is there
    unexplained:  the share of the differences that it leaves; 1 where it is all that is left
                  after every other fault was excluded
    within:       whether what it leaves is no more than is to be expected
    """

    kind: Kind | Literal["zero", "accumulated"]
    coordinates: tuple[int, ...]
    values: tuple[float, ...]
    unexplained: float
    within: bool = True


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
    steepest = moves.steepest
    one_number = [
        *([] if running is None else [running]),
        *_tried(simple(slopes, moves, field), slopes, steepest),
    ]
    in_turn = _could_be_in_turn(slopes, moves)
    sure = [fault for fault in one_number if not in_turn or _plain_to_see(fault)]
    if sure:
        return _commonest(sure, slopes)
    found = one_number + list(_tried(compound(slopes, moves), slopes, steepest))
    likely = [fault for fault in found if fault.kind in ("sequential", "scale")]
    if in_turn:
        likely = [fault for fault in found if fault.kind == "sequential"]
        if not likely and zero is None:
            return _by_exclusion(slopes, moves, field)
    return min(likely or found, key=lambda fault: _score(fault, slopes), default=zero)


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
    return fault.within and fault.unexplained < EVEN


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
    left, whole = (float(np.median(np.abs(one.missed))) for one in (fresh, slopes))
    if not (left < EXPLAINED * whole and fresh.agree):
        return None
    return GradientFault("accumulated", tuple(range(growth.shape[1])), (1.0,), left / whole)


def _left(rest: Array, slopes: Slopes) -> tuple[float, bool]:
    """The share of the differences that is left, and whether what is left is to be expected."""
    share = float(np.linalg.norm(rest) / np.linalg.norm(slopes.rest))
    return share, slopes.fits(rest)


def _tried(patterns: Iterator[Pattern], slopes: Slopes, steepest: float) -> Iterator[GradientFault]:
    """Every pattern that explains the differences, fitted by least squares."""
    for pattern in patterns:
        columns = pattern.columns * slopes.weight[:, None]
        numbers = _fitted(columns, slopes, pattern)
        if numbers is None:
            continue
        unexplained, within = _left(slopes.rest - columns @ numbers, slopes)
        named = _sequential if pattern.kind == "sequential" else _off
        fault = named(pattern, numbers, unexplained, within, steepest)
        if fault is not None:
            yield fault


def _fitted(columns: Array, slopes: Slopes, pattern: Pattern) -> Array | None:
    """Of an order of updates, the least Hessian that explains; else all numbers are needed.

    Many numbers, or one of many kinds and coordinates, explain any few pairs that differ: those
    have to be three times as many. One factor in all coordinates is no choice.
    """
    rows, unknown = columns.shape
    differ = int(np.count_nonzero(np.abs(slopes.rest) > CERTAIN))
    single = unknown == 1 and pattern.kind == "scale"
    common = single and len(pattern.coordinates) == slopes.steps.shape[1]
    if rows <= SPARE * unknown or (not common and differ < SPARE * unknown):
        return None
    sizes: Array = np.linalg.norm(columns, axis=0)
    alike = columns / sizes
    if not (np.all(np.isfinite(alike)) and np.all(np.isfinite(slopes.rest))):
        return None
    in_turn = pattern.kind == "sequential"
    least = LOOSE if in_turn else TIGHT
    solution, _, rank, _ = np.linalg.lstsq(alike, slopes.rest, rcond=least)
    return solution / sizes if rank == unknown or in_turn else None


def _sequential(
    pattern: Pattern, numbers: Array, unexplained: float, within: bool, steepest: float
) -> GradientFault | None:
    """Found where what was foretold is there, or a Hessian no steeper than the path explains."""
    if pattern.foretold:
        found = abs(numbers[0] - 1.0) < FORETOLD and (unexplained < FORETOLD or within)
    else:
        possible = float(np.max(np.abs(numbers))) < STEEPER * steepest
        found = possible and unexplained < FORETOLD / 2
    if not found:
        return None
    return GradientFault("sequential", pattern.coordinates, tuple(numbers.tolist()), unexplained)


def _off(
    pattern: Pattern, numbers: Array, unexplained: float, within: bool, steepest: float
) -> GradientFault | None:
    """Found where little is left; a factor has to be clearly away from 1."""
    del steepest
    if not (unexplained < EXPLAINED or within):
        return None
    if pattern.kind != "scale":
        return GradientFault(
            pattern.kind, pattern.coordinates, tuple(numbers.tolist()), unexplained, within
        )
    if np.any(np.abs(1.0 + numbers) < NOTHING):
        return None  # a loss that does not answer at all
    factors = 1.0 / (1.0 + numbers)
    off = np.abs(factors - 1.0) > (SAME if within else OFF)
    if not np.any(off):
        return None
    common = float(np.median(factors[off]))
    if np.any(np.abs(factors[off] - common) > ALIKE_FACTORS * abs(common)):
        return None  # a bug is one factor in some coordinates, not one for each
    which = np.array(pattern.coordinates)[off] if len(numbers) > 1 else pattern.coordinates
    return GradientFault("scale", tuple(int(j) for j in which), (common,), unexplained, within)


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
    return rows * np.log(max(fault.unexplained**2, 1e-30)) + unknown * np.log(rows)
