"""Classic test functions: every derivative of every one, and what is said of their minima."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.objective.classic_function import ClassicFunction
from steepest.objective.classic_functions import CLASSICS, classic
from steepest.objective.function import central_gradient
from steepest.objective.objective import Objective

LARGER = [
    ("rosenbrock", {"dimensions": 3}),
    ("rosenbrock", {"dimensions": 7}),
    ("styblinski_tang", {"dimensions": 1}),
    ("styblinski_tang", {"dimensions": 5}),
    ("bowl", {"dimensions": 1}),
    ("bowl", {"dimensions": 6, "condition_number": 1e6}),
]
FUNCTIONS = [classic(name) for name in CLASSICS] + [classic(name, **how) for name, how in LARGER]
SYMBOLS = sympy.symbols("x y")
X, Y = SYMBOLS
FORMULAS = {
    "beale": sum(
        (sympy.Rational(c) - X + X * Y**k) ** 2 for k, c in ((1, "1.5"), (2, "2.25"), (3, "2.625"))
    ),
    "bowl": (X**2 + Y**2 / 10) / 2,
    "himmelblau": (X**2 + Y - 11) ** 2 + (X + Y**2 - 7) ** 2,
    "rosenbrock": 100 * (Y - X**2) ** 2 + (1 - X) ** 2,
    "saddle": X**2 - Y**2,
    "styblinski_tang": sum(z**4 - 16 * z**2 + 5 * z for z in SYMBOLS) / 2,
}
POINTS = np.random.default_rng(5).uniform(-2.5, 2.5, size=(6, 2))


def label(function: ClassicFunction) -> str:
    return f"{function.name}-{len(function.names)}"


every = pytest.mark.parametrize("function", FUNCTIONS, ids=label)


@pytest.mark.parametrize("name", CLASSICS)
def test_value_and_derivatives_are_those_of_the_formula(name: str) -> None:
    function, formula = classic(name), FORMULAS[name]
    exact = [
        sympy.lambdify(SYMBOLS, part, "mpmath")
        for part in (
            formula,
            sympy.Matrix([formula]).jacobian(SYMBOLS),
            sympy.hessian(formula, SYMBOLS),
        )
    ]
    with mpmath.workdps(40):
        for point in POINTS:
            value, gradient, hessian = (
                np.array(part(*map(mpmath.mpf, point.tolist())), dtype=float).squeeze()
                for part in (*exact[:1], *(wrap(f) for f in exact[1:]))
            )
            found, slope = function.value_and_gradient(point)
            size = max(1.0, np.abs(hessian).max())
            assert found == pytest.approx(float(value), rel=1e-12, abs=1e-12)
            np.testing.assert_allclose(slope, gradient, rtol=1e-12, atol=1e-12 * size)
            np.testing.assert_allclose(
                function.hessian(point), hessian, rtol=1e-12, atol=1e-13 * size
            )


def wrap(function):
    return lambda *point: function(*point).tolist()


@every
def test_derivatives_are_slopes(function: ClassicFunction) -> None:
    count = len(function.names)
    point = np.random.default_rng(2).uniform(-2, 2, size=count)
    slope = function.value_and_gradient(point)[1]
    np.testing.assert_allclose(slope, central_gradient(function.value, point), rtol=1e-7, atol=1e-6)
    hessian = function.hessian(point)
    rows = [central_gradient(lambda w, j=j: function.gradient(w)[j], point) for j in range(count)]
    np.testing.assert_allclose(hessian, rows, rtol=1e-7, atol=1e-6)
    vector = np.random.default_rng(3).normal(size=count)
    np.testing.assert_allclose(
        function.powers().hessian_vector(point)(vector), hessian @ vector, rtol=1e-12, atol=1e-12
    )


@every
def test_minima_are_minima(function: ClassicFunction) -> None:
    if function.minima is None:
        assert "no minimum" in function.remark
        assert "minimum_loss" not in function.powers().facts
        return
    for minimum in function.minima:
        value, slope = function.value_and_gradient(minimum)
        assert value == pytest.approx(function.minimum_loss, rel=1e-14, abs=1e-26)
        np.testing.assert_allclose(slope, 0, atol=2e-13)
        assert np.linalg.eigvalsh(function.hessian(minimum))[0] > 0
    around = function.minima[0] + np.random.default_rng(1).normal(size=(200, len(function.names)))
    assert min(function.value(point) for point in around) > function.minimum_loss
    assert function.powers().facts["minimum_loss"].number == function.minimum_loss


@every
def test_it_is_an_objective_with_a_start_and_a_source(function: ClassicFunction) -> None:
    assert isinstance(function, Objective)
    assert function.suggested_start.shape == (len(function.names),)
    assert np.isfinite(function.value_and_gradient(function.suggested_start)[0])
    assert function.source
    assert function.powers().facts["function"].value == function.name


def test_himmelblau_has_four_minima_and_says_so() -> None:
    function = classic("himmelblau")
    assert len(np.unique(function.minima.round(3), axis=0)) == 4
    assert function.powers().facts["minima"].value.startswith("four minima")
    assert "known_minimum" not in function.powers().facts


def test_the_known_values_of_the_literature() -> None:
    # -39.16617 n < J < -39.16616 n at -2.903534, as the literature has it
    function = classic("styblinski_tang", dimensions=3)
    assert -39.16617 * 3 < function.minimum_loss < -39.16616 * 3
    np.testing.assert_allclose(function.minima[0], -2.903534027771177, rtol=1e-15)
    # Moré, Garbow and Hillstrom 1981: Rosenbrock starts at 24.2; Beale at 14.203125
    rosenbrock, beale = classic("rosenbrock"), classic("beale")
    assert rosenbrock.value(rosenbrock.suggested_start) == pytest.approx(24.2, rel=1e-15)
    assert beale.value(beale.suggested_start) == 14.203125


def test_the_bowl_has_the_condition_number_asked_for_and_goes_in_closed_form() -> None:
    function = classic("bowl", condition_number=1e4, dimensions=3)
    np.testing.assert_allclose(function.bowl.curvatures, [1.0, 1e-2, 1e-4], rtol=1e-12)
    trace = descend(function, function.suggested_start, learning_rate=0.5, steps=10**9, tolerance=0)
    assert "closed form" in trace.facts["path"].value
    assert trace.number("condition_number") == pytest.approx(1e4, rel=1e-12)
    short = descend(function, function.suggested_start, learning_rate=0.5, steps=50, tolerance=0)
    loop = function.suggested_start.copy()
    for _ in range(50):
        loop = loop - 0.5 * function.gradient(loop)
    np.testing.assert_allclose(short.last_params, loop, rtol=1e-12)


def test_a_descent_finds_the_bottom_of_the_valley() -> None:
    function = classic("rosenbrock")
    trace = descend(function, function.suggested_start, steps=30_000, tolerance=1e-12)
    np.testing.assert_allclose(trace.last_params, [1.0, 1.0], atol=1e-6)


def test_what_is_not_known_is_refused_with_what_is() -> None:
    with pytest.raises(InputError, match="known: beale, bowl"):
        classic("ackley")
    with pytest.raises(InputError, match="takes dimensions"):
        classic("rosenbrock", size=3)
    with pytest.raises(InputError, match="no settings"):
        classic("saddle", dimensions=3)
    with pytest.raises(InputError, match="2 or more"):
        classic("rosenbrock", dimensions=1)
    with pytest.raises(InputError, match=r"condition_number is 0\.5"):
        classic("bowl", condition_number=0.5)
