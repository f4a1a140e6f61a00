"""Moves with closed forms: on w² a step of rate r multiplies w by 1 - 2r."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.diagnosis.gradients.moves import Moves
from steepest.trace import Array, Trace


def moves_of(trace: Trace) -> Moves:
    assert trace.params is not None
    assert trace.gradient is not None
    gaps = np.diff(trace.step).astype(np.float64)
    return Moves(trace.params, trace.gradient, trace.learning_rate, gaps)


def parabola(rate: float, rows: int = 20, every: int = 1) -> Moves:
    place = 10.1 * (1 - 2 * rate) ** np.arange(0.0, rows, every)[:, None]
    gaps = np.full(len(place) - 1, float(every))
    return Moves(place, 2 * place, np.full(len(place), np.nan), gaps)


@given(st.floats(0.01, 0.99).filter(lambda rate: abs(rate - 0.5) > 0.05))
def test_rate_and_curvature_are_those_of_the_descent(rate: float) -> None:
    moves = parabola(rate, 12)
    assert moves.rate == pytest.approx(rate, rel=1e-9)
    assert moves.steepest == pytest.approx(2.0, rel=1e-9)
    np.testing.assert_allclose(moves.implied, rate, rtol=1e-9)
    np.testing.assert_allclose(moves.lengths, np.abs(np.diff(moves.params[:, 0])))
    assert moves.plain is True


@pytest.mark.parametrize(("rate", "cosine"), [(0.2, 1.0), (0.9, -1.0)])
def test_turning(rate: float, cosine: float) -> None:
    np.testing.assert_allclose(parabola(rate).turning, cosine)


def test_turning_below_rounding_is_not_known() -> None:
    moves = parabola(0.4, 60)  # 1e-41 at the end
    known = np.isfinite(moves.turning)
    assert known[0]
    assert not known[-1]


def test_two_rows_that_are_the_same_have_neither_rate_nor_curvature() -> None:
    moves = Moves(np.ones((2, 1)), np.ones((2, 1)), np.full(2, np.nan), np.ones(1))
    assert moves.still
    assert not np.any(moves.moved)
    assert np.isnan(moves.steepest)
    assert moves.plain is None
    assert not replace(moves, gradient=np.zeros((2, 1))).still  # it has arrived


def test_a_thinned_record_is_read_by_the_mean_of_both_ends() -> None:
    """Ten steps multiply w by q = (1 - 2r)^10: seen is (1 - q)/(1 + q)/10, nearly r."""
    moves = parabola(1e-3, 2000, every=10)
    assert not np.any(moves.follows)
    shrunk = (1 - 2e-3) ** 10
    np.testing.assert_allclose(moves.implied, (1 - shrunk) / (1 + shrunk) / 10, rtol=1e-12)
    assert moves.rate == pytest.approx(1e-3, rel=2e-3)
    assert moves.plain is True
    assert np.isnan(moves.overall)


def test_a_record_that_is_too_thin_cannot_tell() -> None:
    assert parabola(0.3, 60, every=10).plain is None


def momentum(keep: float) -> Moves:
    curvature, place, total, rows = np.array([1.0, 0.1]), np.array([3.0, -2.0]), np.zeros(2), []
    for _ in range(40):
        slope = curvature * place
        total = keep * total + slope
        rows.append((place, slope))
        place = place - 0.1 * total
    params, gradient = (np.array(column) for column in zip(*rows, strict=True))
    return Moves(params, gradient, np.full(40, np.nan), np.ones(39))


@pytest.mark.parametrize(("keep", "plain"), [(0.0, True), (0.5, False), (0.9, False)])
def test_momentum_is_not_plain(keep: float, plain: bool) -> None:
    assert momentum(keep).plain is plain


def test_a_preconditioner_explains_what_the_gradient_does_not() -> None:
    """Each coordinate at a rate of its own: not along the gradient, but along its scaled one."""
    rates = np.array([0.1, 0.5])
    place, rows = np.array([2.0, 1.0]), []
    for _ in range(30):
        rows.append(place)
        place = place - rates * place
    params = np.array(rows)
    moves = Moves(params, params, np.full(30, np.nan), np.ones(29))
    assert moves.plain is False
    assert moves.explained_by(rates * params[:-1]) is True
    assert moves.explained_by(-rates * params[:-1]) is False  # uphill


@pytest.mark.parametrize("digits", [4, 6])
@pytest.mark.parametrize("rate", [1e-3, 0.05, 0.8])
def test_few_digits_hide_neither_the_rule_nor_the_rate(
    walk: Callable[..., Trace], bowl: Callable[..., object], digits: int, rate: float
) -> None:
    """At 1e-3 a single move is no more than three units of the last digit."""
    moves = moves_of(walk(bowl(3, 3, 10.0), [3.0, -2.0, 5.0], rate, 300, digits=digits))
    assert moves.plain is True
    assert moves.overall == pytest.approx(rate, rel=0.02)


def test_a_run_away_is_still_plain() -> None:
    moves = parabola(20.0, 80)  # 1e126 at the end
    assert moves.plain is True
    assert moves.steepest == pytest.approx(2.0)


@given(st.integers(0, 2**32 - 1))
def test_a_walk_at_random_is_not_plain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table: Array = rng.normal(size=(40, 3))
    assert Moves(table, rng.normal(size=(40, 3)), np.full(40, np.nan), np.ones(39)).plain is False
