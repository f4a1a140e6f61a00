"""Any function as an objective: its gradient given, by a framework, or by differences."""

from __future__ import annotations

import math
import sys
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.objective import autodiff
from steepest.objective.function import central_gradient, objective_from


@pytest.fixture
def no_frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in autodiff.FRAMEWORKS:
        monkeypatch.setitem(sys.modules, name, None)


def square(w):
    return w @ w


@pytest.mark.usefixtures("no_frameworks")
def test_without_a_gradient_or_a_framework_it_says_so_and_what_to_do() -> None:
    with pytest.warns(UserWarning, match="central differences") as said:
        objective = objective_from(lambda w: float(np.sum((w - 3.0) ** 2)), names=("a", "b"))
    for word in ("gradient=", "pip install jax", "pip install torch", "autodiff='differences'"):
        assert word in str(said[0].message)
    assert said[0].filename == __file__
    value, gradient = objective.value_and_gradient(np.array([1.0, 4.0]))
    assert value == 5.0
    np.testing.assert_allclose(gradient, [-4.0, 2.0], rtol=1e-9)
    assert "central differences" in objective.powers().facts["gradient_from"].value
    assert objective.powers().hessian is None


@pytest.mark.usefixtures("no_frameworks")
@pytest.mark.parametrize("name", ["jax", "torch"])
def test_a_framework_that_is_not_installed_is_refused_with_the_command(name: str) -> None:
    with pytest.raises(InputError, match=f"pip install {name}"):
        objective_from(square, names=2, autodiff=name)


def test_a_framework_that_cannot_be_imported_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(function, point):
        raise ImportError("a library is missing")

    for name in autodiff.FRAMEWORKS:
        monkeypatch.setitem(autodiff.FRAMEWORKS, name, (name, broken))
    monkeypatch.setattr(autodiff, "find_spec", lambda name: name)
    with pytest.raises(InputError, match="a library is missing"):
        objective_from(square, names=2, autodiff="jax")
    with pytest.warns(UserWarning, match="a library is missing"):
        objective_from(square, names=2)


def test_differences_that_were_asked_for_come_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        objective = objective_from(square, names=2, autodiff="differences")
    np.testing.assert_allclose(
        objective.value_and_gradient(np.array([1.0, -2.0]))[1], [2.0, -4.0], rtol=1e-9
    )
    assert objective.gradient_noise > 1e-12


def test_a_given_gradient_needs_no_framework_and_is_not_tried() -> None:
    calls: list[object] = []
    objective = objective_from(lambda w: calls.append(w) or 1.0, lambda w: 2 * w, names=2)
    assert not calls
    assert objective.value_and_gradient(np.ones(2))[1].tolist() == [2.0, 2.0]
    assert objective.powers().hessian is None


def test_central_gradient_has_about_ten_digits() -> None:
    point = np.array([0.3, -1.2])
    found = central_gradient(lambda w: float(np.exp(w[0]) * np.sin(w[1])), point)
    wanted = [np.exp(0.3) * np.sin(-1.2), np.exp(0.3) * np.cos(-1.2)]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_a_given_hessian_is_kept() -> None:
    objective = objective_from(square, lambda w: 2 * w, names=2, hessian=lambda w: 2 * np.eye(2))
    assert objective.powers().hessian(np.zeros(2)).tolist() == [[2.0, 0.0], [0.0, 2.0]]
    single = objective_from(square, lambda w: 2 * w, hessian=lambda w: 2.0)
    assert single.powers().hessian(np.zeros(1)).tolist() == [[2.0]]
    wrong = objective_from(square, lambda w: 2 * w, names=2, hessian=lambda w: np.eye(3))
    with pytest.raises(InputError, match=r"shape \(3, 3\); expected \(2, 2\)"):
        wrong.powers().hessian(np.zeros(2))
    with pytest.raises(InputError, match="without a gradient"):
        objective_from(square, hessian=lambda w: np.eye(1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(lambda w: np.exp(w @ w), math.inf), (lambda w: np.log(-w[0]), math.nan)],
)
def test_values_that_are_not_finite_pass_silently(value, expected: float) -> None:
    given = objective_from(value, lambda w: w * np.nan, names=2)
    differenced = objective_from(value, names=2, autodiff="differences")
    for objective in (given, differenced):
        found = objective.value_and_gradient(np.array([100.0, 100.0]))[0]
        np.testing.assert_equal(found, expected)


def test_an_overflow_of_plain_python_is_infinity() -> None:
    objective = objective_from(lambda w: math.exp(w[0]), lambda w: [math.exp(w[0])])
    value, gradient = objective.value_and_gradient(np.array([1000.0]))
    assert value == math.inf
    assert np.isnan(gradient).all()


