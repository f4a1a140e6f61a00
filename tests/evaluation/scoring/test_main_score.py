import numpy as np
import pytest
from sklearn import metrics

from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.main_score import (
    MainScore,
    main_score,
    row_losses,
    score_difference,
    score_interval,
)

RANDOM = np.random.default_rng(3)
TARGET = RANDOM.poisson(3.0, 200).astype(float)
PREDICTED = np.exp(RANDOM.normal(1.0, 0.3, 200))
BASELINE = np.full(200, TARGET.mean())


def value(score: MainScore, target: np.ndarray, predicted: np.ndarray) -> float:
    losses = row_losses(score, target, predicted)
    return score_interval(score, losses, row_losses(score, target, BASELINE))[0]


def test_scores_of_numbers_are_those_of_scikit_learn() -> None:
    known = {
        "squared": metrics.r2_score(TARGET, PREDICTED),
        "huber(2.0)": metrics.mean_absolute_error(TARGET, PREDICTED),
        "poisson": metrics.mean_poisson_deviance(TARGET, PREDICTED),
    }
    for loss, expected in known.items():
        assert value(main_score(loss), TARGET, PREDICTED) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_log_loss_is_that_of_scikit_learn(classes: int) -> None:
    truth = RANDOM.integers(0, classes, 100)
    probability = RANDOM.dirichlet(np.ones(classes), 100)
    given = probability[:, 1] if classes == 2 else probability
    losses = row_losses(main_score("softmax"), truth.astype(float), given)
    expected = metrics.log_loss(truth, probability, labels=range(classes))
    assert losses.mean() == pytest.approx(expected, rel=1e-9)


def test_a_difference_is_that_of_the_scores_and_an_improvement_has_its_sign_turned() -> None:
    score = main_score("poisson")
    one, other = row_losses(score, TARGET, PREDICTED), row_losses(score, TARGET, BASELINE)
    found = score_difference(score, one, other, other)
    assert found[0] == pytest.approx(one.mean() - other.mean())
    low, high = found[1], found[2]
    assert low is not None
    assert high is not None
    assert low < found[0] < high
    assert score.improvement(found) == (-found[0], -high, -low)
    assert main_score("squared").improvement(found) == found


def test_widening_leaves_the_value_and_stretches_the_ends() -> None:
    score = main_score("huber")
    losses = row_losses(score, TARGET, PREDICTED)
    plain, wide = (score_interval(score, losses, losses, Drawn(widen=w)) for w in (1.0, 1.5))
    assert wide[0] == plain[0]
    for narrow, broad in zip(plain[1:], wide[1:], strict=True):
        assert narrow is not None
        assert broad is not None
        assert broad - wide[0] == pytest.approx(1.5 * (narrow - plain[0]), rel=0.15)


def test_predictions_that_are_not_finite_have_no_loss_and_no_interval() -> None:
    losses = row_losses(main_score("squared"), TARGET, np.full(200, np.inf))
    assert np.isnan(losses).all()
    assert score_interval(main_score("squared"), losses, losses)[1:] == (None, None)


def test_a_baseline_without_error_scores_zero() -> None:
    assert score_interval(main_score("squared"), np.ones(20), np.zeros(20))[0] == 0.0
