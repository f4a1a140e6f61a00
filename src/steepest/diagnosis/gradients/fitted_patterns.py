"""The patterns of the faults, fitted to what the loss does otherwise than the gradients say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.diagnosis.gradients.patterns import Kind, Pattern
from steepest.diagnosis.gradients.slopes import CERTAIN, Slopes
from steepest.trace import Array

__all__ = ["EXPLAINED", "SAME", "SPARE", "GradientFault", "tried"]

EXPLAINED = 0.05
FORETOLD = 0.3
SPARE = 3
SAME = 0.02
NOTHING = 1e-7
MOST_LEFT = 0.5
OFF = 0.2
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


def _left(rest: Array, slopes: Slopes) -> tuple[float, bool]:
    """The share of the differences that is left, and whether what is left is to be expected."""
    share = float(np.linalg.norm(rest) / np.linalg.norm(slopes.rest))
    return share, slopes.fits(rest)


def tried(patterns: Iterator[Pattern], slopes: Slopes, steepest: float) -> Iterator[GradientFault]:
    """Every pattern that explains the differences, fitted by least squares."""
    for pattern in patterns:
        columns = pattern.columns * slopes.weight[:, None]
        numbers = _fitted(columns, slopes, pattern)
        if numbers is None:
            continue
        unexplained, within = _left(slopes.rest - columns @ numbers, slopes)
        if pattern.kind == "sequential":
            fault = _sequential(pattern, numbers, unexplained, within, steepest)
        else:
            fault = _off(pattern, numbers, unexplained, within)
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
    pattern: Pattern, numbers: Array, unexplained: float, within: bool
) -> GradientFault | None:
    """Found where little is left; a factor has to be clearly away from 1."""
    if not (unexplained < EXPLAINED or (within and unexplained < MOST_LEFT)):
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
