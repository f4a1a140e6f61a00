"""The descent: update, record, endings, and arguments that make no sense."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Generator

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.descent.interruption import Interruption
from steepest.descent.recorder import Recorder, Row, Schedule
from steepest.descent.start import start_from
from steepest.errors import InputError
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares

BOWL = objective_from(lambda w: float(w @ w), lambda w: 2 * w)


def test_the_smallest_case_to_the_last_bit() -> None:
    trace = descend(BOWL, [10.0], learning_rate=0.1, steps=50, tolerance=0)
    w, wanted = 10.0, []
    for _ in range(51):
        wanted.append(w)
        w = w - 0.1 * (2 * w)
    assert trace.params is not None
    assert trace.params[:, 0].tolist() == wanted
    assert trace.stop.reason == "budget"


def test_all_parameters_move_at_once() -> None:
    """One after the other would give another second parameter."""
    objective = objective_from(
        lambda p: float(p[0] * p[1]), lambda p: np.array([p[1], p[0]]), names=("a", "b")
    )
    trace = descend(objective, [1.0, 2.0], learning_rate=0.5, steps=1, tolerance=0)
    assert trace.last_params.tolist() == [0.0, 1.5]


def test_every_recorded_row_reaches_on_step_in_order() -> None:
    seen: list[int] = []
    trace = descend(BOWL, [10.0], steps=25, tolerance=0, on_step=lambda row: seen.append(row.step))
    assert seen == trace.step.tolist() == list(range(26))


def test_an_interrupt_keeps_what_was_recorded() -> None:
    def stop_at_seven(row: Row) -> None:
        if row.step == 7:
            raise KeyboardInterrupt

    trace = descend(BOWL, [10.0], learning_rate=0.1, steps=50, on_step=stop_at_seven)
    assert trace.stop.reason == "interrupted"
    assert trace.step[-1] == 7
    assert "step 7" in trace.stop.because


@pytest.fixture
def listening() -> Generator[None]:
    """Ctrl-C as in a terminal, even where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_the_first_ctrl_c_ends_the_step_and_the_second_acts_as_always() -> None:
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        assert interruption.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_inside_compiled_code_keeps_the_record() -> None:
    X, y = np.ones((300_000, 3)), (np.arange(300_000) % 3 == 0).astype(float)
    objective = GeneralizedLinear(X, y)
    descend(objective, learning_rate=1e-6, steps=2)  # compiles before the clock runs
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    trace = descend(objective, learning_rate=1e-6, steps=10**6, tolerance=0)
    timer.join()
    assert trace.stop.reason == "interrupted"
    assert len(trace) == trace.step[-1] + 1


def test_overflow_ends_it_and_says_where() -> None:
    trace = descend(BOWL, [10.0], learning_rate=2.0, steps=5000)
    assert trace.stop.reason == "non_finite"
    assert f"{trace.step[-1]:,}" in trace.stop.because


def test_a_user_function_stops_on_its_gradient_and_says_which() -> None:
    trace = descend(BOWL, [10.0], learning_rate=0.1, steps=500, tolerance=1e-6)
    assert trace.stop.reason == "converged"
    assert "gradient norm" in trace.stop.because
    assert trace.stop.bound is None


def test_long_records_are_thinned_and_keep_first_last_and_extremes() -> None:
    def cost(w: np.ndarray) -> float:
        return float(w[0])

    trace = descend(
        objective_from(cost, lambda w: np.array([1.0 if w[0] > -12_345 else -1.0])),
        [0.0],
        learning_rate=1.0,
        steps=25_001,
        tolerance=0,
    )
    assert len(trace) < 20_000
    assert trace.step[0] == 0
    assert trace.step[-1] == 25_001
    assert trace.loss.min() == -12_345.0
    assert "thinning" in trace.facts


def test_schedule_and_membership_agree() -> None:
    schedule = Schedule(dense=100)
    kept = [step for step in range(5_001) if step in schedule]
    assert schedule.up_to(5_000).tolist() == sorted({*kept, 5_000})


def test_recorder_inserts_the_extremes_in_order() -> None:
    recorder = Recorder(Schedule(dense=4), 1)
    losses = [9, 8, 7, 6, 5, -1, 4, 99, 3, 2, 1]
    for step, loss in enumerate(losses):
        recorder.add(Row(step, float(loss), np.zeros(1), np.zeros(1), 0.1))
    columns = recorder.columns()
    assert columns.step.tolist() == sorted(columns.step.tolist())
    assert {5, 7, 10} <= set(columns.step.tolist())
    assert 9 not in columns.step.tolist()