def test_what_is_no_cost_is_refused() -> None:
    with pytest.raises(InputError, match="3 entries for 2 parameters"):
        objective_from(lambda w: 0.0, lambda w: np.zeros(3), names=2).value_and_gradient(
            np.zeros(2)
        )
    with pytest.raises(InputError, match=r"shape \(2,\); expected one number"):
        objective_from(lambda w: w, lambda w: w, names=2).value_and_gradient(np.zeros(2))
    with pytest.raises(InputError, match="at least one"):
        objective_from(lambda w: 0.0, lambda w: w, names=0)
    with pytest.raises(InputError, match="at least one"):
        objective_from(lambda w: 0.0, lambda w: w, names=())
    with pytest.raises(InputError, match="expected 'auto', 'jax'"):
        objective_from(lambda w: 0.0, autodiff="tensorflow")


def test_one_name_is_one_parameter() -> None:
    assert objective_from(square, lambda w: 2 * w, names="slope").names == ("slope",)
    assert objective_from(square, lambda w: 2 * w).names == ("w",)
    assert objective_from(square, lambda w: 2 * w, names=2).names == ("w_0", "w_1")


@pytest.mark.parametrize("names", [2.5, None, True, -1, [1, 2], ["a", "a"], [None], b"ab"])
def test_names_that_are_none(names: Any) -> None:
    with pytest.raises(InputError, match="names"):
        objective_from(square, lambda w: 2 * w, names=names)


@pytest.mark.parametrize("wrong", [3, "x", [square]])
@pytest.mark.parametrize("place", ["the cost", "gradient", "hessian"])
def test_what_is_no_function(place: str, wrong: Any) -> None:
    given: dict[str, Any] = {"the cost": square, "gradient": lambda w: 2 * w, place: wrong}
    with pytest.raises(InputError, match=f"{place} is .*; expected a function"):
        objective_from(given.pop("the cost"), **given)


@pytest.mark.parametrize("autodiff", [None, 3, ["jax"], "tensorflow"])
def test_ways_to_differentiate_that_there_are_not(autodiff: Any) -> None:
    with pytest.raises(InputError, match="autodiff is"):
        objective_from(square, autodiff=autodiff)


@pytest.mark.parametrize("wrong", ["a", 1j, np.complex128(1), None, [[1], [1, 2]], [None], {}])
def test_what_functions_return_must_be_numbers(wrong: Any) -> None:
    at = np.ones(1)
    for place, objective in (
        ("the cost", objective_from(lambda w: wrong, lambda w: 2 * w)),
        ("the cost", objective_from(lambda w: wrong, autodiff="differences")),
        ("the gradient", objective_from(square, lambda w: wrong)),
    ):
        with pytest.raises(InputError, match=f"{place} that the function returned"):
            objective.value_and_gradient(at)
    curved = objective_from(square, lambda w: 2 * w, hessian=lambda w: wrong).powers().hessian
    assert curved is not None
    with pytest.raises(InputError, match="the Hessian that the function returned"):
        curved(at)


def test_numbers_of_many_kinds_are_numbers() -> None:
    for number in (2, np.float32(2), [2], np.array([[2.0]]), Fraction(2), True + 1):
        found = objective_from(lambda w, n=number: n, lambda w: [Fraction(1, 2)])
        value, gradient = found.value_and_gradient(np.ones(1))
        assert (type(value), value, gradient.tolist()) == (float, 2.0, [0.5])


def test_a_gradient_in_memory_that_is_used_again_stays_as_it_was() -> None:
    buffer = np.empty(2)

    def gradient(w: np.ndarray) -> np.ndarray:
        np.multiply(2.0, w, out=buffer)
        return buffer

    objective = objective_from(square, gradient, names=2)
    first = objective.value_and_gradient(np.array([1.0, 2.0]))[1]
    objective.value_and_gradient(np.array([5.0, 5.0]))
    assert first.tolist() == [2.0, 4.0]


def test_functions_may_change_the_parameters_that_they_are_given() -> None:
    def spoiled(w: np.ndarray) -> float:
        value = float(w @ w)
        w[:] = 1e9
        return value

    def spoiling(w: np.ndarray) -> np.ndarray:
        w *= 2.0
        return w

    at = np.array([1.0, 2.0])
    given = objective_from(spoiled, spoiling, names=2, hessian=lambda w: spoiling(w) * np.eye(2))
    differenced = objective_from(spoiled, names=2, autodiff="differences")
    for objective in (given, differenced):
        value, gradient = objective.value_and_gradient(at)
        assert value == 5.0
        np.testing.assert_allclose(gradient, [2.0, 4.0], rtol=1e-9)
    assert given.powers().hessian is not None
    assert at.tolist() == [1.0, 2.0]


def test_a_curvature_of_zero_has_numbers_too() -> None:
    """PyTorch hands out zeros that lie nowhere in memory."""
    torch = pytest.importorskip("torch")
    objective = objective_from(lambda w: torch.abs(w).sum(), names=2, autodiff="torch")
    assert objective.value_and_gradient(np.array([1.0, -2.0]))[1].tolist() == [1.0, -1.0]
    assert objective.powers().hessian is not None
    assert objective.powers().hessian(np.array([1.0, -2.0])).tolist() == [[0.0, 0.0], [0.0, 0.0]]
