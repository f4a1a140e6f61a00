"""Level ground: x² - c·y² on the way in along x, whose end curves down by 2c."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.record.flat_ground import downward_at_the_end, smallest_curvature
from steepest.diagnosis.record.inferred import inferred
from steepest.diagnosis.record.reading import Context, Reading
from steepest.trace import Fact, Stop, Trace

Walk = Callable[..., Trace]


def reading_of(trace: Trace) -> Reading:
    return Reading(inferred(trace), Context())


def saddle(down: float) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = place.astype(np.float64).tolist()
        return 5 + x * x - down * y * y, np.array([2 * x, -2 * down * y])

    return cost


@pytest.mark.parametrize(("down", "opens"), [(1.0, True), (0.1, True), (0.01, False)])
def test_the_end_of_a_saddle(walk: Walk, down: float, opens: bool) -> None:
    """It leads out within as many steps again where 2c · rate · 60 is a half or more."""
    ground = downward_at_the_end(reading_of(walk(saddle(down), [1.3, 1e-9], 0.1, 61)))
    assert ground is not None
    assert ground.curvature == pytest.approx(-2 * down, rel=1e-3)
    assert 0 <= ground.fell < 0.01
    assert ground.opens is opens
    assert opens is (2 * down * 0.1 * 60 >= 0.5)


def test_a_bowl_is_no_such_ground(walk: Walk) -> None:
    def bowl(place: np.ndarray) -> tuple[float, np.ndarray]:
        return 5.0 + float(place @ place), 2.0 * place

    reading = reading_of(walk(bowl, [1.3, 0.7], 0.1, 61))
    assert smallest_curvature(reading) == pytest.approx(2.0)
    assert downward_at_the_end(reading) is None


def test_a_loss_that_falls_is_not_level(walk: Walk) -> None:
    """Well on the way down along y: it falls by more than 1 % of its size."""
    reading = reading_of(walk(saddle(1.0), [1.3, 1e-2], 0.1, 30))
    assert downward_at_the_end(reading) is None


def test_a_loss_that_rises_is_not_level(walk: Walk) -> None:
    trace = walk(saddle(1.0), [1.3, 1e-9], 0.1, 61)
    late = np.arange(61) >= 31
    assert downward_at_the_end(reading_of(replace(trace, loss=trace.loss + 0.001 * late))) is None


def known(smallest: float, **more: object) -> Reading:
    trace = Trace(
        np.arange(40),
        np.full(40, 2.5),
        np.full(40, 0.1),
        "gradient_descent",
        ("a", "b"),
        Stop("budget", "as many as were allowed"),
        facts={"sharpness": Fact(4.0, "known"), "smallest_eigenvalue": Fact(smallest, "known")},
    )
    return Reading(replace(trace, **more), Context())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("smallest", "seen"), [(-1.0, -1.0), (-1e-5, -1e-5), (-1e-6, 0.0), (1e-6, 0.0), (0.5, 0.5)]
)
def test_rounding_of_a_known_curvature_is_zero(smallest: float, seen: float) -> None:
    assert smallest_curvature(known(smallest)) == seen


def test_known_curvatures_decide(walk: Walk) -> None:
    ground = downward_at_the_end(known(-1.0))
    assert ground is not None
    assert (ground.curvature, ground.fell, ground.opens) == (-1.0, 0.0, True)
    assert downward_at_the_end(known(-1e-7)) is None
    assert downward_at_the_end(known(0.5)) is None


def test_a_stop_as_converged_is_level_whatever_the_loss_did() -> None:
    falling = np.linspace(10.0, 1.0, 40)
    assert downward_at_the_end(known(-1.0, loss=falling)) is None
    there = Stop("converged", "the gradient has vanished")
    assert downward_at_the_end(known(-1.0, loss=falling, stop=there)) is not None


def test_where_the_rate_is_not_known_it_may_open() -> None:
    unknown = known(-1e-4, learning_rate=np.full(40, np.nan))
    ground = downward_at_the_end(unknown)
    assert ground is not None
    assert ground.opens
    slow = downward_at_the_end(known(-1e-4))
    assert slow is not None
    assert not slow.opens


def test_losses_alone_know_no_curvature() -> None:
    assert smallest_curvature(known(-1.0, facts={})) is None
    assert downward_at_the_end(known(-1.0, facts={})) is None
