"""From a table's columns to the numbers that are descended on, and back to its own units.

Learned on the training rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from steepest.data.contract import Contract
from steepest.data.monomials import count_terms, list_powers, name_term
from steepest.data.names import did_you_mean
from steepest.data.scaling import centre_and_spread, rounded_sum
from steepest.errors import InputError
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["NumberColumn", "Representation", "TextColumn", "learn_representation"]

_MOST_TERMS = 5_000


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

    A missing number is filled; missing text is a level of its own, "(missing)"; a level that
    the training rows did not have counts as the reference (see `unseen`).
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
        columns = [column.name for column in self.numbers]
        terms = [name_term(columns, exponents) for exponents in self.powers]
        return (*terms, *(f"{text.name}={level}" for text in self.texts for level in text.levels))

    @property
    def width(self) -> int:
        """d."""
        return len(self.powers) + self._one_hot_width

    def raw(self, frame: pl.DataFrame) -> Array:
        """(m, d) float64, Fortran order: monomials and one-hot columns, as they are.

        Raises InputError for a column that is missing or of another kind, an infinite value,
        and a power too large for a float64.
        """
        X = _empty(frame.height, self.width)
        for j, column in enumerate(self._number_columns(frame)):
            X[:, j] = column
        self.raise_powers(X)
        for j, column in enumerate(self._one_hot(frame), start=len(self.powers)):
            X[:, j] = column
        return X

    def raise_powers(self, X: Array) -> None:
        """Write the monomials of degree 2 and up into X (m, d), whose first columns are `numbers`.

        Raises InputError for one too large for a float64.
        """
        if self.degree == 1:
            return
        place = {exponents: j for j, exponents in enumerate(self.powers)}
        for j, exponents in enumerate(self.powers[len(self.numbers) :], start=len(self.numbers)):
            last = max(i for i, power in enumerate(exponents) if power)
            lower = place[(*exponents[:last], exponents[last] - 1, *exponents[last + 1 :])]
            with np.errstate(over="ignore"):
                np.multiply(X[:, lower], X[:, last], out=X[:, j])
            if not np.isfinite(X[:, j]).all():
                row = int(np.argmin(np.isfinite(X[:, j]))) + 1
                raise InputError(
                    f"{self.names[j]} is too large for a number in data row {row:,}; choose a "
                    "smaller degree, or larger units for its columns"
                )

    def transform(self, frame: pl.DataFrame) -> Array:
        """(m, d) float64, Fortran order: what is descended on. Raises what `raw` does."""
        X = self.raw(frame)
        if self.scale == "standard":
            with np.errstate(over="ignore"):
                for j, (centre, spread) in enumerate(zip(self.centre, self.spread, strict=True)):
                    X[:, j] -= centre
                    X[:, j] /= spread
        return X

    def columns_and_powers(self, frame: pl.DataFrame) -> tuple[Array, tuple[tuple[int, ...], ...]]:
        """The k columns (m, k) before any product, and d tuples of k exponents over them.

        For those who form the monomials in more precision than float64; in the order of
        `names`, each one-hot column standing for itself.
        """
        flags = list(self._one_hot(frame))
        plain = self._number_columns(frame)
        columns = _empty(frame.height, len(plain) + len(flags))
        for j, column in enumerate([*plain, *flags]):
            columns[:, j] = column
        own = np.eye(len(flags), dtype=int).tolist()
        monomials = [(*exponents, *[0] * len(flags)) for exponents in self.powers]
        return columns, (*monomials, *((*[0] * len(plain), *one) for one in own))

    def unseen(self, frame: pl.DataFrame) -> dict[str, int]:
        """Text column -> rows whose level the training rows did not have; only those with any."""
        from steepest.data.reading import refuse_absent, text_values

        refuse_absent(frame, [text.name for text in self.texts])
        counts = {
            text.name: int((~text_values(frame[text.name]).is_in(_known(text))).sum())
            for text in self.texts
        }
        return {name: count for name, count in counts.items() if count}

    def to_input_units(
        self, params: Array, *, intercept: bool
    ) -> tuple[dict[str, float], float | None]:
        """Coefficients by name, and the intercept, in the input's own units.

        params: (d + 1,) with the intercept last, or (d,) without one.
        """
        wanted = len(self.spread) + intercept
        if np.shape(params) != (wanted,):
            raise InputError(f"params have shape {np.shape(params)}; expected ({wanted},)")
        values = np.asarray(params, dtype=np.float64)
        slopes = values[: len(self.spread)] / np.array(self.spread)
        coefficients = dict(zip(self.names, slopes.tolist(), strict=True))
        if not intercept:
            return coefficients, None
        return coefficients, rounded_sum(
            [float(values[-1]), *(-slopes * np.array(self.centre)).tolist()]
        )

    def from_input_units(
        self, coefficients: Mapping[str, float], intercept: float | None = None
    ) -> Array:
        """The inverse of `to_input_units`: (d + 1,) with the intercept last, or (d,).

        Coefficients that are not named are 0; InputError for a name that is none.
        """
        names = self.names
        for name in coefficients:
            if name not in names:
                raise InputError(f'there is no coefficient "{name}"; {did_you_mean(name, names)}')
        slopes = np.array([float(coefficients.get(name, 0.0)) for name in names])
        params = slopes * np.array(self.spread)
        if intercept is None:
            return params
        return np.append(
            params, rounded_sum([intercept, *(slopes * np.array(self.centre)).tolist()])
        )

    @property
    def _one_hot_width(self) -> int:
        return sum(len(text.levels) for text in self.texts)

    def _number_columns(self, frame: pl.DataFrame) -> list[Array]:
        from steepest.data.reading import number_values, refuse_absent

        refuse_absent(frame, [column.name for column in (*self.numbers, *self.texts)])
        return [number_values(frame[column.name], column.fill) for column in self.numbers]

    def _one_hot(self, frame: pl.DataFrame) -> Iterator[NDArray[np.uint8]]:
        from steepest.data.reading import text_values

        for text in self.texts:
            values = text_values(frame[text.name])
            for level in text.levels:
                # as bytes: NumPy goes from bool to float64 by a branch a value, ten times slower
                yield (values == level).to_numpy().view(np.uint8)


def learn_representation(
    frame: pl.DataFrame,
    contract: Contract,
    *,
    degree: int = 1,
    scale: Literal["standard", "none"] = "standard",
    intercept: bool = True,
) -> Representation:
    """Learn medians, levels, centres and spreads from the training rows `frame`.

    degree:     all monomials of the number columns up to this total degree, interactions
                among them; a truth column is not squared, a one-hot column not multiplied
    scale:      "standard": each column of X has mean 0 and variance 1 over the rows (without
                an intercept: mean square 1, and no centre, which would be an intercept);
                "none": the monomials as they are
    intercept:  whether the model has one

    A column that is constant over the rows is centred and keeps its spread. Raises InputError
    for a degree that makes more than 5,000 terms, and for two terms of one name.

    >>> from steepest.data.survey import read_contract
    >>> from steepest.data.table import read_table
    >>> table = read_table({"size": [1.0, 2.0, 6.0], "price": [1.0, 2.0, 3.0]})
    >>> learned = learn_representation(table.frame, read_contract(table, "price"), degree=2)
    >>> learned.names, learned.centre
    (('size', 'size^2'), (3.0, 13.666666666666668))
    """
    from steepest.data.reading import learn_fill, learn_levels

    if scale not in ("standard", "none"):
        raise InputError(f"scale is {scale!r}; expected standard or none")
    if frame.height == 0:
        raise InputError("there are no rows to learn from; at least one is needed")
    truths = [c.kind == "truth" for c in contract.features if c.kind != "text"]
    _check_degree(degree, truths)
    names = [column.name for column in contract.features if column.kind != "text"]
    unscaled = Representation(
        numbers=tuple(NumberColumn(name, learn_fill(frame[name])) for name in names),
        texts=tuple(
            TextColumn(c.name, *learn_levels(frame[c.name]))
            for c in contract.features
            if c.kind == "text"
        ),
        powers=list_powers(truths, degree),
        centre=(),
        spread=(),
        degree=degree,
        scale=scale,
    )
    _refuse_same_names(unscaled.names)
    centre, spread = _moments(unscaled, frame, intercept)
    return replace(unscaled, centre=centre, spread=spread)


def _moments(
    unscaled: Representation, frame: pl.DataFrame, intercept: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    width = len(unscaled.names)
    if unscaled.scale == "none":
        return (0.0,) * width, (1.0,) * width
    X = unscaled.raw(frame)
    both = [centre_and_spread(X[:, j], intercept) for j in range(width)]
    return tuple(centre for centre, _ in both), tuple(spread for _, spread in both)


def _known(text: TextColumn) -> list[str]:
    return [text.reference, *text.levels]


def _check_degree(degree: int, truths: Sequence[bool]) -> None:
    if degree < 1:
        raise InputError(f"degree is {degree}; expected a whole number from 1")
    terms = count_terms(truths.count(False), truths.count(True), degree)
    if degree > 1 and terms > _MOST_TERMS:
        raise InputError(
            f"degree {degree} of {len(truths):,} columns makes {terms:,} terms, more than "
            f"{_MOST_TERMS:,}; choose a smaller degree or fewer features"
        )


def _refuse_same_names(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f'two terms of the model would be called "{name}"; rename a column')
        seen.add(name)


def _empty(rows: int, columns: int) -> Array:
    try:
        return np.empty((rows, columns), order="F")
    except MemoryError as error:
        size = 8 * rows * columns / 1e9
        raise InputError(
            f"{rows:,} rows of {columns:,} columns need {size:,.1f} GB, more memory than there "
            "is; use fewer features, a smaller degree or fewer rows"
        ) from error
