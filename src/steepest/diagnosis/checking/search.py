"""Where a gradient is wrong: coordinate by coordinate, or by halving blocks of many."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from steepest.diagnosis.checking.slopes import Place, Slope
from steepest.trace import Array

__all__ = ["Entry", "coordinates", "directions", "find_wrong", "vague", "weights"]

ALL = 1024
SAMPLE = 48
MOST_FOUND = 32
MOST_PROBES = 1500


@dataclass(frozen=True, slots=True)
class Entry:
    """One coordinate at one point: the parameter's value, and its slope beside its gradient.

    point: which point, as a number
    """

    point: int
    coordinate: int
    param: float
    slope: Slope


def weights(count: int, rng: np.random.Generator) -> Array:
    """(p,) numbers between 0.5 and 1.5 with mixed signs.

    Not plain signs: the errors of two coordinates must not cancel by chance.
    """
    return rng.choice([-1.0, 1.0], count) * rng.uniform(0.5, 1.5, count)


def directions(place: Place, rng: np.random.Generator) -> list[Array]:
    """The directions that every point is tested in.

    Along the gradient, in two that mix all coordinates by their scale, and in one in which
    every coordinate with a gradient contributes about the same.
    """
    felt = np.abs(place.gradient) * place.scale
    longest = float(np.max(felt))
    count = len(place.point)
    found = [place.scale * weights(count, rng) for _ in range(2)]
    if longest > 0:
        gradient = place.gradient / np.max(np.abs(place.gradient) / place.scale)
        middle = float(np.median(felt[felt > 0]))
        even = np.minimum(1.0, middle / np.maximum(felt, 1e-300))
        found = [gradient, *found, place.scale * even * weights(count, rng)]
    return found


def coordinates(place: Place, number: int, which: Iterable[int]) -> list[Entry]:
    """The slope of each of some coordinates at one point."""
    found: list[Entry] = []
    for j in which:
        direction = np.zeros_like(place.point)
        direction[j] = 1.0
        found.append(Entry(number, int(j), float(place.point[j]), place.along(direction)))
    return found


def find_wrong(place: Place, number: int, rng: np.random.Generator) -> list[Entry]:
    """Coordinates whose gradient is wrong, and others beside them.

    All of them up to a thousand. Of more, a random sample first; where few of it are wrong,
    blocks are halved for as long as the slope within them is wrong: about two probes for
    each halving lead to one wrong coordinate among a million.
    """
    count = len(place.point)
    if count <= ALL:
        return coordinates(place, number, range(count))
    sample = coordinates(place, number, rng.choice(count, SAMPLE, replace=False).tolist())
    if sum(entry.slope.wrong for entry in sample) >= SAMPLE // 4:
        return sample
    seen = {entry.coordinate: entry for entry in sample}
    for entry in _halved(place, number, rng):
        seen[entry.coordinate] = entry
    return list(seen.values())


def _halved(place: Place, number: int, rng: np.random.Generator) -> list[Entry]:
    found: list[Entry] = []
    blocks, probes = [(0, len(place.point))], 0
    while blocks and len(found) < MOST_FOUND and probes < MOST_PROBES:
        low, high = blocks.pop()
        if high - low == 1:
            found += coordinates(place, number, [low])
            probes += 1
            continue
        middle = (low + high) // 2
        halves = [(low, middle), (middle, high)]
        bad = [half for half in halves if _block(place, half, rng).wrong]
        probes += 2
        blocks += bad
    return found


def _block(place: Place, block: tuple[int, int], rng: np.random.Generator) -> Slope:
    """The slope along a direction that lies within one block of coordinates."""
    low, high = block
    direction = np.zeros_like(place.point)
    direction[low:high] = place.scale[low:high] * weights(high - low, rng)
    return place.along(direction)


def vague(slope: Slope) -> bool:
    """Whether the loss is too coarse to say anything about a gradient that is not zero."""
    size = max(abs(slope.told), abs(slope.value))
    return not math.isfinite(slope.error) or (size > 0 and slope.error > 0.1 * size)
