from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_absolute_error,
    mean_poisson_deviance,
    r2_score,
    root_mean_squared_error,
)

from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import Score
from steepest.evaluation.scoring.scores import (
    Scored,
    confusion_of,
    error_of,
    score_classes,
    score_number,
)
from steepest.trace import Array


def named(scored: Scored) -> dict[str, Score]:
    return {score.name: score for score in scored.scores}


def numbers(rows: int, noise: float, seed: int = 0) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    target = rng.normal(5.0, 2.0, size=rows)
    return target, target + noise * rng.normal(size=rows), np.full(rows, target.mean())


def test_scores_of_numbers_are_those_of_scikit_learn() -> None:
    target, predicted, baseline = numbers(200, 1.0)
    scored = score_number(target, predicted, baseline, unit="price")
    assert [score.name for score in scored.scores] == [
        "mean_absolute_error",
        "root_mean_squared_error",
        "r2",
    ]
    absolute, rms, r2 = scored.scores
    assert absolute.value == pytest.approx(mean_absolute_error(target, predicted), rel=1e-12)
    assert absolute.baseline == pytest.approx(mean_absolute_error(target, baseline), rel=1e-12)
    assert rms.value == pytest.approx(root_mean_squared_error(target, predicted), rel=1e-12)
    assert rms.baseline == pytest.approx(root_mean_squared_error(target, baseline), rel=1e-12)
    # the baseline is the mean of these very rows, so r2 is the usual one
    assert r2.value == pytest.approx(r2_score(target, predicted), rel=1e-12)
    assert (absolute.unit, rms.unit, r2.unit) == ("price", "price", "")
    assert (absolute.better, rms.better, r2.better) == ("lower", "lower", "higher")
    for score in scored.scores:
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value < score.high


@pytest.mark.parametrize(("noise", "better"), [(0.5, True), (2.0, None), (6.0, False)])
def test_better_worse_or_cannot_tell(noise: float, better: bool | None) -> None:
    assert score_number(*numbers(60, noise), unit="").better_than_baseline is better


def test_the_verdict_is_the_sign_of_the_interval_of_r2() -> None:
    verdicts = set()
    for seed in range(40):
        scored = score_number(*numbers(25, 1.7, seed), unit="")
        r2 = named(scored)["r2"]
        assert r2.low is not None
        assert r2.high is not None
        verdict = True if r2.low > 0 else False if r2.high < 0 else None
        assert scored.better_than_baseline is verdict
        verdicts.add(verdict)
    assert {True, None} <= verdicts


def test_a_model_as_good_as_the_mean_is_seldom_called_better() -> None:
    verdicts = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        target, predicted, baseline = rng.normal(size=(3, 80))
        verdicts.append(score_number(target, predicted, baseline, unit="").better_than_baseline)
    assert sum(verdict is not None for verdict in verdicts) <= 20


@pytest.mark.parametrize("rows", [1, 2, 3, 9])
def test_few_rows_get_no_interval_and_no_verdict(rows: int) -> None:
    scored = score_number(*numbers(rows, 0.01), unit="")
    assert scored.better_than_baseline is None
    assert all(score.low is None and score.high is None for score in scored.scores)
    assert all(np.isfinite(score.value) for score in scored.scores)


def test_r2_of_one_row_compares_with_the_training_mean() -> None:
    scored = score_number(np.array([4.0]), np.array([3.0]), np.array([2.0]), unit="")
    assert named(scored)["r2"].value == 0.75


def test_a_constant_target_leaves_nothing_to_remove() -> None:
    target = np.full(30, 0.1 + 0.2)
    exact = score_number(target, target.copy(), np.full(30, 0.3), unit="")
    assert named(exact)["mean_absolute_error"].value == 0
    assert named(exact)["r2"] == Score("r2", 0.0, None, None, 0.0, "higher")
    assert exact.better_than_baseline is None
    wrong = score_number(target, target + 1, np.full(30, 0.3), unit="")
    assert named(wrong)["r2"].value == 0
    assert wrong.better_than_baseline is False


def test_a_perfect_model_is_better() -> None:
    target, _, baseline = numbers(30, 0.0)
    scored = score_number(target, target.copy(), baseline, unit="")
    assert named(scored)["r2"].value == 1
    assert scored.better_than_baseline is True


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_scores_scale_with_the_target_and_neither_overflow_nor_vanish(scale: float) -> None:
    target, predicted, baseline = numbers(50, 1.0)
    plain = score_number(target, predicted, baseline, unit="")
    scaled = score_number(scale * target, scale * predicted, scale * baseline, unit="")
    for one, other, factor in zip(plain.scores, scaled.scores, (scale, scale, 1), strict=True):
        assert other.value == pytest.approx(factor * one.value, rel=1e-9)
        assert other.low == pytest.approx(factor * one.low, rel=1e-9)  # type: ignore[operator]
    assert scaled.better_than_baseline is plain.better_than_baseline is True


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_predictions_that_are_not_finite_are_no_better(bad: float) -> None:
    target, predicted, baseline = numbers(30, 1.0)
    predicted[3] = bad
    scored = score_number(target, predicted, baseline, unit="")
    assert scored.better_than_baseline is False
    for score in scored.scores:
        assert np.isnan(score.value)
        assert score.low is None
        assert np.isfinite(score.baseline)


def test_a_prediction_far_beyond_the_baseline_is_worse_without_a_warning() -> None:
    target, predicted, baseline = numbers(30, 1.0)
    scored = score_number(target, 1e300 * predicted, baseline, unit="")
    assert scored.better_than_baseline is False
    assert named(scored)["r2"].value == -np.inf


