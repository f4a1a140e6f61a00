from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import PolynomialFeatures

from steepest.data.monomials import count_terms, list_powers, name_term


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("degree", [1, 2, 3, 5])
def test_terms_come_in_the_order_of_scikit_learn(width: int, degree: int) -> None:
    reference = PolynomialFeatures(degree, include_bias=False).fit(np.zeros((1, width)))
    assert np.array_equal(list_powers([False] * width, degree), reference.powers_)


@pytest.mark.parametrize(
    "truths", [[], [True], [True, False], [False, True, True, False], [True] * 3]
)
@pytest.mark.parametrize("degree", [1, 2, 4])
def test_the_terms_are_as_many_as_counted(truths: list[bool], degree: int) -> None:
    powers = list_powers(truths, degree)
    assert len(powers) == count_terms(truths.count(False), truths.count(True), degree)
    assert len(set(powers)) == len(powers)
    for exponents in powers:
        assert 1 <= sum(exponents) <= degree
        assert all(n <= 1 for n, truth in zip(exponents, truths, strict=True) if truth)


def test_names() -> None:
    assert name_term(["a", "b", "c"], [0, 1, 3]) == "b*c^3"
