"""From a table's columns to the numbers that are descended on, and back to its own units.

Learned on the training rows only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steepest.data.contract import Contract
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["NumberColumn", "Representation", "TextColumn", "learn_representation"]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A number or truth column; `fill` (the training rows' median) stands for missing."""

    name: str
    fill: float


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A text column: `reference` (the most frequent level) is dropped, the others are 0 or 1."""

    name: str
    reference: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Representation:
    """What turns a table into a design matrix X (m, d): monomials, one-hot, centre, spread.

    numbers:  the number columns, in order
    texts:    the text columns, in order
    powers:   one tuple of exponents a monomial, over `numbers`: (1, 0) is the first column
    centre, spread:  (d,) X = (raw - centre) / spread; zeros and ones with scale "none"
    """

    numbers: tuple[NumberColumn, ...]
    texts: tuple[TextColumn, ...]
    powers: tuple[tuple[int, ...], ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    degree: int
    scale: Literal["standard", "none"]

    @property
    def names(self) -> tuple[str, ...]:
        """d names: `size`, `size^2`, `size*rooms`, `ocean_proximity=INLAND`."""
        raise NotImplementedError

    def raw(self, frame: pl.DataFrame) -> Array:
        """(m, d) float64: filled monomials and one-hot columns, neither centred nor scaled."""
        raise NotImplementedError

    def transform(self, frame: pl.DataFrame) -> Array:
        """(m, d) float64, Fortran order: what is descended on."""
        raise NotImplementedError

    def to_input_units(
        self, params: Array, *, intercept: bool
    ) -> tuple[dict[str, float], float | None]:
        """Coefficients by name, and the intercept, in the input's own units.

        params: (d + 1,) with the intercept last, or (d,) without one.
        """
        raise NotImplementedError


def learn_representation(
    frame: pl.DataFrame,
    contract: Contract,
    *,
    degree: int = 1,
    scale: Literal["standard", "none"] = "standard",
    intercept: bool = True,
) -> Representation:
    """Learn medians, levels, centres and spreads from the training rows `frame`."""
    raise NotImplementedError
