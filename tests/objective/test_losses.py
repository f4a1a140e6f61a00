"""Every loss in the registry: slopes, curvatures, boundaries, and scikit-learn's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from steepest.errors import InputError
from steepest.objective.losses import LOGISTIC, LOSSES, Loss, loss_named

SCORES = np.array([-800.0, -30.0, -1.5, 0.0, 1e-9, 2.0, 40.0, 800.0])


@pytest.fixture(params=LOSSES, ids=lambda loss: loss.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    return request.param


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_slope_is_the_difference_quotient_of_the_value(loss: Loss, target: float) -> None:
    z = np.linspace(-6, 6, 41)
    y = np.full_like(z, target)
    h = 1e-5
    slope = (loss.value(z + h, y) - loss.value(z - h, y)) / (2 * h)
    np.testing.assert_allclose(loss.slope(z, y), slope, atol=1e-8)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_curvature_is_the_difference_quotient_of_the_slope(loss: Loss, target: float) -> None:
    z = np.linspace(-6, 6, 41)
    y = np.full_like(z, target)
    h = 1e-5
    curvature = (loss.slope(z + h, y) - loss.slope(z - h, y)) / (2 * h)
    np.testing.assert_allclose(loss.curvature(z, y), curvature, atol=1e-8)
    assert np.all(loss.curvature(z, y) <= loss.largest_curvature)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_finite_at_scores_of_800(loss: Loss, target: float) -> None:
    y = np.full_like(SCORES, target)
    for part in (loss.value, loss.slope, loss.curvature):
        assert np.all(np.isfinite(part(SCORES, y)))


def test_logistic_at_its_ends() -> None:
    one, zero = np.array([1.0]), np.array([0.0])
    assert LOGISTIC.value(np.array([-800.0]), one)[0] == 800.0
    assert LOGISTIC.value(np.array([800.0]), one)[0] == 0.0
    assert LOGISTIC.slope(np.array([-800.0]), one)[0] == -1.0
    assert LOGISTIC.slope(np.array([800.0]), zero)[0] == 1.0


def test_logistic_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=200) * 3, rng.integers(0, 2, 200).astype(float)
    wanted = log_loss(y, 1 / (1 + np.exp(-z)))
    assert LOGISTIC.value(z, y).mean() == pytest.approx(wanted, rel=1e-12)


def test_targets_that_do_not_fit_are_refused_with_the_row() -> None:
    with pytest.raises(InputError, match=r"row 1 has 2\.0"):
        LOGISTIC.check(np.array([0.0, 2.0, 3.0]))


def test_unknown_loss_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="squared, logistic"):
        loss_named("hinge")
