"""The bottom of the bowl of least squares, computed directly, and how far to trust it.

The normal equations are formed without any rounding (`exact_gram`), so that their squared
condition number costs nothing, and solved with 120 decimal digits. The answer is the minimum of
the problem that was read, rounded once. What is left to doubt is the problem itself: numbers
that are not short decimals are known only to half a unit in their last place. How far that can
move each coefficient is bounded (`perturbation`), and `digits` says it for the worst of them.

No float64 factorisation, refinement or wider hardware type is involved, so nothing converges or
fails to, and every platform gives the same digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np

from steepest.errors import InputError
from steepest.objective.decimals import ROUNDING, Reading, read_column
from steepest.objective.exact_gram import Powers, exact_gram, monomial_uncertainty, monomials
from steepest.objective.perturbation import collinearity, largest_change
from steepest.objective.standard_equations import (
    Decimals,
    StandardEquations,
    factor,
    standardise,
)
from steepest.trace import Array

__all__ = ["LeastSquaresMinimum", "agreeing_digits", "least_squares_minimum"]

_PRECISION = 120
_MOST_DIGITS = 14.0
_MOST_AGREEING = 17.0
_NOTHING = 1e-25
_WIDEST = 120
_MOST_WORK = 2e9

_EXACT = "normal equations formed without rounding, solved with 120 decimal digits"
_FLOAT = "singular values in float64 (too large for exact arithmetic)"
_UNDETERMINED = (
    "; the coefficients are not determined: {rank} of {size} columns are independent, and these "
    "are the ones of infinitely many that are smallest in standardised columns"
)


@dataclass(frozen=True, slots=True)
class LeastSquaresMinimum:
    """The coefficients that make the sum of squared errors smallest.

    params:  (p,) float64, in the units of the columns given, the intercept last if asked for
    digits:  significant decimal digits of the worst coefficient that can be trusted, 0 to 14:
             -log10 of a bound on its relative error. 14 is what a number right in all of the 15
             digits that float64 can carry has for certain. 0 where coefficients are not
             determined
    method:  how it was computed, in a phrase
    rank:    independent columns, the intercept among them; below p, infinitely many
             coefficients do equally well
    """

    params: Array
    digits: float
    method: str
    rank: int


def least_squares_minimum(
    columns: Array,
    target: Array,
    *,
    intercept: bool,
    powers: Powers | None = None,
) -> LeastSquaresMinimum:
    """Minimise the sum of squares |target - A params|^2 to the last digit that is there.

    columns:    (m, k) float64, raw: neither centred nor scaled
    target:     (m,) float64
    intercept:  whether A has a last column of ones
    powers:     p tuples of k exponents, one a column of A: (2, 1) is x**2 * z, formed in more
                than float64. None: the columns themselves. Pass the powers instead of columns
                already multiplied out, whose rounding cannot be undone

    A float64 whose shortest decimal has up to 15 digits stands for that decimal (`read_column`).
    A coefficient whose column would contribute less than 1e-25 of the target, and is known to
    that, is returned as exactly zero. Collinear columns (exactly, or as far as the rounding of
    the data can tell) get the coefficients of least norm in standardised columns and 0 digits.

    Beyond 120 columns, or 2e9 for rows times columns squared, the minimum comes from a singular
    value decomposition in float64; the bound then adds the usual size of its rounding errors.

    Raises InputError where the shapes do not fit or a value is not finite.

    Source: Bjorck 1996, Numerical Methods for Least Squares Problems, section 2.2, for the
    normal equations; the head of this file for the bound.

    >>> import numpy as np
    >>> x = np.array([[60.0], [61.0], [62.0]])
    >>> minimum = least_squares_minimum(x, np.array([130.0, 131.0, 132.0]), intercept=True)
    >>> minimum.params, minimum.digits, minimum.rank
    (array([ 1., 70.]), 14.0, 2)
    """
    _check(columns, target, powers)
    rows, count = columns.shape
    powers = powers if powers is not None else _each_alone(count)
    readings = [read_column(columns[:, j]) for j in range(count)]
    doubt = np.array([monomial_uncertainty(readings, exponents) for exponents in powers])
    if len(powers) > _WIDEST or rows * (len(powers) + 2.0) ** 2 > _MOST_WORK:
        return _float_minimum(columns, readings, powers, target, doubt, intercept=intercept)
    of_target = read_column(target)
    gram = exact_gram(columns, readings, powers, target, of_target)
    with localcontext() as context:
        context.prec = _PRECISION
        units = [_unit(readings, exponents) for exponents in powers]
        bowl = _standardise(gram, doubt, of_target, intercept=intercept)
        return _solve(bowl, units, of_target.unit)


def agreeing_digits(values: Array, reference: Array) -> float:
    """How many significant digits the worst of the values shares with its reference, 0 to 17.

    -log10(|value - reference| / |reference|), absolute where the reference is zero: the log
    relative error by which NIST judges regression programs (McCullough 1998, The American
    Statistician 52). values, reference: (p,).

    >>> import numpy as np
    >>> agreeing_digits(np.array([1.001, 2.0]), np.array([1.0, 2.0]))
    3.0
    """
    scale = np.where(reference == 0.0, 1.0, np.abs(reference))
    error = float(np.max(np.abs(values - reference) / scale, initial=0.0))
    return round(_digits(error, _MOST_AGREEING), 9)
