"""The terms of a polynomial: which there are, how many, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from math import comb

__all__ = ["count_terms", "list_powers", "name_term"]


def count_terms(numbers: int, truths: int, degree: int) -> int:
    """How many monomials of total degree 1 to `degree` there are; a truth is never squared.

    >>> count_terms(2, 0, 2), count_terms(1, 1, 2)
    (5, 4)
    """
    most = min(truths, degree)
    return (
        sum(comb(truths, k) * comb(numbers + degree - k, degree - k) for k in range(most + 1)) - 1
    )


def list_powers(truths: Sequence[bool], degree: int) -> tuple[tuple[int, ...], ...]:
    """The exponents of each monomial, by degree and then by column, without the constant.

    truths: one entry a column: whether it is 0 or 1 only, so that its square is itself.
    The order is that of scikit-learn's PolynomialFeatures.

    >>> list_powers([False, True], 2)
    ((1, 0), (0, 1), (2, 0), (1, 1))
    """
    powers: list[tuple[int, ...]] = []
    for total in range(1, degree + 1):
        for chosen in combinations_with_replacement(range(len(truths)), total):
            exponents = [0] * len(truths)
            for column in chosen:
                exponents[column] += 1
            if not any(truth and n > 1 for truth, n in zip(truths, exponents, strict=True)):
                powers.append(tuple(exponents))
    return tuple(powers)


def name_term(names: Sequence[str], exponents: Sequence[int]) -> str:
    """The monomial as people write it.

    >>> name_term(["size", "rooms"], [2, 1])
    'size^2*rooms'
    """
    factors = [
        name if power == 1 else f"{name}^{power}"
        for name, power in zip(names, exponents, strict=True)
        if power
    ]
    return "*".join(factors)
