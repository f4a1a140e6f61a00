"""How far the minimum of least squares moves when the data move: a bound for each coefficient.

With A' = A + E the exact minimum c' of the perturbed problem satisfies

    c' - c = A'^+ (f - E c) + (A''A')^-1 E'r,        r = b - A c,

so with columns |E_k| <= e_k, |f| <= e_b, W = (A'A)^-1 and eta = sum_k e_k sqrt(W_kk) <= 1/8,

    |c'_i - c_i| <= sqrt(W_ii) (e_b + sum_k e_k |c_k|) sqrt(1 + 3 eta)
                    + |r| (sum_k |W_ik| e_k + 3 eta^2 sqrt(W_ii)).

The first line is first order in the data; the 3s hold because A' = (I + Y) A with |Y| <= eta,
so that W' = R^-1 N^-1 R^-T with |N - I| <= 2 eta + eta^2. No assumption is made about the
residual, and none about which of the values moved.

Sources: Wedin 1973, "Perturbation theory for pseudo-inverses", BIT 13; Bjorck 1991,
"Component-wise perturbation analysis and error bounds for linear least squares solutions",
BIT 31; Higham 2002, Accuracy and Stability of Numerical Algorithms, chapter 20.
"""

from __future__ import annotations

import numpy as np

from steepest.trace import Array

__all__ = ["collinearity", "largest_change"]

_LARGEST_ETA = 0.125
_SLACK = 1.01  # for the rounding of the bound itself
_FLOAT_NOISE = 1e-13  # for that of |W|, relative to the lengths of its rows


def largest_change(
    root: Array, params: Array, doubt: Array, doubt_of_target: float, residual: float
) -> Array:
    """A bound (p,) on the change of each coefficient; infinite where the data decide nothing.

    root:     (n, p) with W = root' root, the inverse of A'A: R^-T of a QR factorisation, say
    params:   (p,) the minimum c
    doubt:    (p,) e_k, how far each column of A may be off, in Euclidean length
    doubt_of_target, residual: e_b and |r|

    Source: the head of this file.

    A mean of four values known to 1e-3 in length: off by at most half of that.

    >>> import numpy as np
    >>> one = np.array([1.0])
    >>> float(largest_change(0.5 * one[None], 3.0 * one, 0.0 * one, 1e-3, 2.0)[0])
    0.000505
    """
    inverse = root.T @ root
    reach = np.sqrt(np.diagonal(inverse))
    eta = float(doubt @ reach)
    if not eta <= _LARGEST_ETA:
        return np.full(len(params), np.inf)
    direct = reach * (doubt_of_target + doubt @ np.abs(params)) * np.sqrt(1.0 + 3.0 * eta)
    turned = np.abs(inverse) @ doubt + eta * (3.0 * eta + _FLOAT_NOISE) * reach
    return _SLACK * (direct + residual * turned)


def collinearity(root: Array, doubt: Array) -> Array:
    """How near each column is to the span of the others, beside what is not known of them.

    (p,) At 1 and above, changes within `doubt` could make that column a combination of the
    others: the distance is 1 / sqrt(W_kk) and the combination -W_kj / W_kk.

    root (n, p) and doubt (p,) as for `largest_change`.

    Source: Higham 2002, chapter 7 (distance to singularity), applied to the columns.

    >>> import numpy as np
    >>> collinearity(np.eye(2), np.array([0.1, 0.2]))
    array([0.1, 0.2])
    """
    inverse = root.T @ root
    return np.abs(inverse) @ doubt / np.sqrt(np.diagonal(inverse))
