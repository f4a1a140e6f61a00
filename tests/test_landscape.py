"""The plane through a path, and the cost on it."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.landscape import landscape_of
from steepest.objective.function import objective_from
from steepest.objective.least_squares import LeastSquares


def many(d: int) -> LeastSquares:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, d)) * np.arange(1, d + 1)
    return LeastSquares(X, X @ np.ones(d) + rng.normal(size=60))


def test_two_parameters_are_their_own_plane() -> None:
    objective = many(1)
    trace = descend(objective, [3.0, -2.0], steps=20)
    landscape = landscape_of(objective, trace)
    assert landscape is not None
    assert (landscape.x_label, landscape.y_label) == ("x0", "intercept")
    assert (landscape.path_x[0], landscape.path_y[0]) == (3.0, -2.0)
    for i in (0, 30, 60):
        for j in (0, 17, 60):
            wanted = objective.value_and_gradient(np.array([landscape.x[j], landscape.y[i]]))[0]
            assert landscape.loss[i][j] == pytest.approx(wanted, rel=1e-12)
    assert landscape.minimum == pytest.approx(tuple(objective.bowl.minimum))


def test_many_parameters_are_shown_on_the_plane_of_their_path() -> None:
    objective = many(5)
    trace = descend(objective, steps=100)
    landscape = landscape_of(objective, trace)
    assert landscape is not None
    assert "% of the path's movement" in landscape.plane
    assert (landscape.path_x[-1], landscape.path_y[-1]) == pytest.approx((0, 0), abs=1e-12)
    assert trace.params is not None
    inside = np.hypot(landscape.path_x, landscape.path_y)
    outside = np.linalg.norm(trace.params - trace.params[-1], axis=1)
    assert np.all(inside <= outside * (1 + 1e-9) + 1e-12)


def test_one_parameter_has_no_plane() -> None:
    objective = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    assert landscape_of(objective, descend(objective, [1.0], steps=3)) is None


def test_a_runaway_is_shown_where_it_begins() -> None:
    objective = many(1)
    trace = descend(objective, [3.0, -2.0], learning_rate=100.0, steps=500)
    landscape = landscape_of(objective, trace)
    assert landscape is not None
    assert 3 <= len(landscape.path_x) < 20
    assert np.all(np.isfinite(landscape.loss))


def test_a_path_that_stands_still_has_a_picture() -> None:
    objective = many(3)
    trace = descend(objective, objective.bowl.minimum, steps=5)
    landscape = landscape_of(objective, trace)
    assert landscape is not None
    assert np.all(np.isfinite(landscape.loss))
