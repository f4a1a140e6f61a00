from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.learning_curve import learning_curve
from steepest.evaluation.studies.trials import Trial, Trials

ROWS = 60
FRAME = pl.DataFrame({"x": np.arange(float(ROWS))})
FOLDS = tuple(
    (np.flatnonzero(np.arange(ROWS) % 5 != i), np.flatnonzero(np.arange(ROWS) % 5 == i))
    for i in range(5)
)


class Mean:
    def __init__(self, target: np.ndarray) -> None:
        self.mean = target.mean()

    def predict(self, data: pl.DataFrame, /) -> np.ndarray:
        return np.full(data.height, self.mean)


def test_the_mean_scores_as_the_baseline_does_over_all_folds() -> None:
    target = np.random.default_rng(0).normal(size=ROWS)
    trials = Trials(FRAME, target, FOLDS, main_score("squared"))
    trial = trials.judge(lambda frame, own: Mean(own), and_trained=True)
    assert trial.losses == pytest.approx(trials.baseline)
    assert trials.value(trial)[0] == pytest.approx(0.0, abs=1e-12)
    assert trials.trained_value(trial) == pytest.approx(0.0, abs=1e-12)
    assert trials.judging.tolist() == [row for i in range(5) for row in range(i, ROWS, 5)]


def test_intervals_over_folds_are_wider_by_the_rows_that_they_share() -> None:
    target = np.random.default_rng(0).normal(size=ROWS)
    trials = Trials(FRAME, target, FOLDS, main_score("squared"))
    assert trials.widen == pytest.approx(np.sqrt(1 + 60 / 48))
    assert Trials(FRAME, target, FOLDS[:1], main_score("squared")).widen == 1.0


def test_a_gain_is_above_zero_for_the_better_one_whatever_the_score() -> None:
    target = np.random.default_rng(0).normal(size=ROWS)
    good, bad = Trial(np.full(ROWS, 0.5)), Trial(np.full(ROWS, 0.8))
    for loss in ("squared", "huber"):
        trials = Trials(FRAME, target, FOLDS, main_score(loss))
        assert trials.gain(good, bad)[0] > 0
        assert trials.gain(bad, good)[0] < 0


def test_the_baseline_of_classes_is_their_shares() -> None:
    target = (np.arange(ROWS) % 3).astype(float)
    trials = Trials(FRAME, target, FOLDS[:1], main_score("softmax"), ("a", "b", "c"))
    assert trials.baseline == pytest.approx(np.log(3.0), abs=0.1)


def test_what_is_too_few_is_what_intervals_count() -> None:
    target = np.random.default_rng(0).normal(size=ROWS)
    trials = Trials(FRAME, target, FOLDS[:1], main_score("squared"))
    assert trials.counted == "rows"
    groups = replace(trials, rows_drawn=Drawn("groups", np.arange(ROWS) // 20))
    assert groups.counted == "groups"
    trial = groups.judge(lambda frame, own: Mean(own), and_trained=True)
    said = learning_curve(groups, [(24.0, trial), (48.0, trial)]).sentence
    assert "the groups are too few to judge" in said
    assert "of so few groups" in said
