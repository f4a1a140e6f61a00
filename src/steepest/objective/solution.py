"""The two ways to the minimum of least squares: without rounding, or in float64.

Both answer in standard coordinates, where every column and the target have length 1 (and
columns mean 0 where there is an intercept), with what the bound on the error needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import prod

import numpy as np

from steepest.objective.decimals import ROUNDING
from steepest.objective.exact_gram import exact_gram
from steepest.objective.monomials import Monomials
from steepest.objective.perturbation import collinearity
from steepest.objective.standard_equations import (
    Decimals,
    StandardEquations,
    as_decimals,
    as_floats,
    factor,
    standardise,
)
from steepest.trace import Array

__all__ = ["Solution", "solve_in_decimals", "solve_in_float"]

_EPSILON = 2.0 * ROUNDING


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Coefficients of standard columns, the intercept last where there is one: p of them.

    standard:  (p,) decimals
    factors:   (p,) decimals; standard * factors are the coefficients in the units given
    rank:      independent columns, the intercept among them
    root, doubt, doubt_of_target, residual: as `largest_change` wants them, where rank is p
    """

    standard: Decimals
    factors: Decimals
    rank: int
    root: Array
    doubt: Array
    doubt_of_target: float
    residual: float


def solve_in_decimals(table: Monomials, *, intercept: bool) -> Solution:
    """Solve the exact normal equations, in the precision of the decimal context.

    Source: Bjorck 1996, Numerical Methods for Least Squares Problems, section 2.2.
    """
    equations = standardise(exact_gram(table), table.uncertainty, intercept=intercept)
    kept, root = _independent(equations)
    projected = root @ equations.moments[kept]
    slopes = _of_least_norm(equations.gram, kept, root, projected @ root)
    size, rank = len(slopes) + intercept, len(kept) + intercept
    constant = equations.means[-1] - equations.means[:-1] @ slopes
    bordered = _bordered(as_floats(root), as_floats(root @ equations.means[kept]))
    return Solution(
        standard=np.append(slopes, as_decimals([constant]))[:size],
        factors=_factors(table, equations.length / equations.spreads)[:size],
        rank=rank,
        root=bordered[:rank, :rank],
        doubt=np.append(equations.doubt[kept], 0.0)[:rank],
        doubt_of_target=float(equations.doubt[-1]),
        residual=float(max(equations.power - projected @ projected, Decimal(0)).sqrt()),
    )


def solve_in_float(table: Monomials, *, intercept: bool) -> Solution:
    """Solve by QR and singular values in float64.

    To the doubt about the data is added 4 (sqrt(m) + p) / 2**53 for the rounding errors of
    centring and factorising: their usual size, generously, where the proven one grows like m p.

    Source: Bjorck 1996, sections 2.4 (QR) and 2.2 (singular values).
    """
    columns, goal = _multiplied_out(table)
    rows, count = columns.shape
    lengths, means = np.linalg.norm(columns, axis=0), columns.mean(axis=0) * intercept
    columns -= means
    spreads = np.linalg.norm(columns, axis=0)
    constant = spreads <= _EPSILON * rows * lengths
    columns[:, constant], spreads[constant] = 0.0, 1.0
    columns /= spreads
    length, level = float(np.linalg.norm(goal)) or 1.0, float(goal.mean()) * intercept
    root, slopes, residual = _by_singular_values(columns, (goal - level) / length)
    means, level = means * np.sqrt(rows) / spreads, level * np.sqrt(rows) / length
    noise = ROUNDING * 4.0 * (np.sqrt(rows) + count)
    doubt = table.uncertainty + noise
    size, rank = count + intercept, len(root) + intercept
    return Solution(
        standard=as_decimals(np.append(slopes, level - means @ slopes))[:size],
        factors=_factors(table, as_decimals(length / np.append(spreads, np.sqrt(rows))))[:size],
        rank=rank,
        root=_bordered(root, root @ means)[:rank, :size],
        doubt=np.append(doubt[:-1] * lengths / spreads, 0.0)[:size],
        doubt_of_target=float(doubt[-1]),
        residual=residual,
    )


def _independent(equations: StandardEquations) -> tuple[list[int], Decimals]:
    """As `factor`, less the columns that the others could make up within what is known."""
    columns = list(range(len(equations.gram)))
    while True:
        kept, root = factor(equations.gram, columns)
        nearness = collinearity(as_floats(root), equations.doubt[kept])
        if np.max(nearness, initial=0.0) < 1.0:
            return kept, root
        columns = [c for c in kept if c != kept[int(nearness.argmax())]]


def _of_least_norm(gram: Decimals, kept: list[int], root: Decimals, solution: Decimals) -> Decimals:
    """All standard coefficients, from those (r,) that do with the independent columns alone.

    With dropped = kept T, the shortest x with x_kept + T x_dropped = solution is
    [I T]' (I + T T')^-1 solution.
    """
    standard: Decimals = np.full(len(gram), Decimal(0), dtype=object)
    standard[kept] = solution
    dropped = [j for j in range(len(gram)) if j not in kept and gram[j, j] > 0]
    if dropped:
        combination = root.T @ (root @ gram[np.ix_(kept, dropped)])  # T, (r, dropped)
        everyone = np.eye(len(kept), dtype=object) + combination @ combination.T
        inner = factor(everyone, range(len(kept)))[1]
        standard[kept] = inner.T @ (inner @ solution)
        standard[dropped] = combination.T @ standard[kept]
    return standard


def _bordered(root: Array, of_means: Array) -> Array:
    """R^-T of the columns and a column of ones, from that of the centred columns, (r, d)."""
    above = np.column_stack([root, -of_means])
    return np.vstack([above, np.eye(above.shape[1])[-1]])


def _factors(table: Monomials, normal: Decimals) -> Decimals:
    """From standard coefficients to those in the given units, through those of `normal`."""
    return normal * table.of_target.unit / np.array(table.units, dtype=object)


def _multiplied_out(table: Monomials) -> tuple[Array, Array]:
    """The normal monomials (m, d) and the normal target (m,)."""
    normal, ones = table.normal(slice(None)), np.ones(len(table.target))
    columns = [
        prod((x**n for x, n in zip(normal, exponents, strict=True) if n), start=ones)
        for exponents in table.powers
    ]
    return np.column_stack(columns), table.of_target.normal(table.target)


def _by_singular_values(columns: Array, target: Array) -> tuple[Array, Array, float]:
    """R^-T of as many columns as are independent, the shortest solution, and its residual."""
    system = np.column_stack([columns, target])
    triangle: Array = np.asarray(np.linalg.qr(system, mode="r"), dtype=np.float64)
    left, singular, right = np.linalg.svd(triangle[:, :-1], full_matrices=False)
    rank = int(np.sum(singular > _EPSILON * max(columns.shape) * singular[0]))
    root = right[:rank] / singular[:rank, None]
    projected = left[:, :rank].T @ triangle[:, -1]
    inside = left[:, :rank] * singular[:rank] @ right[:rank]
    solution = projected @ root
    return root, solution, float(np.linalg.norm(triangle[:, -1] - inside @ solution))
