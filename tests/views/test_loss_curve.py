"""The curve of J shows the way down, whatever the losses are."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steepest.run import Run
from steepest.trace import Fact, Stop, Trace
from steepest.views.loss_curve import loss_curve, thinned
from steepest.views.plots import plot

Array = np.ndarray


def trace_of(loss: Array, *, least: float | None = None, **more: Any) -> Trace:
    facts = {} if least is None else {"minimum_loss": Fact(least, "by hand")}
    return Trace(
        step=more.pop("step", np.arange(len(loss))),
        loss=np.asarray(loss, dtype=float),
        learning_rate=np.full(len(loss), 0.1),
        rule="gradient_descent",
        names=("w",),
        stop=Stop("budget", "by hand"),
        facts=facts,
        **more,
    )


def test_losses_within_two_decades_are_drawn_as_they_are_with_their_floor() -> None:
    curve = loss_curve(trace_of(np.linspace(100, 50, 30), least=40.0))
    assert (curve.log, curve.floor, curve.label) == (False, 40.0, "cost J")
    assert curve.height.tolist() == np.linspace(100, 50, 30).tolist()


def test_losses_over_more_than_two_decades_get_a_logarithmic_axis() -> None:
    assert loss_curve(trace_of(np.geomspace(1000, 1, 30))).log
    assert not loss_curve(trace_of(np.append(np.geomspace(1000, 1, 30), 0.0))).log
    assert not loss_curve(trace_of(-np.geomspace(1000, 1, 30))).log


def test_a_corner_is_drawn_as_what_is_left_above_the_least_possible() -> None:
    left = 100 * 0.5 ** np.arange(200)
    curve = loss_curve(trace_of(50 + left, least=50.0))
    assert curve.of_rest
    assert curve.log
    assert curve.floor is None
    assert "above the least possible" in curve.label
    assert curve.height[:20] == pytest.approx(left[:20])
    assert curve.rounded is not None
    assert curve.rounded == curve.step[-1]
    assert 40 < curve.rounded < 60  # 100 / 2^50 is about the rounding of 50


def test_a_corner_without_a_known_floor_gets_a_logarithmic_axis() -> None:
    assert loss_curve(trace_of(0.02 + 0.5 ** np.arange(200))).log


def test_most_of_the_way_in_the_first_steps_of_many_gets_logarithmic_steps() -> None:
    assert loss_curve(trace_of(1e-3 + 1 / (1 + np.arange(5000.0)) ** 2)).log_step
    assert not loss_curve(trace_of(np.linspace(100, 50, 5000))).log_step
    assert not loss_curve(trace_of(1 / (1 + np.arange(50.0)))).log_step


def test_a_floor_far_below_does_not_squeeze_the_curve() -> None:
    losses = np.geomspace(1000, 1, 50)
    assert loss_curve(trace_of(losses, least=1e-30)).floor is None
    assert loss_curve(trace_of(losses, least=0.1)).floor == 0.1
    assert loss_curve(trace_of(losses, least=0.0)).floor is None


def test_the_step_where_it_stopped_being_finite_is_named() -> None:
    losses = np.array([1.0, 1e200, np.inf, np.nan])
    curve = loss_curve(trace_of(losses))
    assert curve.broken == 2
    assert curve.step.tolist() == [0, 1]


def test_batches_are_drawn_by_the_cost_of_all_rows_where_it_was_measured() -> None:
    losses = np.linspace(9, 5, 10)
    full = np.where(np.arange(10) % 3 == 0, 7.0 - 0.1 * np.arange(10), np.nan)
    measured = trace_of(losses, loss_of="batch", measures={"full_loss": full})
    assert loss_curve(measured).step.tolist() == [0, 3, 6, 9]
    assert loss_curve(measured).label == "cost J"
    assert loss_curve(trace_of(losses, loss_of="batch")).label == "cost J of each batch"
    (axes,) = plot(measured)
    assert [line.get_label() for line in axes.get_legend().get_lines()] == ["each batch"]


def test_validation_losses_are_drawn_beside() -> None:
    losses = np.linspace(9, 5, 10)
    (axes,) = plot(trace_of(losses, measures={"val_loss": losses + 1}))
    assert axes.get_legend().get_texts()[0].get_text() == "validation rows"


def test_thinning_keeps_the_ends_the_extremes_and_the_first_steps() -> None:
    rng = np.random.default_rng(0)
    height = rng.normal(size=300_000)
    height[123_456] = 50.0
    height[234_567] = -50.0
    rows = thinned(np.arange(300_000.0), height)
    assert len(rows) <= 2_100
    assert set(range(100)) <= set(rows.tolist())
    assert {0, 123_456, 234_567, 299_999} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()


def test_short_records_are_not_thinned() -> None:
    assert thinned(np.arange(2000.0), np.ones(2000)).tolist() == list(range(2000))


any_losses = arrays(
    np.float64,
    st.integers(1, 12),
    elements=st.floats(allow_nan=True, allow_infinity=True),
)


@settings(max_examples=60, deadline=None)
@given(any_losses, st.none() | st.floats(allow_nan=True))
def test_any_losses_can_be_drawn(losses: Array, least: float | None) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot(trace_of(losses, least=least), views="loss", axes=figure.add_subplot())
        figure.canvas.draw()


def test_the_curve_of_a_diverged_run_says_where_it_broke(run_of: Callable[[str], Run]) -> None:
    run = run_of("diverged")
    (axes,) = plot(run.trace, views="loss")
    words = " ".join(text.get_text() for text in axes.texts)
    first = int(run.trace.step[~np.isfinite(run.trace.loss)][0])
    assert f"no finite number from step {first:,} on" in words
