"""Updates in turn on a bowl: the miss is foretold to rounding, for every order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import secant_field
from steepest.diagnosis.gradients.sequence import foretold_sequences, free_sequences
from steepest.diagnosis.gradients.slopes import Slopes, slopes_of
from steepest.trace import Array, Trace

RATE = 0.5
ORDERS: dict[str, list[list[int]]] = {
    "forwards": [[0], [1], [2]],
    "backwards": [[2], [1], [0]],
    "last after all others": [[0, 1], [2]],
    "last before all others": [[2], [0, 1]],
    "first after all others": [[1, 2], [0]],
    "first before all others": [[0], [1, 2]],
}
LATER = {
    "forwards": (1, 2),
    "backwards": (0, 1),
    "last after all others": (2,),
    "last before all others": (0, 1),
    "first after all others": (0,),
    "first before all others": (1, 2),
}


def mask_of(order: list[list[int]]) -> Array:
    """Row: a coordinate that is updated later; column: one that has moved before it."""
    mask = np.zeros((3, 3))
    for place, group in enumerate(order):
        for earlier in order[:place]:
            mask[np.ix_(group, earlier)] = 1.0
    return mask


def seen(trace: Trace) -> tuple[Slopes, Moves]:
    assert trace.params is not None
    assert trace.gradient is not None
    moves = Moves(trace.params, trace.gradient, trace.learning_rate, np.ones(len(trace) - 1))
    slopes = slopes_of(moves, trace.loss, miss=0.0)
    assert slopes is not None
    return slopes, moves


@pytest.fixture
def turned(
    walk: Callable[..., Trace], bowl: Callable[..., object], in_turn: Callable[..., object]
) -> Callable[[str], Trace]:
    cost = bowl(4, 3, 5.0, 0.0)
    return lambda order: walk(
        cost, [3.0, -2.0, 4.0], RATE, 30, bug=in_turn(cost, RATE, ORDERS[order])
    )


@pytest.mark.parametrize("order", ORDERS)
def test_the_miss_is_half_of_what_the_later_ones_saw(
    turned: Callable[[str], Trace], bowl: Callable[..., object], order: str
) -> None:
    """-½Δ'L(Δ + Δ⁺), with L from the true Hessian: a closed form, without our code."""
    slopes, moves = seen(turned(order))
    cost = bowl(4, 3, 5.0, 0.0)
    bottom = np.array([cost(unit)[1] - cost(np.zeros(3))[1] for unit in np.eye(3)])  # type: ignore[operator]
    late = bottom.T * mask_of(ORDERS[order])
    before_last = slopes.first < len(moves.steps) - 1
    both = moves.steps[slopes.first[before_last]] + moves.steps[slopes.first[before_last] + 1]
    expected = -0.5 * np.sum(slopes.steps[before_last] * (both @ late.T), axis=1)
    np.testing.assert_allclose(slopes.missed[before_last], expected, atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_the_secants_foretell_it_and_no_other_order_does(
    turned: Callable[[str], Trace], order: str
) -> None:
    slopes, moves = seen(turned(order))
    rest = slopes.missed[:-1]
    left = {
        later: float(np.linalg.norm(rest - column[:-1, 0]) / np.linalg.norm(rest))
        for later, column in _named(foretold_sequences(slopes, moves, secant_field(moves)))
    }
    assert min(left.values()) < 1e-5
    assert left[order] < 1e-5
    assert all(share > 1e-3 for name, share in left.items() if name != order)


def _named(found: object) -> list[tuple[str, Array]]:
    names = ["forwards", "backwards"]
    names += ["last after all others", "last before all others"]
    names += ["first after all others", "first before all others"]
    pairs = list(found)  # type: ignore[call-overload]
    assert [later for later, _ in pairs] == [LATER[name] for name in names]
    return [(name, column) for name, (_, column) in zip(names, pairs, strict=True)]


@pytest.mark.parametrize("order", ORDERS)
def test_free_numbers_are_the_hessian(turned: Callable[[str], Trace], order: str) -> None:
    """The pattern of each pair, times the true entry of the Hessian, adds up to the miss."""
    slopes, moves = seen(turned(order))
    mask = mask_of(ORDERS[order])
    for later, columns in free_sequences(slopes, moves):
        if later == LATER[order] and columns.shape[1] == np.count_nonzero(mask):
            numbers, *_ = np.linalg.lstsq(columns[:-1], slopes.missed[:-1], rcond=None)
            left = slopes.missed[:-1] - columns[:-1] @ numbers
            assert np.linalg.norm(left) < 1e-6 * np.linalg.norm(slopes.missed)
            return
    pytest.fail("the order was not tried")


def test_nothing_is_foretold_where_steps_are_not_plain(turned: Callable[[str], Trace]) -> None:
    slopes, moves = seen(turned("forwards"))
    field = secant_field(moves)
    aside = replace(moves, params=moves.params[:, ::-1].copy())
    assert not aside.plain
    assert list(foretold_sequences(slopes, aside, field)) == []
    assert list(free_sequences(slopes, aside)) == []
    assert list(foretold_sequences(slopes, moves, None)) == []


def test_two_parameters_have_two_orders(
    walk: Callable[..., Trace], bowl: Callable[..., object]
) -> None:
    slopes, moves = seen(walk(bowl(1, 2, 3.0), [3.0, -2.0], 0.5, 20))
    found = list(foretold_sequences(slopes, moves, secant_field(moves)))
    assert [later for later, _ in found] == [(1,), (0,)]
