from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.learning_curve import (
    learning_curve,
    learning_trials,
    nested_order,
    sizes_of,
)
from steepest.evaluation.studies.trials import Trials

COLUMNS = 4


@dataclass(frozen=True)
class Line:
    params: np.ndarray

    def predict(self, data: pl.DataFrame, /) -> np.ndarray:
        return data.to_numpy() @ self.params[1:] + self.params[0]


def least_squares(frame: pl.DataFrame, target: np.ndarray) -> Line:
    X = np.column_stack([np.ones(frame.height), frame.to_numpy()])
    return Line(np.linalg.lstsq(X, target, rcond=None)[0])


def normal_trials(train: int, judge: int, noise: float, seed: int = 0) -> Trials:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(train + judge, COLUMNS))
    target = X @ np.arange(1.0, COLUMNS + 1) + rng.normal(0.0, noise, train + judge)
    frame = pl.DataFrame({f"x{j}": X[:, j] for j in range(COLUMNS)})
    rows = np.arange(train + judge)
    return Trials(frame, target, ((rows[:train], rows[train:]),), main_score("squared"))


@pytest.mark.parametrize("size", [12, 30, 100])
def test_the_curve_of_least_squares_is_the_known_one(size: int) -> None:
    """Of normal columns: σ² (1 + 1/n) (n - 2) / (n - p - 2), and σ² (1 - (p + 1) / n) within."""
    noise = 2.0
    trials = normal_trials(20_000, 1_000, noise)
    ((at, trial),) = learning_trials(trials, least_squares, [size], repeats=300)
    assert at == size
    expected = noise**2 * (1 + 1 / size) * (size - 2) / (size - COLUMNS - 2)
    assert trial.losses.mean() == pytest.approx(expected, rel=0.06)
    assert trial.trained == pytest.approx(noise**2 * (1 - (COLUMNS + 1) / size), rel=0.06)


def test_sizes_double_up_to_all_rows() -> None:
    assert sizes_of(normal_trials(400, 50, 1.0), 5) == (12, 25, 50, 100, 200, 400)
    assert sizes_of(normal_trials(400, 50, 1.0), 5_000) == (100, 200, 400)
    assert sizes_of(normal_trials(19, 5, 1.0), 5) == ()


def test_each_size_holds_the_rows_of_the_smaller_ones_and_of_classes_their_share() -> None:
    classes = np.repeat([0.0, 1.0, 2.0], [70, 20, 10])
    order = nested_order(100, classes, 1)
    assert sorted(order.tolist()) == list(range(100))
    for size in (10, 50):
        assert np.bincount(classes[order[:size]].astype(int)).tolist() == [
            size * 7 // 10,
            size * 2 // 10,
            size // 10,
        ]
    assert nested_order(100, classes, 2).tolist() != order.tolist()


def test_a_curve_that_still_rises_says_so_and_one_that_is_flat_too() -> None:
    trials = normal_trials(24, 3_000, 4.0)
    rising = learning_curve(trials, list(learning_trials(trials, least_squares, (12, 24))))
    assert "more rows would help." in rising.sentence
    assert "It over-fits" in rising.sentence or "does not" in rising.sentence
    trials = normal_trials(8_000, 400, 1.0)
    flat = learning_curve(trials, list(learning_trials(trials, least_squares, (4_000, 8_000))))
    assert "hardly help" in flat.sentence or "but little" in flat.sentence
    assert "It does not over-fit" in flat.sentence
    assert flat.points[-1].train == pytest.approx(30 / 31, abs=0.01)


def test_too_few_rows_make_no_curve() -> None:
    trials = normal_trials(24, 30, 1.0)
    assert learning_curve(trials, []).sentence == "There are too few rows for a learning curve."
