"""The trapezoid is exact on a bowl, and its error is bounded elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.slopes import Slopes, slopes_of
from steepest.trace import Array

Path = tuple[Moves, Array]


def path(params: Array, gradient: Array, loss: Array) -> Path:
    rows = len(params)
    return Moves(params, gradient, np.full(rows, np.nan), np.ones(rows - 1)), loss


def anywhere(seed: int, condition: float, rows: int = 30, count: int = 3) -> Path:
    """Rows anywhere on a bowl: no descent at all, and steps of every size."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(count, count)))[0]
    hessian = (axes * np.geomspace(1.0, 1.0 / condition, count)) @ axes.T
    params = rng.normal(size=(rows, count)) * 10.0 ** rng.uniform(-3, 3, (rows, 1))
    gradient = params @ hessian + 1.0
    loss = 0.5 * np.sum(params * (params @ hessian), axis=1) + np.sum(params, axis=1) + 7.0
    return path(params, gradient, loss)


def seen(slopes: Slopes | None) -> Slopes:
    assert slopes is not None
    return slopes


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 8).map(lambda power: 10.0**power))
def test_exact_on_a_bowl_for_any_steps(seed: int, condition: float) -> None:
    slopes = seen(slopes_of(*anywhere(seed, condition), miss=0.0))
    assert slopes.agree
    size = np.abs(slopes.changes) + np.sum(np.abs(slopes.parts), axis=1)
    assert np.all(np.abs(slopes.missed) <= 1e-10 * np.max(size))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1.001, 3.0) | st.floats(-1.0, 0.999))
def test_a_factor_misses_by_what_it_says(seed: int, factor: float) -> None:
    moves, loss = anywhere(seed, 10.0)
    slopes = seen(slopes_of(replace(moves, gradient=factor * moves.gradient), loss, miss=0.0))
    true = seen(slopes_of(moves, loss, miss=0.0))
    assert not slopes.agree
    if len(true.missed) == len(slopes.missed):
        expected = (1 - factor) * np.sum(true.parts, axis=1)
        scale = np.max(np.abs(true.changes)) + np.max(np.abs(true.parts))
        np.testing.assert_allclose(slopes.missed, expected, atol=1e-9 * scale)


def test_the_parts_add_up() -> None:
    moves, loss = anywhere(0, 10.0)
    slopes = seen(slopes_of(moves, loss))
    middle = 0.5 * (moves.gradient[1:] + moves.gradient[:-1])[slopes.first]
    np.testing.assert_allclose(slopes.parts, middle * moves.steps[slopes.first])
    np.testing.assert_allclose(slopes.changes, np.diff(loss)[slopes.first])
    np.testing.assert_allclose(slopes.place[0], 0.5 * (moves.params[0] + moves.params[1]))
    np.testing.assert_allclose(slopes.rest * slopes.allowed, slopes.missed)


def quartic(rate: float, rows: int = 60) -> Path:
    """w⁴/4, whose trapezoid is off by (Δ³(w + w'))/4: a closed form."""
    places = [2.0]
    for _ in range(rows - 1):
        places.append(places[-1] - rate * places[-1] ** 3)
    params = np.array(places)[:, None]
    return path(params, params**3, params[:, 0] ** 4 / 4)


@pytest.mark.parametrize("rate", [1e-3, 0.02, 0.1, 0.2])
def test_the_error_of_the_quadrature_is_allowed_for(rate: float) -> None:
    moves, loss = quartic(rate)
    slopes = seen(slopes_of(moves, loss))
    w, v = moves.params[slopes.first, 0], moves.params[slopes.first + 1, 0]
    exact = -0.25 * (v - w) ** 3 * (v + w)
    np.testing.assert_allclose(slopes.missed, exact, atol=1e-12)
    assert slopes.agree
    assert np.all(np.abs(slopes.missed) <= 3 * slopes.allowed)


@pytest.mark.parametrize("rate", [1e-3, 0.02])
def test_a_factor_of_two_stands_out_of_a_changing_curvature(rate: float) -> None:
    moves, loss = quartic(rate)
    assert not seen(slopes_of(replace(moves, gradient=2 * moves.gradient), loss)).agree


def test_a_constant_in_the_loss_changes_nothing_but_its_rounding() -> None:
    moves, loss = anywhere(1, 3.0)
    slopes, shifted = seen(slopes_of(moves, loss)), seen(slopes_of(moves, loss + 1e9))
    assert shifted.agree
    assert np.all(shifted.allowed >= 4 * 2.0**-53 * 1e9)
    assert len(shifted.changes) <= len(slopes.changes)


@pytest.mark.parametrize(
    ("beyond", "rows", "fits"),
    [
        (0, 3, True),
        (1, 3, True),
        (2, 3, False),
        (3, 9, True),
        (4, 12, False),
        (3, 60, True),
        (4, 60, False),
        (50, 1000, True),
        (51, 1000, False),
    ],
)
def test_how_many_may_lie_beyond(beyond: int, rows: int, fits: bool) -> None:
    assert Slopes.fits(np.r_[np.full(beyond, -9.0), np.full(rows - beyond, 2.9)]) is fits


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_fewer_than_three_pairs_say_nothing(rows: int) -> None:
    moves, loss = anywhere(0, 2.0, rows)
    assert slopes_of(moves, loss) is None


def test_what_does_not_change_says_nothing() -> None:
    moves = Moves(np.ones((30, 2)), np.ones((30, 2)), np.full(30, np.nan), np.ones(29))
    assert slopes_of(moves, np.ones(30)) is None


def test_long_records_are_spread_over() -> None:
    moves, loss = anywhere(0, 2.0, 10_000)
    slopes = seen(slopes_of(moves, loss))
    assert len(slopes.changes) <= 1000
    assert slopes.first[-1] > 9_900
    assert slopes.agree


@pytest.mark.parametrize("digits", [3, 4, 6])
@pytest.mark.parametrize("seed", range(5))
def test_a_loss_that_was_cut_is_not_a_loss_that_stands_still(
    walk: Callable[..., object], bowl: Callable[..., object], seed: int, digits: int
) -> None:
    """It falls to its floor in a few rows, and then says 1.001 for ever."""
    trace: object = walk(bowl(seed, 2, 1e4), [3.0, 3.0], 0.9, 60, digits=digits)
    moves = Moves(trace.params, trace.gradient, trace.learning_rate, np.ones(59))  # type: ignore[attr-defined]
    slopes = slopes_of(moves, trace.loss)  # type: ignore[attr-defined]
    assert slopes is None or slopes.agree
