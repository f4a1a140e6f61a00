"""What a fault leaves is its pattern times one number, to rounding, on a bowl."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.patterns import Pattern, compound, simple
from steepest.diagnosis.gradients.secant_field import secant_field
from steepest.diagnosis.gradients.slopes import Slopes, slopes_of
from steepest.trace import Array

START = np.array([3.0, -2.0, 1.5])
HESSIAN = np.array([[1.0, 0.3, 0.1], [0.3, 0.6, -0.2], [0.1, -0.2, 0.4]])


def descent(bug: Callable[[Array, Array], Array]) -> tuple[Slopes, Moves]:
    place, rows = START, []
    for _ in range(40):
        used = bug(place, HESSIAN @ place)
        rows.append((0.5 * place @ HESSIAN @ place, place, used))
        place = place - 0.3 * used
    loss, params, gradient = (np.array(column) for column in zip(*rows, strict=True))
    moves = Moves(params, gradient, np.full(40, np.nan), np.ones(39))
    slopes = slopes_of(moves, loss, miss=0.0)
    assert slopes is not None
    return slopes, moves


def all_patterns(slopes: Slopes, moves: Moves) -> list[Pattern]:
    return [*simple(slopes, moves, secant_field(moves)), *compound(slopes, moves)]


def find(patterns: list[Pattern], kind: str, coordinates: tuple[int, ...], width: int) -> Array:
    found = [
        one.columns
        for one in patterns
        if one.kind == kind and one.coordinates == coordinates and one.columns.shape[1] == width
    ]
    assert found, f"no pattern of {kind} in {coordinates}"
    return found[0]


def masked(factor: float, *which: int) -> Callable[[Array, Array], Array]:
    factors = np.ones(3)
    factors[list(which)] = factor
    return lambda _, slope: factors * slope


UNIT = np.eye(3)
FIRST_TWO = np.array([1.0, 1.0, 0.0])
FAULTS = [
    ("scale", (0, 1, 2), masked(2.0, 0, 1, 2), 1 / 2.0 - 1),
    ("scale", (0, 1, 2), masked(-1.0, 0, 1, 2), -2.0),
    ("scale", (1,), masked(0.25, 1), 1 / 0.25 - 1),
    ("scale", (0, 1), masked(3.0, 0, 1), 1 / 3.0 - 1),
    ("scale", (1, 2), masked(0.5, 1, 2), 1.0),
    ("l2", (0, 1, 2), lambda p, g: g - 0.2 * p, 0.2),
    ("l2", (0, 1), lambda p, g: g - 0.2 * FIRST_TWO * p, 0.2),
    ("constant", (2,), lambda _, g: g - 0.7 * UNIT[2], 0.7),
    ("constant", (0,), lambda _, g: g + 0.7 * UNIT[0], -0.7),
]


@pytest.mark.parametrize(("kind", "coordinates", "bug", "number"), FAULTS)
def test_one_number_explains_it(
    kind: str, coordinates: tuple[int, ...], bug: Callable[[Array, Array], Array], number: float
) -> None:
    slopes, moves = descent(bug)
    assert not slopes.agree
    column = find(all_patterns(slopes, moves), kind, coordinates, 1)[:, 0]
    scale = np.max(np.abs(slopes.missed))
    np.testing.assert_allclose(slopes.missed, number * column, atol=1e-10 * scale)


def test_a_penalty_of_sizes_off_the_kinks() -> None:
    slopes, moves = descent(lambda p, g: g - 0.1 * np.sign(p))
    column = find(all_patterns(slopes, moves), "l1", (0, 1, 2), 1)[:, 0]
    same = np.all(np.sign(moves.params[1:]) == np.sign(moves.params[:-1]), axis=1)[slopes.first]
    assert np.count_nonzero(same) > 10
    np.testing.assert_allclose(slopes.missed[same], 0.1 * column[same], atol=1e-10)


def test_a_factor_for_each_coordinate() -> None:
    factors = np.array([2.0, 0.5, 3.0])
    slopes, moves = descent(lambda _, g: factors * g)
    columns = find(all_patterns(slopes, moves), "scale", (0, 1, 2), 3)
    np.testing.assert_allclose(slopes.missed, columns @ (1 / factors - 1), atol=1e-9)


def test_a_coordinate_without_what_others_add_to_it() -> None:
    """The slope of b lacks 0.3·a + 0.1·c + 0.5: a coupling, and a constant."""
    lacks = np.array([0.3, 0.0, 0.1])
    slopes, moves = descent(lambda p, g: g - UNIT[1] * (lacks @ p + 0.5))
    columns = find(all_patterns(slopes, moves), "coupling", (1,), 4)
    np.testing.assert_allclose(slopes.missed, columns @ [*lacks, 0.5], atol=1e-9)


def alone() -> tuple[Slopes, Moves]:
    place = (10.3 * 0.8 ** np.arange(30.0))[:, None]
    moves = Moves(place, 4 * place, np.full(30, np.nan), np.ones(29))
    slopes = slopes_of(moves, place[:, 0] ** 2)
    assert slopes is not None
    return slopes, moves


def test_one_parameter_has_neither_parts_nor_orders() -> None:
    slopes, moves = alone()
    kinds = [(one.kind, one.coordinates) for one in all_patterns(slopes, moves)]
    assert kinds == [("scale", (0,)), ("l2", (0,)), ("l1", (0,)), ("constant", (0,))]


def test_the_commonest_come_first_and_each_once() -> None:
    slopes, moves = descent(masked(2.0, 0, 1, 2))
    kinds = [one.kind for one in simple(slopes, moves, None)]
    assert kinds == ["scale"] * 6 + ["l2", "l1"] * 3 + ["constant"] * 3