def test_mini_batches_go_through_every_row_once_an_epoch() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 1)), rng.normal(size=10)
    trace = descend(LeastSquares(X, y), batch=4, steps=9, tolerance=0, seed=3)
    assert trace.loss_of == "batch"
    full = trace.measures["full_loss"]
    assert np.flatnonzero(np.isfinite(full)).tolist() == [0, 3, 6, 9]
    again = descend(LeastSquares(X, y), batch=4, steps=9, tolerance=0, seed=3)
    assert again.loss.tolist() == trace.loss.tolist()
    other = descend(LeastSquares(X, y), batch=4, steps=9, tolerance=0, seed=4)
    assert other.loss.tolist() != trace.loss.tolist()


def test_mini_batches_with_the_automatic_rate_come_near_the_minimum() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 3))
    y = X @ [1.0, 2.0, -1.0] + 0.1 * rng.normal(size=500)
    objective = LeastSquares(X, y)
    trace = descend(objective, batch=20, steps=2_000, tolerance=0)
    assert np.linalg.norm(trace.last_params - objective.bowl.minimum) < 0.05


def test_the_rest_of_an_epoch_is_a_smaller_step() -> None:
    """One row left over by batches of 200 is no reason for a step meant for 200."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(201, 40))
    y = X @ rng.normal(size=40) + rng.normal(size=201)
    trace = descend(LeastSquares(X, y), batch=200, steps=400, tolerance=0)
    assert trace.learning_rate[1] == pytest.approx(trace.learning_rate[0] / 200)
    full = trace.measures["full_loss"]
    assert np.nanmax(full[100:]) < full[0]
    assert np.isfinite(full[-1])


def test_a_bare_function_is_no_objective() -> None:
    with pytest.raises(InputError, match="objective_from"):
        descend(lambda w: 0.0, [1.0])  # type: ignore[arg-type]


def test_a_batch_above_the_rows_is_refused() -> None:
    with pytest.raises(InputError, match="there are 3 rows"):
        descend(LeastSquares(np.eye(3), np.ones(3)), batch=4)
    with pytest.raises(InputError, match="no rows"):
        descend(BOWL, [1.0], batch=4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"learning_rate": 0.0}, "above 0"),
        ({"learning_rate": -1.0}, "above 0"),
        ({"learning_rate": math.nan}, "above 0"),
        ({"learning_rate": math.inf}, "above 0"),
        ({"learning_rate": "fast"}, "'auto'"),
        ({"steps": -1}, "whole number"),
        ({"steps": 10**13}, "1e12"),
        ({"batch": 0}, "from 1"),
        ({"tolerance": -1e-3}, "tolerance"),
        ({"tolerance": math.nan}, "tolerance"),
        ({"start": [1.0, 2.0]}, "start has 2 numbers; expected 1"),
        ({"start": [math.inf]}, "finite"),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        descend(BOWL, **{"start": [1.0], **arguments})  # type: ignore[arg-type]


def test_adaptive_needs_no_tuning_across_scales() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(float)
    for scale in (1e-3, 1.0, 1e3):
        trace = descend(GeneralizedLinear(X * scale, y, intercept=False), steps=5_000)
        assert trace.stop.reason == "converged"


class TestStart:
    NAMES = ("size", "intercept")

    def test_by_name_and_by_place(self) -> None:
        assert start_from("size=-0.1,intercept=900", self.NAMES, 0).tolist() == [-0.1, 900.0]
        assert start_from("-0.1, 900", self.NAMES, 0).tolist() == [-0.1, 900.0]
        assert start_from({"intercept": 900}, self.NAMES, 0).tolist() == [0.0, 900.0]
        assert start_from("zeros", self.NAMES, 0).tolist() == [0.0, 0.0]

    def test_random_is_the_seed_s(self) -> None:
        first = start_from("random", self.NAMES, 1)
        assert first.tolist() == start_from("random", self.NAMES, 1).tolist()
        assert first.tolist() != start_from("random", self.NAMES, 2).tolist()

    @pytest.mark.parametrize("text", ["a,b", "1,nan", "size=x", "1,2,3", "sise=1", ""])
    def test_what_makes_no_sense_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="start"):
            start_from(text, self.NAMES, 0)
