from decimal import Decimal

import numpy as np

from steepest.objective.monomials import read_monomials


def test_only_what_is_known_exactly_has_no_uncertainty():
    columns = np.array([[2.0, 0.123456789, np.pi], [3.0, 0.5, 1.0]])
    powers = [(20, 0, 0), (0, 3, 0), (0, 4, 0), (0, 0, 1), (1, 0, 2), (0, 0, 0)]
    doubt = read_monomials(columns, np.array([1.0, 0.1]), powers).uncertainty
    assert doubt[[0, 1, 5, 6]].tolist() == [0.0] * 4  # 40 and 90 bits fit, a constant, the target
    assert 1e-32 < doubt[2] < 1e-29  # 120 bits do not
    np.testing.assert_allclose(doubt[3:5] / 2.0**-53, [1.01, 2.02])


def test_units_multiply_with_the_powers():
    columns = np.array([[0.1, 4.0], [0.3, 1.0]])  # 1 and 3 tenths, normal below 2**2 and 2**3
    table = read_monomials(columns, np.array([1.0, 2.0]), [(1, 0), (2, 1)])
    tenth, four = Decimal("0.4"), Decimal(8)
    assert table.units == [tenth, tenth**2 * four, Decimal(1)]


def test_as_given_takes_decimals_for_binary_numbers():
    table = read_monomials(np.array([[0.1], [0.3]]), np.array([1.0, 2.0]), [(1,)])
    assert not table.either_way
    assert table.as_given().either_way
    assert table.as_given().normal(slice(None))[0].tolist() == [0.2, 0.6]
