"""The bottom of the bowl of least squares, computed directly, and how far to trust it.

The normal equations are formed without any rounding (`exact_gram`), so that their squared
condition number costs nothing, and solved with 120 decimal digits. The answer is the minimum of
the problem that was read, rounded once. What is left to doubt is the problem itself: numbers
that are not short decimals are known only to half a unit in their last place. How far that can
move each coefficient is bounded (`perturbation`), and `digits` says it for the worst of them.
Where short decimals were recovered, the problem is solved a second time with the float64 as they
are, and only the digits that both share are counted.

No factorisation in float64, refinement or wider hardware type is involved, so nothing converges
or fails to, and every platform gives the same digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from math import inf, log10

import numpy as np

from steepest.errors import InputError
from steepest.objective.monomials import Monomials, Powers, read_monomials
from steepest.objective.perturbation import largest_change
from steepest.objective.solution import Solution, solve_in_decimals, solve_in_float
from steepest.objective.standard_equations import as_floats
from steepest.trace import Array

__all__ = ["LeastSquaresMinimum", "agreeing_digits", "least_squares_minimum"]

_PRECISION = 120
_MOST_DIGITS = 14.0
_MOST_AGREEING = 17.0
_NOTHING = 1e-25
_WIDEST = 150
_MOST_WORK = 5e8

_EXACT = "normal equations formed without rounding, solved with 120 decimal digits"
_FLOAT = "QR and singular values in float64 (too many numbers to form them exactly)"


@dataclass(frozen=True, slots=True)
class LeastSquaresMinimum:
    """The coefficients that make the sum of squared errors smallest.

    params:  (p,) float64, in the units of the columns given, the intercept last if asked for
    digits:  significant decimal digits of the worst coefficient that can be trusted, 0 to 14:
             -log10 of a bound on its relative error. 14 is what a number that is right in all
             of the 15 digits of a float64 has for certain. 0 where coefficients are not
             determined
    method:  how it was computed, in a phrase
    rank:    how many columns can be told apart, the intercept among them; below p, infinitely
             many coefficients do equally well
    """

    params: Array
    digits: float
    method: str
    rank: int


def least_squares_minimum(
    columns: Array, target: Array, *, intercept: bool, powers: Powers | None = None
) -> LeastSquaresMinimum:
    """Minimise the sum of squares |target - A params|^2, to the last digit that is there.

    columns:    (m, k) float64, raw: neither centred nor scaled
    target:     (m,) float64
    intercept:  whether A has a last column of ones
    powers:     d tuples of k exponents, one a column of A: (2, 1) is x**2 * z, formed in more
                than float64. None: the columns themselves. Pass the powers rather than columns
                that are already multiplied out: their rounding cannot be undone

    A float64 whose shortest decimal has up to 15 digits stands for that decimal (`decimals`);
    `digits` counts only those that are the same when it is taken for the binary number instead
    (places after the point for a coefficient that is zero in decimals).
    A coefficient that is known to contribute less than 1e-25 of the target is returned as zero.
    Columns that are collinear, exactly or as far as can be told from what is known of them, get
    0 digits and, of infinitely many minima, the smallest in standardised columns.

    Beyond 150 coefficients, or 5e8 for rows times coefficients squared (some five seconds), the
    minimum comes from a QR and singular values in float64; the bound then adds the usual size
    of their rounding errors.

    Raises InputError where the shapes do not fit or a value is not finite.

    Source: Bjorck 1996, Numerical Methods for Least Squares Problems, section 2.2 (normal
    equations); `perturbation` for the bound.

    >>> import numpy as np
    >>> x = np.array([[60.0], [61.0], [62.0]])
    >>> minimum = least_squares_minimum(x, np.array([130.0, 131.0, 132.0]), intercept=True)
    >>> minimum.params, minimum.digits, minimum.rank
    (array([ 1., 70.]), 14.0, 2)
    """
    powers = powers if powers is not None else _each_column(columns)
    _check(columns, target, powers)
    table = read_monomials(columns, target, powers)
    with localcontext(Context(prec=_PRECISION)):
        minimum = _solve(table, intercept=intercept)
    return replace(minimum, digits=min(minimum.digits, _MOST_DIGITS))


def agreeing_digits(values: Array, reference: Array) -> float:
    """How many significant digits the worst of the values shares with its reference, 0 to 17.

    -log10(|value - reference| / |reference|), absolute where the reference is zero: the log
    relative error by which NIST's data judge regression programs (McCullough 1998, "Assessing
    the reliability of statistical software", The American Statistician 52). Both (p,).

    >>> import numpy as np
    >>> round(agreeing_digits(np.array([1.001, 2.0]), np.array([1.0, 2.0])), 6)
    3.0
    """
    return _digits(_errors(values, reference))


def _each_column(columns: Array) -> Powers:
    return [[int(i == j) for i in range(columns.shape[-1])] for j in range(columns.shape[-1])]


def _check(columns: Array, target: Array, powers: Powers) -> None:
    if columns.ndim != 2 or target.shape != columns.shape[:1] or len(target) == 0:
        raise InputError(
            "least squares needs a table of columns (m, k) and a target (m,) with at least one "
            f"row; the columns have shape {columns.shape} and the target {target.shape}"
        )
    if any(len(exponents) != columns.shape[1] or min(exponents) < 0 for exponents in powers):
        raise InputError(
            f"every monomial needs one exponent of 0 or more for each of {columns.shape[1]} "
            f"columns; the powers are {powers!r}"
        )
    if not (np.isfinite(columns).all() and np.isfinite(target).all()):
        raise InputError(
            "least squares needs finite numbers; fill or drop the rows with missing or infinite "
            "values first"
        )


def _solve(table: Monomials, *, intercept: bool) -> LeastSquaresMinimum:
    size = len(table.powers) + intercept
    if size > _WIDEST or len(table.target) * (size + 1.0) ** 2 > _MOST_WORK:
        return _report(solve_in_float(table, intercept=intercept), _FLOAT)
    minimum = _report(solve_in_decimals(table, intercept=intercept), _EXACT)
    if table.either_way or minimum.digits == 0.0:
        return minimum
    other = _report(solve_in_decimals(table.as_given(), intercept=intercept), _EXACT)
    return replace(minimum, digits=_shared_digits(minimum, other))


def _report(solution: Solution, method: str) -> LeastSquaresMinimum:
    size = len(solution.standard)
    if solution.rank < size:
        params = as_floats(solution.standard * solution.factors)
        undetermined = (
            f"{method}; the coefficients are not determined: {solution.rank} of {size} columns "
            "can be told apart, and of infinitely many minima this is the smallest in "
            "standardised columns"
        )
        return LeastSquaresMinimum(params, 0.0, undetermined, solution.rank)
    change = largest_change(
        solution.root,
        as_floats(solution.standard),
        solution.doubt,
        solution.doubt_of_target,
        solution.residual,
    )
    each = zip(solution.standard, solution.factors, change, strict=True)
    params, errors = np.array([_coefficient(*one) for one in each]).reshape(size, 2).T
    return LeastSquaresMinimum(params, _digits(errors), method, size)


def _coefficient(standard: Decimal, factor: Decimal, change: float) -> tuple[float, float]:
    """A coefficient in the units given, and a bound on its relative error."""
    exact = standard * factor
    if abs(standard) <= _NOTHING and change <= _NOTHING:
        return 0.0, 0.0
    if not change < abs(standard):
        return float(exact), inf
    value = float(exact)
    rounding = abs(Decimal(value) - exact) / abs(exact)
    return value, change / float(abs(standard)) + float(rounding)


def _shared_digits(minimum: LeastSquaresMinimum, other: LeastSquaresMinimum) -> float:
    """The digits of a minimum that hold beside another reading of the same data, too."""
    errors = np.minimum(_errors(other.params, minimum.params), 0.5)
    relative_to_other = errors / (1.0 - errors)
    known = 10.0**-minimum.digits + 10.0**-other.digits
    return _digits(relative_to_other + (1.0 + relative_to_other) * known)


def _errors(values: Array, reference: Array) -> Array:
    return np.abs(values - reference) / np.where(reference == 0.0, 1.0, np.abs(reference))


def _digits(errors: Array) -> float:
    worst = float(np.max(errors, initial=0.0))
    if not worst < 1.0:  # so that NaN, too, is worth nothing
        return 0.0
    return _MOST_AGREEING if worst == 0.0 else min(-log10(worst), _MOST_AGREEING)
