"""Where a model errs to one side: parts of the rows with a mean error that is not chance.

The parts are quarters of the predicted value and of each number column, and the levels
of each text or truth column. As many parts are looked at, some would stand out by chance:
the intervals are widened for their number (Bonferroni).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.evaluation import ErrorSlice
from steepest.evaluation.scores import error_of
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_error_prone", "find_slices"]

_FEWEST_ROWS = 20
_MOST_SLICES = 5
_LEAST_SHARE_OF_ERROR = 0.1
_LARGEST_OVERLAP = 0.8
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The rows dealt into disjoint parts: `part` (m,) holds the place of each in `labels`."""

    labels: tuple[str, ...]
    part: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A part of at least twenty rows, and the mean and standard error of its errors."""

    parts: _Parts
    place: int
    rows: int
    mean: float
    standard_error: float

    def members(self) -> NDArray[np.bool_]:
        return self.parts.part == self.place


def find_slices(
    target: Array,
    predicted: Array,
    frame: pl.DataFrame,
    *,
    predicted_name: str,
) -> tuple[ErrorSlice, ...]:
    """The parts of the rows for which the mean error is not zero, worst first, at most five.

    target, predicted: (m,) numbers, or for two classes 0.0 and 1.0 and probabilities
    frame:  the columns to look at, m rows
    predicted_name: what the predicted value is called: "predicted price"

    A part counts when it has at least twenty rows, the corrected 95 % interval of its mean
    error (Student's t) leaves zero out, and that mean is at least a tenth of the mean
    absolute error of all rows. Of two parts that share more than four fifths of their rows
    the worse one stands for both.
    """
    error = error_of(target, predicted)
    typical = float(np.abs(error).mean())
    spread = float(np.abs(target - target.mean()).mean())
    if not _NEGLIGIBLE * spread < typical < np.inf:
        return ()
    dealt = [_parts_of_number(predicted_name, predicted)]
    dealt += [_parts_of_column(column) for column in frame.iter_columns()]
    return _described(_standing_out(dealt, error, _LEAST_SHARE_OF_ERROR * typical))


def find_error_prone(wrong: NDArray[np.bool_], frame: pl.DataFrame) -> tuple[ErrorSlice, ...]:
    """The parts of the rows that are decided wrongly more often than all, worst first.

    wrong:  (m,) True where the decision between some classes is wrong
    frame:  the columns to look at, m rows

    The mean error of a part is its share of wrong decisions minus that of all rows; what
    counts is decided as in `find_slices`.
    """
    error = wrong - wrong.mean()
    dealt = [_parts_of_column(column) for column in frame.iter_columns()]
    least = _LEAST_SHARE_OF_ERROR * float(np.abs(error).mean())
    biased = _standing_out(dealt, error, max(least, _NEGLIGIBLE))
    return _described([found for found in biased if found[0].mean > 0])


def _standing_out(
    dealt: list[_Parts], error: Array, least: float
) -> list[tuple[_Candidate, float]]:
    """The parts whose mean error is not chance, nor below `least`, worst first; with half the
    width of their intervals."""
    candidates = [candidate for parts in dealt for candidate in _candidates(parts, error)]
    biased = [
        (candidate, half)
        for candidate, half in zip(candidates, _half_widths(candidates), strict=True)
        if abs(candidate.mean) > half and abs(candidate.mean) >= least
    ]
    return sorted(biased, key=lambda found: -abs(found[0].mean))


def _parts_of_column(column: pl.Series) -> _Parts:
    import polars as pl

    if column.dtype.is_numeric():
        return _parts_of_number(column.name, column.cast(pl.Float64).to_numpy())
    text = column.cast(pl.String)
    levels = text.drop_nulls().unique().sort()
    place = text.cast(pl.Enum(levels)).to_physical().fill_null(len(levels))
    labels = [f"{column.name} is {level}" for level in levels]
    return _parts((*labels, f"{column.name} is missing"), place.to_numpy())


def _parts_of_number(name: str, values: Array) -> _Parts:
    """Quarters by value, equal values together; one more part for missing values."""
    known = values[np.isfinite(values)]
    if not len(known):
        return _parts((f"{name} is missing",), np.zeros(len(values)))
    quartiles = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
    edges = np.unique(quartiles[quartiles < known.max()])
    place = np.where(np.isfinite(values), np.searchsorted(edges, values), len(edges) + 1)
    labels = [_label(name, edges, values[place == i], i) for i in range(len(edges) + 1)]
    return _parts((*labels, f"{name} is missing"), place)


def _label(name: str, edges: Array, values: Array, quarter: int) -> str:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"{name} is {readable(low)}"
    if quarter == 0:
        return f"{name} up to {readable(high)}"
    if quarter == len(edges):
        return f"{name} above {readable(float(edges[-1]))}"
    return f"{name} from {readable(low)} to {readable(high)}"


def _parts(labels: tuple[str, ...], place: NDArray[Any]) -> _Parts:
    # one byte a row: a wide table has many columns, each dealt into few parts
    return _Parts(labels, place.astype(np.min_scalar_type(len(labels))))


def _candidates(parts: _Parts, error: Array) -> list[_Candidate]:
    """The parts with rows enough to judge; a part that holds every row is none."""
    rows = np.bincount(parts.part, minlength=len(parts.labels))
    many = np.maximum(rows, 1)
    mean = np.bincount(parts.part, weights=error, minlength=len(rows)) / many
    squares = np.bincount(parts.part, (error - mean[parts.part]) ** 2, minlength=len(rows))
    standard_error = np.sqrt(squares / np.maximum(rows - 1, 1) / many)
    return [
        _Candidate(parts, i, int(rows[i]), float(mean[i]), float(standard_error[i]))
        for i in range(len(rows))
        if _FEWEST_ROWS <= rows[i] < len(error)
    ]


def _half_widths(candidates: list[_Candidate]) -> list[float]:
    """Half the width of each corrected interval: all hold at once with 95 % confidence."""
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    level = 1 - 0.05 / (2 * max(1, len(candidates)))
    return [
        float(special.stdtrit(candidate.rows - 1, level)) * candidate.standard_error
        for candidate in candidates
    ]


def _distinct(biased: list[tuple[_Candidate, float]]) -> list[tuple[_Candidate, float]]:
    """The first five that are not nearly the same rows as one before them."""
    kept: list[tuple[_Candidate, float]] = []
    for candidate, half in biased:
        if len(kept) < _MOST_SLICES and not any(_same(candidate, other) for other, _ in kept):
            kept.append((candidate, half))
    return kept


def _same(one: _Candidate, other: _Candidate) -> bool:
    shared = int(np.sum(one.members() & other.members()))
    return shared > _LARGEST_OVERLAP * max(one.rows, other.rows)


def _described(biased: list[tuple[_Candidate, float]]) -> tuple[ErrorSlice, ...]:
    return tuple(
        ErrorSlice(
            where=candidate.parts.labels[candidate.place],
            rows=candidate.rows,
            mean_error=candidate.mean,
            low=candidate.mean - half,
            high=candidate.mean + half,
        )
        for candidate, half in _distinct(biased)
    )
