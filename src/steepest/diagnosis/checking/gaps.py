"""What a gradient lacks: the entries of every coordinate that is wrong somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.checking.factors import same_for_all
from steepest.diagnosis.checking.search import Entry
from steepest.diagnosis.checking.slopes import Slope
from steepest.readable import counted, listed
from steepest.trace import Array

__all__ = ["FEW", "Gaps", "gaps_of"]

CLOSE = 1e-3
FEW = 8


@dataclass(frozen=True, slots=True)
class Gaps:
    """The entries (n,) of every coordinate that is wrong somewhere.

    param, told, slope, allowed: (n,) its value, gradient and slope, and the slack of the latter
    column, point: (n,) which coordinate and which point
    whole:         whether no coordinate with a slope is right
    where:         the coordinates in words
    sampled:       where not all were looked at: how many of how many are wrong, in brackets
    """

    names: tuple[str, ...]
    rows: int | None
    column: NDArray[np.int64]
    point: NDArray[np.int64]
    param: Array
    told: Array
    slope: Array
    allowed: Array
    whole: bool
    where: str
    sampled: str

    @property
    def gap(self) -> Array:
        """(n,) what the gradient lacks: slope - gradient."""
        return self.slope - self.told

    def lacks(self, guess: Array, times: float | Array = 1.0) -> bool:
        """Whether the gap is the guess (n,), within what was measured.

        times: how often the guess holds the slope, and with it the slope's error
        """
        slack = self.allowed * np.maximum(1.0, np.abs(times)) + CLOSE * np.abs(guess)
        return bool(np.all(np.abs(self.gap - guess) <= slack))

    def numbers(self) -> dict[str, float]:
        """The worst entry, by name."""
        worst = int(np.argmax(np.abs(self.gap) / self.allowed))
        name = self.names[int(self.column[worst])]
        return {
            "wrong_coordinates": float(len(np.unique(self.column))),
            f"gradient_{name}": float(self.told[worst]),
            f"slope_{name}": float(self.slope[worst]),
        }


def gaps_of(
    entries: Sequence[Entry], along: Sequence[Slope], names: tuple[str, ...], rows: int | None
) -> Gaps:
    """The gaps of entries of which some are wrong; see `name_fault`."""
    bad = {entry.coordinate for entry in entries if entry.slope.wrong}
    plain = [entry for entry in entries if entry.slope.kink is None]
    felt = {e.coordinate for e in plain if abs(e.slope.value) > e.slope.allowed} | bad
    seen = {entry.coordinate for entry in entries}
    kept = [e for e in plain if e.coordinate in bad and (e.slope.known or e.slope.wrong)]
    told = np.array([entry.slope.told for entry in kept])
    slope = np.array([entry.slope.value for entry in kept])
    whole = felt == bad and (len(seen) == len(names) or same_for_all(told, slope, along))
    where = listed([names[j] for j in sorted(bad)])
    sampled = ""
    if whole and len(names) > 1:
        where = "every coordinate"
    elif len(seen) < len(names):
        sampled = f" ({len(bad):,} of the {counted(len(seen), 'coordinate')} looked at)"
        where = where if len(bad) <= FEW else "many coordinates"
    return Gaps(
        names,
        rows,
        np.array([entry.coordinate for entry in kept]),
        np.array([entry.point for entry in kept]),
        np.array([entry.param for entry in kept]),
        told,
        slope,
        np.array([entry.slope.allowed for entry in kept]),
        whole,
        where,
        sampled,
    )
