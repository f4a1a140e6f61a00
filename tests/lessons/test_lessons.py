from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import steepest.lessons
from steepest.lessons.houses import bowl_plot, houses
from steepest.lessons.part import Epochs, Heading, Look, Plot, Table, Try, Verdict, Words
from steepest.lessons.registry import LESSONS, lesson_named

PLAYED = {lesson.name: list(lesson.play()) for lesson in LESSONS}
SHARED = {"__init__", "curves", "houses", "part", "registry"}


def numbers(name: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in PLAYED[name]:
        if isinstance(part, Table):
            found |= part.numbers
    return found


def verdicts(name: str) -> list[str]:
    return [part.diagnosis.verdict for part in PLAYED[name] if isinstance(part, Verdict)]


def words(name: str) -> str:
    return " ".join(part.text for part in PLAYED[name] if isinstance(part, Words))


def test_every_lesson_file_is_in_the_registry():
    folder = Path(steepest.lessons.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - SHARED
    assert files == {lesson.name.replace("-", "_") for lesson in LESSONS}
    assert len({lesson.name for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize("name", PLAYED)
def test_a_lesson_says_what_to_look_at_before_it_shows_and_ends_with_a_verdict(name):
    parts = PLAYED[name]
    kinds = [type(part) for part in parts]
    shown = min(i for i, kind in enumerate(kinds) if kind in (Epochs, Table, Plot))
    assert Look in kinds[:shown]
    assert Try in kinds
    assert kinds[-1] is Verdict
    assert lesson_named(name).sentence.endswith(".")
    assert len(name) < 20
    assert len(lesson_named(name).sentence) <= 60


@pytest.mark.parametrize("name", PLAYED)
def test_parts_are_plain_text_with_finite_numbers(name):
    for part in PLAYED[name]:
        if isinstance(part, (Words, Heading)):
            assert part.text.isascii()
            assert "nan" not in part.text.split()
        if isinstance(part, Table):
            assert all(len(row) == len(part.head) for row in part.rows)
            assert all(np.isfinite(value) for value in part.numbers.values())
        if isinstance(part, Plot):
            assert all(len(layer.x) == len(layer.y) for layer in part.layers)


def test_slow_convergence_is_the_closed_form():
    (epochs,) = [part for part in PLAYED["slow-convergence"] if isinstance(part, Epochs)]
    np.testing.assert_allclose(epochs.trace.params[:, 0], 10 * 0.8 ** np.arange(51), rtol=1e-13)
    look = next(part for part in PLAYED["slow-convergence"] if isinstance(part, Look))
    assert "Epoch 33" in look.at[2]  # 100 * 0.64**33 = 4.0e-5, the first below 0.00005
    assert verdicts("slow-convergence") == ["converged"]


def test_the_oscillation_trap_keeps_its_loss_exactly():
    (epochs,) = [part for part in PLAYED["oscillation-trap"] if isinstance(part, Epochs)]
    assert set(epochs.trace.loss.tolist()) == {100.0}
    assert verdicts("oscillation-trap") == ["oscillating"]
    found = numbers("oscillation-trap")
    assert found["loss_after_50_at_0.1"] == pytest.approx(100 * 0.64**50, rel=1e-9)
    assert found["loss_after_50_at_0.9"] == pytest.approx(100 * 0.64**50, rel=1e-9)
    assert found["loss_after_50_at_1.1"] == pytest.approx(100 * 1.44**50, rel=1e-9)


def test_proportional_steps_say_how_much_of_it_is_luck():
    found = numbers("proportional-steps")
    assert [found[f"first_zero_from_{s}"] for s in ("9", "10", "15", "15.1", "20")] == [
        14, 15, 15, 16, 16,
    ]  # fmt: skip
    said = words("proportional-steps")
    assert "first at epoch 15" in said
    assert "partly luck" in said
    assert "so it is from 20" in said
    assert "no number of steps makes them exactly zero" in said


def test_the_weight_is_not_zero_even_where_the_print_says_so():
    for part in PLAYED["proportional-steps"]:
        if isinstance(part, Epochs):
            assert np.all(part.trace.params != 0.0)


def test_secants_close_in_on_the_tangent_from_both_sides():
    found = numbers("tangent")
    assert found["tangent_slope"] == 6.0
    right = [found[f"secant_slope_run_{run}"] for run in ("2", "1", "0.1", "0.01", "0.001")]
    left = [found[f"secant_slope_run_-{run}"] for run in ("4", "2", "1", "0.1", "0.01", "0.001")]
    np.testing.assert_allclose(right, [8, 7, 6.1, 6.01, 6.001], rtol=1e-9)
    np.testing.assert_allclose(left, [2, 4, 5, 5.9, 5.99, 5.999], rtol=1e-9)
    assert found["slope_at_3"] == 6.0
    assert found["slope_at_-3"] == -6.0


def test_the_live_demo_is_stuck_raw_and_arrives_rescaled():
    data, found = houses(), numbers("live-demo")
    slope, intercept = np.polyfit(data.size, data.price, 1)
    assert found["raw_condition_number"] > 1e6
    assert abs(found["raw_b"] - 900.0) < 1.0
    assert found["rescaled_condition_number"] < 1e3
    assert found["rescaled_w"] == pytest.approx(1000 * slope, rel=1e-3)
    assert found["rescaled_b"] == pytest.approx(intercept, rel=1e-2)
    assert verdicts("live-demo") == ["ill_conditioned", "converged"]


def test_the_one_iteration_of_the_live_demo_is_right():
    data, found = houses(), numbers("live-demo")
    size = data.size / 1000.0
    residual = -100.0 * size + 900.0 - data.price
    assert found["dJ/dw"] == pytest.approx(np.mean(residual * size), rel=1e-10)
    assert found["dJ/db"] == pytest.approx(np.mean(residual), rel=1e-10)


def test_failures_are_told_apart():
    found = numbers("reading-failure")
    start = 0.5 * np.mean((900.0 - 0.1 * houses().size - houses().price) ** 2)
    assert found["bouncing_last_loss"] > start
    assert found["drifting_lowest_loss"] < 0.9 * start
    assert found["drifting_last_loss"] > start
    assert 0.5 * start < found["crawling_last_loss"] < start
    assert found["claimed_dJ/db"] == pytest.approx(-found["measured_dJ/db"], rel=1e-6)
    assert verdicts("reading-failure")[:2] == ["diverging", "crawling"]


def test_one_minimum_and_two():
    found, data = numbers("one-minimum"), houses()
    size = data.size / 1000.0
    hessian = np.array([[np.mean(size**2), size.mean()], [size.mean(), 1.0]])
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert found["smallest_curvature"] == pytest.approx(eigenvalues[0], rel=1e-9)
    assert found["largest_curvature"] == pytest.approx(eigenvalues[1], rel=1e-9)
    lower, top, upper = np.sort(np.roots([4.0, 0.0, -6.0, 1.0]).real)
    assert 0.1 < top < 0.2
    assert found["end_from_2"] == pytest.approx(upper, abs=1e-6)
    assert found["end_from_0.2"] == pytest.approx(upper, abs=1e-6)
    assert found["end_from_0.1"] == pytest.approx(lower, abs=1e-6)
    assert found["end_from_-2"] == pytest.approx(lower, abs=1e-6)
    assert "one minimum" in words("one-minimum")
    assert "flat along" in words("one-minimum")


def test_scaling_takes_the_condition_number_and_the_steps_down():
    found, size = numbers("scaling"), houses().size
    for name, unit in (("square feet", 1.0), ("thousand sq. feet", 1000.0)):
        x = size / unit
        hessian = np.array([[np.mean(x**2), x.mean()], [x.mean(), 1.0]])
        assert found[f"condition_number, {name}"] == pytest.approx(
            np.linalg.cond(hessian), rel=1e-6
        )
    assert found["condition_number, standardised"] == pytest.approx(1.0)
    ways = ("square feet", "square metres", "thousand sq. feet", "standardised")
    steps = [found[f"steps_to_99_percent, {way}"] for way in ways]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 1e6
    assert steps[-1] == 1


def test_small_batches_win_the_beginning_and_hover_at_the_end():
    found = numbers("batch-or-sample")
    assert found["excess_at_the_end, 8 rows"] < found["excess_at_the_end, all rows"]
    assert found["hovers_at, 1 row"] > 5 * found["hovers_at, 1 row, slow"]
    assert verdicts("batch-or-sample")[-1] == "noise_floor"


def test_contours_are_where_the_cost_is_the_same():
    from steepest.descent.descend import descend

    objective = houses().objective(1000.0)
    trace = descend(objective, (-100.0, 900.0), steps=20, tolerance=0.0)
    plot = bowl_plot("", objective.bowl, trace)
    least = objective.bowl.minimum_loss
    for layer, share in zip(plot.layers, (0.0625, 0.25, 1.0), strict=False):
        points = np.column_stack([layer.x, layer.y])
        heights = np.array([objective.bowl.loss(point) for point in points])
        np.testing.assert_allclose(heights - least, share * (trace.loss[0] - least), rtol=1e-6)
