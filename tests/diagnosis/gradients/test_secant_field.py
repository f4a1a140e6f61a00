"""The field of a bowl is its Hessian; that of updates in turn is (I + αL)⁻¹H."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import SecantField, secant_field
from steepest.trace import Array, Trace


def moves_of(params: Array, gradient: Array) -> Moves:
    rows = len(params)
    return Moves(params, gradient, np.full(rows, np.nan), np.ones(rows - 1))


def descent(hessian: Array, start: Array, rate: float, rows: int) -> Moves:
    """Plain descent on ½θ'Hθ, or along any linear field."""
    places = [start]
    for _ in range(rows - 1):
        places.append(places[-1] - rate * hessian @ places[-1])
    params = np.array(places)
    return moves_of(params, params @ hessian.T)


def hessian_of(seed: int, count: int, condition: float) -> Array:
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, count)))[0]
    return (axes * np.geomspace(1.0 / condition, 1.0, count)) @ axes.T


def whole(field: SecantField | None) -> Array:
    assert field is not None
    return field.matrix @ field.axes.T


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(1.0, 30.0), st.floats(0.1, 0.8))
def test_it_is_the_hessian(seed: int, count: int, condition: float, rate: float) -> None:
    hessian = hessian_of(seed, count, condition)
    start = np.random.default_rng(seed).choice([-1.0, 1.0], count) * 3.0
    field = secant_field(descent(hessian, start, rate, 60))
    assert field is not None
    assert field.linear
    np.testing.assert_allclose(field.axes.T @ field.axes, np.eye(field.axes.shape[1]), atol=1e-12)
    np.testing.assert_allclose(field.matrix, hessian @ field.axes, atol=1e-2)
    assert np.all(
        np.linalg.norm(field.matrix - hessian @ field.axes, axis=0) <= 3 * field.noise + 1e-12
    )
    assert field.asymmetry < 1e-2


def test_every_curvature_of_a_bowl() -> None:
    values = np.array([0.05, 0.3, 1.0])
    moves = descent(np.diag(values), np.ones(3), 0.9, 80)
    field = secant_field(moves)
    assert field is not None
    found, axes = field.curvatures
    np.testing.assert_allclose(found, values, rtol=1e-9)
    np.testing.assert_allclose(np.abs(axes), np.eye(3), atol=1e-9)
    assert field.flattest == pytest.approx(0.05, rel=1e-6)  # the last moves are along it


def test_a_line_shows_one_direction() -> None:
    field = secant_field(descent(np.eye(4), np.array([1.0, 2.0, 0.0, -2.0]), 0.3, 30))
    assert field is not None
    assert field.axes.shape == (4, 1)
    np.testing.assert_allclose(np.abs(field.axes[:, 0]), np.array([1, 2, 0, 2]) / 3)
    np.testing.assert_allclose(field.matrix, field.axes)


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_updates_in_turn_are_not_symmetric(order: str) -> None:
    """(I + αL)⁻¹H, with L what lies before the diagonal of H in the order of the updates."""
    hessian, rate = np.array([[1.0, 0.5, 0.2], [0.5, 0.8, -0.3], [0.2, -0.3, 0.6]]), 0.5
    late = np.tril(hessian, -1) if order == "forwards" else np.triu(hessian, 1)
    shown = np.linalg.solve(np.eye(3) + rate * late, hessian)
    field = secant_field(descent(shown, np.array([3.0, -2.0, 1.0]), rate, 60))
    assert field is not None
    assert field.linear
    np.testing.assert_allclose(whole(field), shown, atol=1e-6)
    expected = np.linalg.norm(shown - shown.T) / np.linalg.norm(shown + shown.T)
    assert field.asymmetry == pytest.approx(expected, rel=1e-5)


def test_no_curvature_below_what_asymmetry_can_make() -> None:
    field = SecantField(np.eye(2), np.array([[1.0, 0.4], [-0.4, 0.1]]), np.zeros(2), 0.1, 0.0, True)
    values, axes = field.curvatures
    np.testing.assert_allclose(values, [1.0])  # 0.1 is below the skew part of 0.4
    assert axes.shape == (2, 1)


def quartic(rate: float) -> Moves:
    place, rows = np.array([2.0, -1.5]), []
    for _ in range(60):
        rows.append((place, place**3))
        place = place - rate * place**3
    params, gradient = (np.array(column) for column in zip(*rows, strict=True))
    return moves_of(params, gradient)


def test_a_changing_curvature_is_not_linear() -> None:
    field = secant_field(quartic(0.05))
    assert field is not None
    assert not field.linear
    assert field.miss > 0.1


@pytest.mark.parametrize("digits", [4, 6])
def test_digits_cost_directions_not_truth(
    walk: Callable[..., Trace], bowl: Callable[..., object], digits: int
) -> None:
    trace = walk(bowl(5, 3, 20.0), [3.0, -3.0, 3.0], 0.8, 60, digits=digits)
    assert trace.params is not None
    assert trace.gradient is not None
    field = secant_field(moves_of(trace.params, trace.gradient))
    axes = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    hessian = (axes * np.geomspace(1.0, 1 / 20.0, 3)) @ axes.T
    assert field is not None
    error = np.linalg.norm(field.matrix - hessian @ field.axes, axis=0)
    assert np.all(error <= 3 * field.noise + 1e-3)


def nothing() -> list[Moves]:
    rng = np.random.default_rng(0)
    return [
        moves_of(np.ones((10, 2)), np.ones((10, 2))),  # nothing moves
        moves_of(rng.normal(size=(10, 2)), np.ones((10, 2))),  # nothing turns
        moves_of(rng.normal(size=(2, 2)), rng.normal(size=(2, 2))),  # a single move
        moves_of(rng.normal(size=(10, 257)), rng.normal(size=(10, 257))),  # too wide
    ]


@pytest.mark.parametrize("moves", nothing(), ids=["still", "straight", "single", "wide"])
def test_none_where_nothing_can_be_said(moves: Moves) -> None:
    assert secant_field(moves) is None


def test_more_parameters_than_moves() -> None:
    hessian = hessian_of(0, 200, 100.0)
    field = secant_field(descent(hessian, np.ones(200), 0.9, 12))
    assert field is not None
    assert field.axes.shape[1] <= 11
    np.testing.assert_allclose(field.matrix, hessian @ field.axes, atol=1e-2)


def test_symmetric_is_not_assumed_of_an_odd_field() -> None:
    """A rotation is as far from a Hessian as can be: its asymmetry is infinite, or nearly."""
    turn = np.array([[0.1, 1.0], [-1.0, 0.1]])
    field = secant_field(descent(turn, np.array([1.0, 1.0]), 0.1, 40))
    assert field is not None
    assert not field.linear
