from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn.calibration import calibration_curve

from steepest.evaluation.scoring.calibration import (
    bins_of,
    calibrate_classes,
    calibrate_number,
    calibrate_top,
    spiegelhalter,
)
from steepest.evaluation.scoring.calibration_line import line_of_numbers, line_of_odds
from steepest.trace import Array


def drawn(rows: int, sharpen: float = 1.0, seed: int = 0) -> tuple[Array, Array]:
    """What was the case, and probabilities whose log odds are `sharpen` times the true ones."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=rows)
    target = rng.random(rows) < 1 / (1 + np.exp(-odds))
    return target.astype(float), 1 / (1 + np.exp(-sharpen * odds))


def test_the_bins_are_those_of_scikit_learn() -> None:
    target, probability = drawn(1_000)
    bins = bins_of(target, probability)
    observed, predicted = calibration_curve(target, probability, n_bins=10, strategy="quantile")
    assert [part.observed for part in bins] == pytest.approx(observed.tolist(), abs=0.011)
    assert [part.predicted for part in bins] == pytest.approx(predicted.tolist(), abs=0.002)
    assert [part.rows for part in bins] == [100] * 10
    assert all(part.low is not None and part.low < part.observed for part in bins)


def test_equal_predictions_share_a_bin_and_few_rows_make_few() -> None:
    target, probability = drawn(300)
    bins = bins_of(target, np.round(probability))
    assert [part.predicted for part in bins] == [0, 1]
    assert len(bins_of(target[:35], probability[:35])) == 3
    assert len(bins_of(target, np.full(300, 0.4))) == 1


def test_the_error_is_the_mean_distance_over_the_bins() -> None:
    target, probability = drawn(500)
    found = calibrate_classes(target, probability, positive="ill")
    assert found is not None
    by_hand = sum(p.rows * abs(p.observed - p.predicted) for p in found.bins) / 500
    assert found.error == pytest.approx(by_hand)


def test_the_line_of_odds_is_the_maximum_of_the_likelihood() -> None:
    target, probability = drawn(400, sharpen=2.0)
    line = line_of_odds(target, probability)
    odds = np.log(probability / (1 - probability))

    def loss(params: Array) -> float:
        score = params[0] + params[1] * odds
        return float((np.logaddexp(0, score) - target * score).sum())

    best = optimize.minimize(loss, [0.0, 1.0], tol=1e-12)
    assert [line.intercept, line.slope] == pytest.approx(best.x.tolist(), abs=1e-5)
    score = best.x[0] + best.x[1] * odds
    weight = np.exp(-np.logaddexp(0, score) - np.logaddexp(0, -score))
    X = np.column_stack([np.ones(400), odds])
    spread = np.linalg.inv((X * weight[:, None]).T @ X)[1, 1] ** 0.5
    assert line.slope_high == pytest.approx(best.x[1] + 1.959964 * spread, rel=1e-5)


def test_probabilities_that_are_too_sure_and_too_timid_are_told() -> None:
    for sharpen, slope, word in ((2.0, 0.5, "too sure"), (0.4, 2.5, "too timid")):
        target, probability = drawn(4_000, sharpen)
        found = calibrate_classes(target, probability, positive="ill=yes")
        assert found is not None
        assert found.slope == pytest.approx(slope, rel=0.15)
        assert found.p_value is not None
        assert found.p_value < 0.001
        assert word in found.sentence
        assert "p below 0.001" in found.sentence


def test_true_probabilities_are_not_said_to_be_off() -> None:
    target, probability = drawn(2_000)
    found = calibrate_classes(target, probability, positive="ill=yes")
    assert found is not None
    assert found.p_value is not None
    assert found.p_value > 0.05
    assert found.slope_low is not None
    assert found.slope_high is not None
    assert found.slope_low < 1 < found.slope_high
    assert "not shown to be off" in found.sentence
    assert f"{100 * target.mean():.1f} % of the rows are ill=yes" in found.sentence


def test_spiegelhalter_is_the_brier_score_held_against_its_expectation() -> None:
    target, probability = drawn(200)
    excess = ((target - probability) ** 2).sum() - (probability * (1 - probability)).sum()
    variance = ((1 - 2 * probability) ** 2 * probability * (1 - probability)).sum()
    p_value = 2 * stats.norm.sf(abs(excess) / variance**0.5)
    assert spiegelhalter(target, probability) == pytest.approx(p_value)
    assert spiegelhalter(target, np.full(200, 0.5)) is None
    assert spiegelhalter(target, np.round(probability)) is None


def test_the_line_of_numbers_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.normal(1e6, 50, size=80)
    target = 0.8 * predicted + rng.normal(size=80)
    line = line_of_numbers(target, predicted)
    known = stats.linregress(predicted, target)
    assert line.slope == pytest.approx(known.slope)
    assert line.intercept == pytest.approx(known.intercept, rel=1e-6)
    assert line.p_value is not None
    assert line.p_value < 0.001


def test_the_interval_of_the_slope_is_the_formula_of_hc3() -> None:
    rng = np.random.default_rng(1)
    predicted = rng.normal(size=60)
    target = predicted + rng.normal(size=60) * np.exp(predicted)
    X = np.column_stack([np.ones(60), predicted])
    inverse = np.linalg.inv(X.T @ X)
    params = inverse @ X.T @ target
    leverage = np.einsum("ij,jk,ik->i", X, inverse, X)
    weight = ((target - X @ params) / (1 - leverage)) ** 2
    covariance = inverse @ ((X * weight[:, None]).T @ X) @ inverse
    half = stats.t.ppf(0.975, 58) * covariance[1, 1] ** 0.5
    line = line_of_numbers(target, predicted)
    assert (line.slope_low, line.slope_high) == pytest.approx((params[1] - half, params[1] + half))


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.06])
def test_of_normal_errors_the_law_is_that_of_f(shift: float) -> None:
    rng = np.random.default_rng(2)
    predicted = rng.normal(size=2_000)
    target = predicted + shift + rng.normal(size=2_000)
    X = np.column_stack([np.ones(2_000), predicted])
    params = np.linalg.lstsq(X, target, rcond=None)[0]
    free, held = (float(((target - X @ p) ** 2).sum()) for p in (params, np.array([0.0, 1.0])))
    known = stats.f.sf((held - free) / 2 / (free / 1_998), 2, 1_998)
    assert line_of_numbers(target, predicted).p_value == pytest.approx(known, abs=0.03)


def test_a_long_tail_is_seldom_called_off() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(200):
        predicted = rng.normal(size=40)
        line = line_of_numbers(predicted + rng.lognormal(size=40) - np.exp(0.5), predicted)
        alarms += line.p_value is not None and line.p_value < 0.05
    assert alarms <= 26  # 8.5 % are expected, and four standard errors more


def test_numbers_in_words() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.normal(100, 10, size=400)
    noise = rng.normal(size=400)
    good = calibrate_number(predicted + noise, predicted, name="price", unit="USD")
    steep = calibrate_number(80 + 0.2 * predicted + noise, predicted, name="price", unit="USD")
    assert good is not None
    assert steep is not None
    assert "not shown to be off in size" in good.sentence
    assert "USD on average" in good.sentence
    assert "large predictions are too large" in steep.sentence
    assert steep.slope == pytest.approx(0.2, abs=0.02)


def test_the_top_class_is_right_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    probability = rng.dirichlet([1, 1, 1], size=2_000)
    target = (rng.random((2_000, 1)) > probability.cumsum(axis=1)).sum(axis=1).astype(float)
    found = calibrate_top(target, probability, name="kind")
    assert found is not None
    right = float(np.mean(probability.argmax(axis=1) == target))
    assert sum(part.observed * part.rows for part in found.bins) / 2_000 == pytest.approx(right)
    assert "not shown to be off" in found.sentence


@pytest.mark.parametrize("rows", range(1, 21))
def test_few_rows_and_nothing_to_tell_from_are_none_and_never_a_crash(rows: int) -> None:
    ones, half, rising = np.ones(rows), np.full(rows, 0.5), np.linspace(0.1, 0.9, rows)
    for target, given in ((ones, half), (ones, rising), (np.round(rising), rising), (ones, ones)):
        found = calibrate_classes(target, given, positive="ill")
        assert (found is None) == (rows < 10)
        if found is not None:
            assert found.slope is None  # one class, one probability, or told apart perfectly
            assert np.isfinite(found.error)
        number = calibrate_number(target, given, name="y")
        assert (number is None) == (rows < 10)


def test_numbers_without_an_error_have_no_test() -> None:
    exact = np.arange(20.0)
    found = calibrate_number(exact, exact, name="y")
    assert found is not None
    assert (found.slope, found.p_value, found.error) == (1, None, 0)
    assert found.sentence.startswith("Over all rows its predictions of y are right")
    assert calibrate_number(exact, np.where(exact == 3, np.nan, exact), name="y") is None
