"""How far from the bottom of a bowl."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.objective.bowl import Bowl
from steepest.objective.distance import Distance


def bowl(offset: list[float], roots: tuple[float, ...] = (3.0, 1.0, 0.1)) -> Bowl:
    axes, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    return Bowl(axes, np.array(roots), np.array(offset), 0.5, 1)


def error(cup: Bowl, params: np.ndarray) -> np.ndarray:
    """|θ - θ*| along each axis."""
    return np.abs(cup.along_axes(cup.residual(params)))


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_is_the_distance_and_the_worst_a_bound(seed: int) -> None:
    cup = bowl([1.0, -2.0, 0.5])
    rng = np.random.default_rng(seed)
    start, params = (
        rng.normal(size=3),
        cup.minimum + 10.0 ** rng.integers(-9, 1) * rng.normal(size=3),
    )
    found = Distance.of(cup, start, error(cup, params))
    off = params - cup.minimum
    size = np.linalg.norm(cup.minimum)
    assert found.whole == pytest.approx(np.linalg.norm(off) / size, rel=1e-6)
    each = np.abs(off) / np.abs(cup.minimum)
    assert each.max() <= found.worst * (1 + 1e-6)
    assert found.worst <= 3**0.5 * np.linalg.norm(off) / np.abs(cup.minimum).min()


def test_where_the_minimum_is_the_origin_it_is_relative_to_the_start() -> None:
    cup = bowl([0.0, 0.0, 0.0])
    start = np.array([3.0, 4.0, 0.0])
    assert Distance.of(cup, start, error(cup, start)).whole == pytest.approx(1.0)
    assert Distance.of(cup, start, error(cup, 0.1 * start)).whole == pytest.approx(0.1)


def test_from_the_minimum_itself_at_the_origin_there_is_no_way_to_go() -> None:
    cup = bowl([0.0, 0.0, 0.0])
    found = Distance.of(cup, np.zeros(3), np.zeros(3))
    assert (found.whole, found.worst) == (0.0, 0.0)
    assert found.within(0.0)


def test_flat_axes_are_left_out() -> None:
    """How far one is along them, or began, does not count."""
    cup = bowl([1.0, 2.0, 0.0], (3.0, 1.0, 0.0))
    along = cup.axes[:, 2]
    away = cup.minimum + 1e-3 * cup.axes[:, 0] + 7.0 * along
    for start in (np.zeros(3), 5.0 * along):
        found = Distance.of(cup, start, error(cup, away))
        assert found.whole == pytest.approx(1e-3 / np.linalg.norm(cup.minimum), rel=1e-9)


def test_a_parameter_of_next_to_nothing_does_not_decide() -> None:
    cup = Bowl(np.eye(2), np.array([2.0, 1.0]), np.array([2.0, 1e-12]), 0.0, 1)
    found = Distance.of(cup, np.zeros(2), np.array([1e-6, 1e-6]))
    assert found.worst == pytest.approx(1e-6)


def test_within_asks_the_whole_and_a_hundredfold_of_each() -> None:
    assert Distance(1e-8, 1e-6).within(1e-8)
    assert not Distance(1.1e-8, 1e-9).within(1e-8)
    assert not Distance(1e-9, 1.1e-6).within(1e-8)
    assert not Distance(float("inf"), float("inf")).within(0.5)
    assert not Distance(float("nan"), 0.0).within(0.5)
