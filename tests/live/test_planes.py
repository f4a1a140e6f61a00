"""Planes and profiles: J on them is the objective at those points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.live.bench import Bench
from steepest.live.examples import Examples
from steepest.live.known_bowl import known_bowl
from steepest.live.planes import Asked, plane_of
from steepest.live.played import Played, play
from steepest.live.problems import table_problem
from steepest.live.profiles import profile_of
from steepest.live.setting import Setting
from steepest.live.shown_table import shown_table

NAMES = ("bmi", "bp", "ltg")
TABLE = shown_table("diabetes", NAMES)


def played(**changed: Any) -> Played:
    setting = Setting(**({"features": NAMES, "scale": "standard", "steps": 12} | changed))
    *_, last = play(table_problem(TABLE, setting), setting)
    return last


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_a_chosen_plane_is_the_cost_there(loss: str) -> None:
    done = played(loss=loss)
    assert done.objective is not None
    assert done.trace.params is not None
    plane = plane_of(done.objective, done.trace, done.rows, Asked("chosen", (2, 0)))
    assert plane is not None
    assert (plane.x_label, plane.y_label, plane.whole) == ("ltg", "bmi", False)
    point = done.trace.params[-1].copy()
    for i, j in ((0, 0), (4, 11), (30, 7)):
        point[[2, 0]] = plane.x[j], plane.y[i]
        assert plane.loss[i][j] == pytest.approx(done.objective.value_and_gradient(point)[0])
    assert plane.path_x == pytest.approx(done.trace.params[:, 2].tolist())


@pytest.mark.parametrize("which", ["steepest", "path"])
def test_planes_go_through_the_last_point(which: str) -> None:
    done = played()
    assert done.objective is not None
    plane = plane_of(done.objective, done.trace, done.rows, Asked(which, (0, 1)))
    assert plane is not None
    assert (plane.path_x[-1], plane.path_y[-1]) == (0.0, 0.0)
    x, y = np.array(plane.x, dtype=float), np.array(plane.y, dtype=float)
    near = plane.loss[int(np.argmin(abs(y)))][int(np.argmin(abs(x)))]
    assert near == pytest.approx(done.trace.loss[-1], rel=0.05)
    assert "through" in plane.sentence


def test_the_steepest_plane_curves_as_the_hessian() -> None:
    done = played()
    assert done.objective is not None
    bowl = done.objective.powers().bowl
    plane = plane_of(done.objective, done.trace, done.rows, Asked("steepest", (0, 1)))
    assert bowl is not None
    assert plane is not None
    x, loss = np.array(plane.x, dtype=float), np.array(plane.loss, dtype=float)
    second = np.diff(loss[0], 2) / (x[1] - x[0]) ** 2
    assert second == pytest.approx(np.full(len(second), bowl.sharpness), rel=1e-6)


def test_one_parameter_has_no_plane() -> None:
    bench = Bench.of_curve("w**2")
    (part,) = bench.answer({"ask": "record", "setting": {"what": "curve", "expression": "w**2"}})
    assert part["record"]["plane"] is None


@pytest.mark.parametrize("along", [-1, 0, 3])
def test_a_profile_is_the_cost_along_a_line(along: int) -> None:
    done = played()
    assert done.objective is not None
    assert done.trace.params is not None
    profile = profile_of(done.objective, done.trace, 4, along)
    point, after = done.trace.params[4], done.trace.params[5]
    _, gradient = done.objective.value_and_gradient(point)
    size = float(np.linalg.norm(gradient))
    direction = -gradient / size if along == -1 else np.eye(4)[along]
    here = 0.0 if along == -1 else point[along]
    assert profile.here == pytest.approx(here)
    assert profile.slope == pytest.approx(gradient @ direction)
    assert profile.next == pytest.approx(here + (after - point) @ direction)
    for t, loss in list(zip(profile.t, profile.loss, strict=True))[::40]:
        assert t is not None
        at = point + (t - here) * direction
        assert loss == pytest.approx(done.objective.value_and_gradient(at)[0])
    if along == -1:
        assert profile.next > 0  # type: ignore[operator]
        assert profile.slope == pytest.approx(-size)


def test_a_bowl_is_known_from_its_facts() -> None:
    done = played()
    bowl = known_bowl(done.trace)
    assert bowl is not None
    assert done.objective is not None
    for point in np.random.default_rng(1).normal(size=(3, 4)) * 50:
        expected, slope = done.objective.value_and_gradient(point)
        value, gradient = bowl.value_and_gradient(point)
        assert value == pytest.approx(expected)
        assert gradient == pytest.approx(slope)


def test_wide_records_keep_what_moved_most() -> None:
    done = played(degree=6, steps=3)
    assert isinstance(done.examples, Examples)
    bench = Bench.of_table("diabetes", NAMES)
    setting = {"features": list(NAMES), "scale": "standard", "degree": 6, "steps": 3}
    *_, part = bench.answer({"ask": "record", "setting": setting})
    found = part["record"]
    assert len(found["names"]) == len(found["params"][0]) == len(found["facts"]["minimum"]) == 50
    assert done.trace.params is not None
    moved = np.ptp(done.trace.params, axis=0)
    kept = [done.trace.names.index(name) for name in found["names"]]
    assert moved[kept].min() >= np.delete(moved, kept).max()
    assert "50 of 84 parameters" in found["note"]
    assert found["fit"] is None
