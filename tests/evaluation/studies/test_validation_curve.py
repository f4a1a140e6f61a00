from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.trials import Trial, Trials
from steepest.evaluation.studies.validation_curve import (
    degrees_of,
    penalties_of,
    validation_curve,
    validation_trials,
)

ROWS = 200
RANDOM = np.random.default_rng(12)


def trials() -> Trials:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=2 * ROWS)})
    rows = np.arange(2 * ROWS)
    score = main_score("squared")
    return Trials(frame, rng.normal(size=2 * ROWS), ((rows[:ROWS], rows[ROWS:]),), score)


def found(
    held_out: list[float], train: list[float], spread: float = 0.5
) -> list[tuple[float, Trial]]:
    """Trials with those mean losses, paired so that differences are sure."""
    noise = np.random.default_rng(1).normal(0.0, spread, ROWS)
    noise -= noise.mean()
    return [
        (float(i + 1), Trial(mean + noise, inner))
        for i, (mean, inner) in enumerate(zip(held_out, train, strict=True))
    ]


def test_the_best_the_simplest_and_what_sets_in() -> None:
    curve = validation_curve(
        trials(), "degree", found([0.9, 0.4, 0.39, 3.0], [0.9, 0.4, 0.3, 0.1]), 1
    )
    assert (curve.best, curve.simplest, curve.asked) == (3.0, 2.0, 1.0)
    assert "is best at degree 3" in curve.sentence
    assert "worse than the best" in curve.sentence
    assert "too plain to follow" in curve.sentence
    assert "1, which was asked for, is worse, by" in curve.sentence
    assert curve.sentence.endswith(
        "than 2, the lowest degree within one standard error of the best: try --degree 2."
    )
    assert curve.advised == 2.0


def test_a_setting_that_is_not_shown_to_be_worse_is_not_pressed() -> None:
    (_, asked), (_, best) = found([0.5, 0.49], [0.5, 0.4])
    shaken = RANDOM.normal(0.0, 0.2, ROWS)
    best = Trial(best.losses + shaken - shaken.mean(), best.trained)
    curve = validation_curve(trials(), "degree", [(1.0, asked), (2.0, best)], 1)
    assert (curve.best, curve.advised) == (2.0, None)
    assert "1, which was asked for, is not shown to be worse." in curve.sentence
    assert "try --" not in curve.sentence
    asked_best = validation_curve(trials(), "l2", found([0.4, 0.401, 0.9], [0.3, 0.3, 0.8]), 1.0)
    assert asked_best.simplest == 2.0
    assert "which was asked for" in asked_best.sentence
    assert "simpler" not in asked_best.sentence
    assert asked_best.advised is None


def test_over_fitting_is_told_by_the_gap_though_the_loss_against_the_best_is_unsure() -> None:
    """The Californian houses at degree 4: a few rows are missed by far."""
    rng = np.random.default_rng(4)
    rough = rng.normal(0.0, 1.0, ROWS) ** 2
    rough[:2] += 60.0
    own = trials()
    best, end = Trial(rng.normal(0.0, 0.5, ROWS) ** 2, 0.25, 0.01), Trial(rough, 0.1, 0.01)
    curve = validation_curve(own, "degree", [(1.0, best), (2.0, end)], 1)
    assert own.gain(best, end)[0] > 0
    assert "it over-fits, by a gap of" in curve.sentence
    assert "few rows" not in curve.sentence


def test_of_a_penalty_the_largest_is_the_simplest() -> None:
    held_out = found([0.5, 0.4, 0.41, 0.9], [0.1, 0.2, 0.3, 0.9])
    curve = validation_curve(trials(), "l2", held_out, 2.0)
    assert (curve.best, curve.simplest) == (2.0, 3.0)
    assert "0.6" in curve.sentence
    assert "which was asked for" in curve.sentence
    assert "try" not in curve.sentence


def test_what_is_not_finite_is_never_the_best() -> None:
    diverged = [(2.0, Trial(np.full(ROWS, np.nan), np.nan))]
    curve = validation_curve(trials(), "degree", found([0.9], [0.9]) + diverged, 2)
    assert curve.best == 1.0
    nothing = validation_curve(trials(), "degree", diverged, 2)
    assert nothing.sentence == "No degree gives finite predictions."


def test_settings_that_are_tried() -> None:
    contract = read_contract(
        read_table({"a": [1.0, 2.0, 4.0], "b": [3.0, 1.0, 2.5], "y": [1.0, 0.0, 3.0]}), "y"
    )
    assert degrees_of(contract, 1, 19) == (1, 2, 3, 4)
    assert degrees_of(contract, 6, 6) == (1, 2, 6)
    text = read_contract(read_table({"a": ["u", "v", "u"], "y": [1.0, 0.0, 3.0]}), "y")
    assert degrees_of(text, 1, 20) == ()
    assert penalties_of(0.5)[0] == 0.0
    assert 0.5 in penalties_of(0.5)
    assert penalties_of(0.0).count(0.0) == 1


def test_every_setting_is_tried_by_its_own_training() -> None:
    asked: list[float] = []

    class Zero:
        def predict(self, data: pl.DataFrame, /) -> np.ndarray:
            return np.zeros(data.height)

    def train_at(setting: float) -> Callable[..., Zero]:
        asked.append(setting)
        return lambda frame, target: Zero()

    own = trials()
    done = list(validation_trials(own, (1.0, 2.0), train_at))
    assert asked == [1.0, 2.0]
    assert done[0][1].losses == pytest.approx(own.target[ROWS:] ** 2)
    assert done[0][1].trained == pytest.approx((own.target[:ROWS] ** 2).mean())
