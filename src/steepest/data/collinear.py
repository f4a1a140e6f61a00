"""Number columns that follow exactly from the others.

Columns with a rank below their number leave a flat direction in the cost: coefficients
can be exchanged along it for nothing. A QR factorisation with column pivoting (Golub and
Van Loan, Matrix Computations, section 5.4) of some complete rows, standardised, finds the
candidates; each is then held against every row.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from steepest.data.columns import numbers
from steepest.data.contract import Column, Remark
from steepest.data.scaling import centre_and_spread
from steepest.readable import listed, readable
from steepest.trace import Array

__all__ = ["Relation", "find_collinear", "find_relations"]

_EXACT = 1e-8
_MOST_COLUMNS = 500
_MOST_TERMS = 4


@dataclass(frozen=True, slots=True)
class Relation:
    """name = constant + sum of factor * other, in the columns' own units."""

    name: str
    factors: Mapping[str, float]
    constant: float

    def __str__(self) -> str:
        """The equation, turned so that a sum has no minus where that can be."""
        name, factors = _without_minus(self.name, dict(self.factors), self.constant)
        if len(factors) > _MOST_TERMS:
            return f"{name} is a sum of multiples of {listed(list(factors))}"
        terms = [_term(factor, other) for other, factor in factors.items()]
        constant = [_term(self.constant, "")] if self.constant else []
        return f"{name} = {' + '.join(terms + constant).replace('+ -', '- ')}"


def find_collinear(frame: pl.DataFrame, features: Sequence[Column]) -> list[Remark]:
    """A warning for each exact dependence among the number and truth columns."""
    names = [column.name for column in features if column.kind in ("number", "truth")]
    if len(names) > _MOST_COLUMNS:
        return [_too_many(len(names))]
    floats = frame.select(numbers(frame[name]) for name in names)
    return [_remark(relation) for relation in find_relations(floats)]


def find_relations(floats: pl.DataFrame) -> list[Relation]:
    """The exact linear dependences of Float64 columns, a constant column among them.

    Rows with a missing value are passed over. With no more complete rows than columns
    nothing can be told, and nothing is.

    >>> import polars as pl
    >>> a, b = [1.0, 2.0, 4.0, 7.0], [3.0, 1.0, 2.0, 5.0]
    >>> total = [x + y for x, y in zip(a, b)]
    >>> [str(relation) for relation in find_relations(pl.DataFrame({"a": a, "b": b, "t": total}))]
    ['t = a + b']
    """
    rows = _complete_rows(floats)
    if rows.height <= floats.width:
        return []
    X = rows.to_numpy()
    used = np.flatnonzero(X.min(axis=0) < X.max(axis=0))
    if len(used) < 2:
        return []
    names = [floats.columns[j] for j in used]
    with np.errstate(over="ignore", invalid="ignore"):
        found = _candidates(X[:, used], names)
    return [relation for relation in found if _holds(floats, relation)]


def _complete_rows(floats: pl.DataFrame) -> pl.DataFrame:
    wanted = max(2_000, 4 * floats.width)
    some = floats.sample(min(wanted, floats.height), seed=0).drop_nulls()
    return some if some.height > floats.width else floats.drop_nulls().head(wanted)


def _candidates(X: Array, names: Sequence[str]) -> list[Relation]:
    linalg: Any = importlib.import_module("scipy.linalg")  # it has no types to check
    moments = np.array([centre_and_spread(column, True) for column in X.T])
    centre, spread = moments.T
    _, triangle, order = linalg.qr((X - centre) / spread, mode="raw", pivoting=True)
    size = np.abs(np.diag(triangle))
    rank = int(np.sum(size > _EXACT * size[0]))
    if rank == len(names):
        return []
    basis = order[:rank]
    factors = linalg.solve_triangular(
        triangle[:rank, :rank], triangle[:rank, rank:]
    )  # (rank, rest)
    relations: list[Relation] = []
    for j, column in enumerate(order[rank:]):
        kept = {int(basis[i]): float(factors[i, j]) for i in range(rank)}
        own = {i: f * spread[column] / spread[i] for i, f in kept.items() if abs(f) > _EXACT}
        relations.append(_relation(names, int(column), own, centre, float(spread[column])))
    return relations


def _relation(
    names: Sequence[str], column: int, factors: dict[int, float], centre: Array, spread: float
) -> Relation:
    parts = [factor * centre[i] for i, factor in factors.items()]
    constant = float(centre[column] - sum(parts))
    size = spread + abs(centre[column]) + sum(abs(part) for part in parts)
    return Relation(
        name=names[column],
        factors={names[i]: float(factors[i]) for i in sorted(factors)},
        constant=constant if abs(constant) > _EXACT * size else 0.0,
    )


def _holds(floats: pl.DataFrame, relation: Relation) -> bool:
    """Whether it holds in every complete row, to 1e-7 of the column's spread."""
    right = pl.sum_horizontal(
        (pl.col(name) * factor for name, factor in relation.factors.items()), ignore_nulls=False
    )
    own = pl.col(relation.name)
    worst, spread = floats.select(
        worst=(own - right - relation.constant).abs().max(), spread=own.std(ddof=0)
    ).row(0)
    return worst is not None and worst <= 1e-7 * spread


def _without_minus(
    name: str, factors: dict[str, float], constant: float
) -> tuple[str, dict[str, float]]:
    """b = t - a as t = a + b."""
    minus = [other for other, factor in factors.items() if factor < 0]
    if constant or any(abs(abs(factor) - 1) > 1e-6 for factor in factors.values()):
        return name, factors
    plus = [other for other in factors if other not in minus]
    if len(plus) == 1 and minus:
        return plus[0], dict.fromkeys(sorted([name, *minus]), 1.0)
    return name, factors


def _term(factor: float, name: str) -> str:
    size = readable(factor)
    if not name:
        return size
    return {"1": name, "-1": f"-{name}"}.get(size, f"{size} * {name}")


def _remark(relation: Relation) -> Remark:
    names = (relation.name, *relation.factors)
    sentence = (
        f"{relation}, in every row that has them all. Infinitely many coefficients of these "
        "columns fit equally well, so that none of them can be read alone; leave one column out."
    )
    return Remark("collinear", "warning", names, sentence)


def _too_many(count: int) -> Remark:
    sentence = (
        f"Whether any of the {count:,} number columns follows from the others was not looked "
        f"at: that is done up to {_MOST_COLUMNS:,} columns."
    )
    return Remark("collinear", "info", (), sentence)
