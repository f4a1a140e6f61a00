from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.gap import gap_of
from steepest.evaluation.studies.learning_curve import (
    learning_curve,
    learning_trials,
    nested_order,
    sizes_of,
)
from steepest.evaluation.studies.trials import Trial, Trials

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
    assert "over-fits" in rising.sentence
    trials = normal_trials(8_000, 400, 1.0)
    flat = learning_curve(trials, list(learning_trials(trials, least_squares, (4_000, 8_000))))
    assert "hardly help" in flat.sentence or "but little" in flat.sentence
    assert "It does not over-fit" in flat.sentence
    assert flat.points[-1].train == pytest.approx(30 / 31, abs=0.01)


def test_the_gap_covers_what_it_is_on_average() -> None:
    """Of least squares: R² falls from 1 - (1 - (p + 1) / n) c to 1 - (1 + ...) c."""
    size, noise = 30, 4.0
    variance = noise**2 + sum(j**2 for j in range(1, COLUMNS + 1))
    inner = noise**2 * (1 - (COLUMNS + 1) / size)
    outer = noise**2 * (1 + 1 / size) * (size - 2) / (size - COLUMNS - 2)
    held = 0
    for seed in range(120):
        trials = normal_trials(size, 100, noise, seed)
        trial = trials.judge(least_squares, and_trained=True)
        _, low, high = gap_of(trials, trial).size
        assert low is not None
        assert high is not None
        held += low <= (outer - inner) / variance <= high
    assert 0.88 <= held / 120 <= 0.99


def test_over_fitting_is_one_verdict_by_the_interval_of_the_gap() -> None:
    trials = normal_trials(24, 3_000, 4.0)
    ((_, over),) = learning_trials(trials, least_squares, [10], repeats=20)
    assert gap_of(trials, over).verdict == "over"
    flat = normal_trials(4_000, 2_000, 1.0)
    assert gap_of(flat, flat.judge(least_squares, and_trained=True)).verdict == "not"
    few = normal_trials(40, 30, 4.0)
    assert gap_of(few, few.judge(least_squares, and_trained=True)).verdict == "unsure"
    assert gap_of(few, few.judge(least_squares)).verdict == "unsure"


def losing(trials: Trials, mean: float, trained: float, error: float = 0.01) -> Trial:
    noise = np.random.default_rng(0).normal(0.0, 0.3, len(trials.judging))
    return Trial(mean + noise - noise.mean(), trained, error)


def test_more_rows_are_no_cure_where_they_did_not_help() -> None:
    trials = replace(normal_trials(200, 400, 1.0), score=main_score("huber"))
    found = [(100.0, losing(trials, 1.0, 0.1)), (200.0, losing(trials, 1.2, 0.1))]
    said = learning_curve(trials, found, Facts(l2=0.01)).sentence
    assert "made it worse, by 0.2" in said
    assert "It over-fits" in said
    assert said.count("more rows") == 1
    assert "a larger penalty or fewer columns would narrow it" in said
    better = [found[1], (400.0, losing(trials, 1.0, 0.1))]
    said = learning_curve(trials, better, Facts(degree=2)).sentence
    assert "more rows, a lower degree or a penalty (--l2) would narrow it" in said


def test_without_a_minimum_rows_are_not_judged() -> None:
    trials = replace(normal_trials(200, 400, 1.0), score=main_score("huber"))
    found = [(100.0, losing(trials, 1.0, 0.1)), (200.0, losing(trials, 1.2, 0.1))]
    said = learning_curve(trials, found, Facts(bounded=False)).sentence
    assert "the cost has no minimum" in said
    assert "more rows would" not in said


def test_what_is_missed_goes_by_the_trees() -> None:
    trials = replace(normal_trials(200, 400, 1.0), score=main_score("huber"))
    found = [(100.0, losing(trials, 1.0, 0.99)), (200.0, losing(trials, 1.0, 0.99))]
    for richer, words in ((True, "as the trees show"), (False, "trees do no better")):
        said = learning_curve(trials, found, Facts(richer=richer)).sentence
        assert "does not over-fit" in said
        assert words in said


def test_too_few_rows_make_no_curve() -> None:
    trials = normal_trials(24, 30, 1.0)
    assert learning_curve(trials, []).sentence == "There are too few rows for a learning curve."
