"""Parts of the rows that something may be said of: their mean error, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, Units, unit_sums
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL
from steepest.evaluation.where.parts import FEWEST_ROWS, Parts
from steepest.trace import Array

__all__ = ["Candidate", "candidates_of", "distinct", "half_widths"]

_MOST = 5
_LARGEST_OVERLAP = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A part of at least twenty rows, and the mean and standard error of its errors.

    Where the errors have a long tail, a part that holds none of it by chance seems surer than it
    is: its spread is taken to be no smaller than that within all parts of the column.
    """

    parts: Parts
    place: int
    rows: int
    mean: float
    standard_error: float
    units: int

    @property
    def where(self) -> str:
        """What the rows have in common: "income above 4.7"."""
        return self.parts.labels[self.place]

    def members(self) -> NDArray[np.bool_]:
        """(m,) True for its rows."""
        return self.parts.members(self.place)


def candidates_of(dealt: Sequence[Parts], error: Array, drawn: Drawn = EACH_ROW) -> list[Candidate]:
    """The parts with rows enough to judge; a part that holds every row is none.

    error: (m,) of each row
    drawn: where rows come in groups or in time, a part holds rows of ten groups at least, and
           its spread is that of their sums
    """
    units = drawn.units()
    found = [candidate for parts in dealt for candidate in _candidates(parts, error)]
    if units is None:
        return found
    grouped = [_grouped(candidate, error, units) for candidate in found]
    return [candidate for candidate in grouped if candidate.units >= FEWEST_FOR_INTERVAL]


def half_widths(candidates: Sequence[Candidate]) -> list[float]:
    """Half the width of each mean's interval, by Student's t and widened for their number
    (Bonferroni): all hold at once with 95 % confidence."""
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    level = 1 - 0.05 / (2 * max(1, len(candidates)))
    return [
        float(special.stdtrit(candidate.units - 1, level)) * candidate.standard_error
        for candidate in candidates
    ]


def distinct(ranked: Sequence[Candidate], most: int = _MOST) -> list[Candidate]:
    """The first few, at most `most`, that are not nearly the same rows as one before them."""
    kept: list[Candidate] = []
    for candidate in ranked:
        if len(kept) < most and not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _candidates(parts: Parts, error: Array) -> list[Candidate]:
    rows = parts.rows()
    many = np.maximum(rows, 1)
    mean = np.bincount(parts.part, weights=error, minlength=len(rows)) / many
    squares = np.bincount(parts.part, (error - mean[parts.part]) ** 2, minlength=len(rows))
    within = squares.sum() / max(1, len(error) - int(np.sum(rows > 0)))
    variance = np.maximum(squares / np.maximum(rows - 1, 1), within)
    standard_error = np.sqrt(variance / many)
    return [
        Candidate(parts, i, int(rows[i]), float(mean[i]), float(standard_error[i]), int(rows[i]))
        for i in range(len(rows))
        if FEWEST_ROWS <= rows[i] < len(error)
    ]


def _grouped(candidate: Candidate, error: Array, units: Units) -> Candidate:
    """The candidate with the standard error of sums over whole groups, where that is larger."""
    members = candidate.members()
    _, own = np.unique(units[members], return_inverse=True)
    sums, _ = unit_sums((error[members] - candidate.mean)[:, None], own.astype(np.int64))
    many = len(sums)
    spread = float((sums**2).sum() * many / max(1, many - 1)) ** 0.5 / candidate.rows
    error_of_mean = max(candidate.standard_error, spread)
    return replace(candidate, standard_error=error_of_mean, units=many)


def _same(one: Candidate, other: Candidate) -> bool:
    shared = int(np.sum(one.members() & other.members()))
    return shared > _LARGEST_OVERLAP * max(one.rows, other.rows)