def test_rounding_is_no_error() -> None:
    assert error_of(np.array([1e9]), np.array([1e9 + 1e-6])).tolist() == [0.0]
    assert error_of(np.array([1e9]), np.array([1e9 + 1.0])).tolist() == [1.0]
    assert error_of(np.array([0.0]), np.array([1e-300])).tolist() == [1e-300]


def classes(rows: int, skill: float, seed: int = 0) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    score = rng.normal(size=rows)
    target = (rng.random(rows) < 1 / (1 + np.exp(-skill * score))).astype(float)
    return target, 1 / (1 + np.exp(-skill * score)), np.full(rows, target.mean())


def test_scores_of_classes_are_those_of_scikit_learn() -> None:
    target, probability, share = classes(300, 2.0)
    probability[:2] = 0.0, 1.0
    scored = score_classes(target, probability, share, threshold=0.5)
    assert [score.name for score in scored.scores] == ["log_loss", "accuracy", "roc_auc"]
    scores = named(scored)
    assert scores["log_loss"].value == pytest.approx(log_loss(target, probability), rel=1e-12)
    assert scores["log_loss"].baseline == pytest.approx(log_loss(target, share), rel=1e-12)
    assert scores["accuracy"].value == accuracy_score(target, probability >= 0.5)
    assert scores["accuracy"].baseline == max(target.mean(), 1 - target.mean())
    assert scores["roc_auc"].baseline == 0.5
    for score in scored.scores:
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value < score.high


@pytest.mark.parametrize(("skill", "better"), [(3.0, True), (0.05, None)])
def test_probabilities_better_or_not_shown(skill: float, better: bool | None) -> None:
    assert score_classes(*classes(200, skill), threshold=0.5).better_than_baseline is better


def test_wrong_probabilities_are_worse() -> None:
    target, probability, share = classes(200, 3.0)
    assert (
        score_classes(target, 1 - probability, share, threshold=0.5).better_than_baseline is False
    )


@pytest.mark.parametrize("only", [0.0, 1.0])
@pytest.mark.parametrize("rows", [1, 2, 40])
def test_a_single_class_has_no_roc_auc(only: float, rows: int) -> None:
    target, probability = np.full(rows, only), np.full(rows, 0.5)
    scored = score_classes(target, probability, np.full(rows, only), threshold=0.5)
    assert [score.name for score in scored.scores] == ["log_loss", "accuracy"]
    assert named(scored)["log_loss"].value == pytest.approx(np.log(2))
    assert named(scored)["accuracy"].baseline == 1
    assert scored.better_than_baseline is (None if rows < 10 else False)


def test_the_decision_is_at_and_above_the_threshold() -> None:
    target, probability = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.7, 0.69, 0.7, 0.1])
    scored = score_classes(target, probability, np.full(4, 0.5), threshold=0.7)
    assert named(scored)["accuracy"].value == 0.5
    assert confusion_of(target, probability, 0.7) == Confusion(0.7, 1, 1, 1, 1)


def test_probabilities_that_are_not_finite_are_no_better() -> None:
    target, probability, share = classes(40, 2.0)
    probability[0] = np.nan
    scored = score_classes(target, probability, share, threshold=0.5)
    assert scored.better_than_baseline is False
    assert all(np.isnan(score.value) and score.low is None for score in scored.scores)
    assert all(np.isfinite(score.baseline) for score in scored.scores)


def counts(rows: int = 200, skill: float = 1.0) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(6)
    score = rng.normal(size=rows)
    target = rng.poisson(np.exp(score)).astype(float)
    return target, np.exp(skill * score + 0.1), np.full(rows, target.mean())


def test_counts_have_the_poisson_deviance_of_scikit_learn() -> None:
    target, predicted, baseline = counts()
    scored = score_number(target, predicted, baseline, unit="", judge="deviance")
    assert len(scored.scores) == 4
    deviance = named(scored)["mean_poisson_deviance"]
    assert deviance.value == pytest.approx(mean_poisson_deviance(target, predicted), rel=1e-12)
    assert deviance.baseline == pytest.approx(mean_poisson_deviance(target, baseline), rel=1e-12)
    assert deviance.low is not None
    assert deviance.high is not None
    assert deviance.low < deviance.value < deviance.high
    others = score_number(target, predicted, baseline, unit="")
    assert scored.scores[:3] == others.scores


def test_counts_are_judged_by_their_deviance() -> None:
    assert score_number(*counts(), unit="", judge="deviance").better_than_baseline is True
    assert (
        score_number(*counts(skill=-1.0), unit="", judge="deviance").better_than_baseline is False
    )


def test_no_count_where_none_was_expected_costs_nothing() -> None:
    target, predicted = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0])
    scored = score_number(target, predicted, np.ones(3), unit="", judge="deviance")
    assert named(scored)["mean_poisson_deviance"].value == 0
    predicted = np.array([0.5, 0.0, 2.0])
    scored = score_number(target, predicted, np.ones(3), unit="", judge="deviance")
    assert named(scored)["mean_poisson_deviance"].value == np.inf


def test_outliers_are_forgiven_where_absolute_errors_judge() -> None:
    target, predicted, baseline = numbers(100, 0.1)
    target[:4] += 400.0
    baseline[:] = target.mean()
    squared = score_number(target, predicted, baseline, unit="")
    absolute = score_number(target, predicted, baseline, unit="", judge="absolute")
    assert squared.better_than_baseline is not True
    assert absolute.better_than_baseline is True
    assert absolute.scores == squared.scores


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_counts_predicted_without_end_are_no_better_than_the_mean(bad: float) -> None:
    target, predicted, baseline = counts()
    predicted[7] = bad
    with np.errstate(all="ignore"):
        scored = score_number(target, predicted, baseline, unit="", judge="deviance")
    assert np.isnan(named(scored)["mean_poisson_deviance"].value)
    assert scored.better_than_baseline is False
