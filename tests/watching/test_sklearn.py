"""Estimators of scikit-learn: networks by batches, others by chunks, fits by what they say."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import steepest
from steepest.watching.sklearn import trace_of
from steepest.watching.sklearn_losses import chunk_loss
from steepest.watching.watching import Watching

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS = DIGITS / 16
ROWS, TARGET = load_diabetes(return_X_y=True)
ROWS = ROWS / ROWS.std(0)
CLASSES = np.arange(10)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def watched(estimator: Any, **more: Any) -> Watching:
    return steepest.watch(estimator, store=False, quiet=True, **more)


def chunks(steps: int, size: int = 100) -> Any:
    for step in range(steps):
        rows = np.arange(step * size, (step + 1) * size) % len(DIGITS)
        yield DIGITS[rows], LABELS[rows]


def network(**more: Any) -> MLPClassifier:
    return MLPClassifier((16,), max_iter=4, random_state=0, **more)


def warnings_of(w: Watching) -> list[str]:
    return [f.code for f in w.diagnosis.findings if f.severity != "info"]


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_network_is_seen_at_every_batch_and_learns_the_same(solver: str) -> None:
    alone = network(solver=solver).fit(DIGITS, LABELS)
    estimator = network(solver=solver)
    with watched(estimator) as w:
        estimator.fit(DIGITS, LABELS)
    for one, other in zip(alone.coefs_, estimator.coefs_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(w.trace) == 4 * 9  # 1,797 rows in batches of 200
    assert not {"fit", "partial_fit", "_backprop"} & vars(estimator).keys()
    assert {"gradient_norm/layer_0", "update_norm/layer_1"} <= w.trace.measures.keys()
    by_epoch = w.trace.loss.reshape(4, 9)
    np.testing.assert_allclose(by_epoch.mean(1), estimator.loss_curve_, rtol=0.02)
    assert warnings_of(w) == []


def test_a_small_network_is_recorded_whole_with_its_gradient() -> None:
    estimator = MLPRegressor(
        hidden_layer_sizes=(3,), solver="sgd", momentum=0.0, max_iter=30, random_state=0
    )
    with watched(estimator) as w:
        estimator.fit(ROWS[:, :2], (TARGET - TARGET.mean()) / TARGET.std())
    trace = w.trace
    assert trace.params is not None
    assert trace.gradient is not None
    moved = np.diff(trace.params, axis=0)
    np.testing.assert_allclose(moved, -1e-3 * trace.gradient[:-1], rtol=1e-6, atol=1e-12)
    assert trace.names[0] == "layer_0.coefs[0]"


def test_partial_fit_in_a_loop_stops_at_a_finding() -> None:
    estimator = network(solver="sgd", learning_rate_init=50.0)
    with watched(estimator, on_finding="stop") as w:
        for pixels, labels in chunks(200):
            estimator.partial_fit(pixels * 16, labels, classes=CLASSES)
    assert w.stopped is not None
    assert len(w.trace) < 40
    assert "partial_fit" not in vars(estimator)


def test_a_linear_estimator_by_its_chunks() -> None:
    alone, estimator = SGDRegressor(random_state=0), SGDRegressor(random_state=0)
    with watched(estimator) as w:
        for _ in range(20):
            estimator.partial_fit(ROWS, TARGET)
            alone.partial_fit(ROWS, TARGET)
    np.testing.assert_array_equal(alone.coef_, estimator.coef_)
    trace = w.trace
    assert trace.params is not None
    assert trace.gradient is None
    assert len(trace) == 20
    np.testing.assert_array_equal(trace.params[0], np.zeros(11))
    assert trace.loss[0] == pytest.approx(0.5 * np.mean(TARGET**2))
    assert np.isnan(trace.measures["gradient_norm"]).all()
    assert np.isfinite(trace.measures["update_norm"][:-1]).all()
    assert "non_finite" not in warnings_of(w)


@pytest.mark.parametrize("make", [SGDClassifier, Perceptron])
def test_a_classifier_of_many_classes_by_its_chunks(make: Any) -> None:
    estimator = make(random_state=0)
    with watched(estimator) as w:
        for pixels, labels in chunks(20):
            estimator.partial_fit(pixels, labels, classes=CLASSES)
    assert len(w.trace) == 20
    assert w.trace.loss[-1] < w.trace.loss[1]
    assert w.trace.facts["classes"].value == 10


def test_a_loss_of_the_users_own_counts() -> None:
    estimator = SGDRegressor(random_state=0)
    with watched(estimator) as w:
        for step in range(10):
            estimator.partial_fit(ROWS, TARGET)
            w.log(loss=1.0 / (step + 1), val_loss=2.0)
    np.testing.assert_allclose(w.trace.loss, 1.0 / np.arange(1, 11))
    np.testing.assert_array_equal(w.trace.measures["val_loss"], np.full(10, 2.0))


def test_where_nobody_knows_the_loss_it_is_asked_for_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    estimator = GaussianNB()
    with watched(estimator) as w:
        for pixels, labels in chunks(5):
            estimator.partial_fit(pixels, labels, classes=CLASSES)
    assert capsys.readouterr().err.count("the loss of GaussianNB is not known") == 1
    assert w.session.step == -1


def test_a_copy_is_nobodys() -> None:
    estimator = SGDRegressor(random_state=0)
    with watched(estimator) as w:
        estimator.partial_fit(ROWS, TARGET)
        before = estimator.coef_.copy()
        for other in (copy.deepcopy(estimator), pickle.loads(pickle.dumps(estimator))):  # noqa: S301
            other.partial_fit(ROWS, TARGET)
            assert not np.array_equal(other.coef_, before)
        assert w.session.step == 0
        np.testing.assert_array_equal(estimator.coef_, before)


@pytest.mark.parametrize(
    "estimator",
    [
        SGDRegressor(max_iter=5, tol=None, verbose=1, random_state=0),
        GradientBoostingRegressor(n_estimators=5, random_state=0),
        HistGradientBoostingRegressor(max_iter=5, early_stopping=True, random_state=0),
        make_pipeline(
            StandardScaler(), MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0)
        ),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_fit_by_what_it_says(estimator: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with watched(estimator) as w:
        estimator.fit(ROWS, TARGET)
    assert 5 <= len(w.trace) <= 15
    assert np.isfinite(w.trace.loss).all()
    assert w.failed is None
    if isinstance(estimator, SGDRegressor):
        assert "Avg. loss" in capsys.readouterr().out


def test_one_history_a_class_is_put_together(capsys: pytest.CaptureFixture[str]) -> None:
    estimator = SGDClassifier(max_iter=3, tol=None, verbose=1, random_state=0)
    with watched(estimator) as w:
        estimator.fit(DIGITS, LABELS)
    assert len(w.trace) == 3
    assert capsys.readouterr().out.count("-- Epoch 1") == 10


def test_a_silent_fit_is_asked_to_speak(capsys: pytest.CaptureFixture[str]) -> None:
    estimator = SGDRegressor(random_state=0)
    with watched(estimator):
        estimator.fit(ROWS, TARGET)
    assert "set verbose=1, or call partial_fit in a loop" in capsys.readouterr().err


def test_the_history_of_a_fitted_estimator() -> None:
    estimator = network(early_stopping=True, learning_rate_init=0.02).fit(DIGITS, LABELS)
    trace = trace_of(estimator)
    np.testing.assert_array_equal(trace.loss, estimator.loss_curve_)
    np.testing.assert_array_equal(trace.measures["validation_score"], estimator.validation_scores_)
    assert "diverging" in steepest.diagnose(trace).clear
    with pytest.raises(steepest.InputError, match="kept no history of its losses"):
        trace_of(SGDRegressor().fit(ROWS, TARGET))


def test_losses_that_scikit_learn_shows_too() -> None:
    """SGDRegressor prints the mean over an epoch while it moves: at a rate of zero, exact."""
    for name in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        estimator = SGDRegressor(
            loss=name, learning_rate="constant", eta0=1e-300, max_iter=1, tol=None, verbose=1
        )
        with watched(estimator) as w:
            estimator.fit(ROWS, TARGET)
        assert chunk_loss(estimator, ROWS, TARGET) == pytest.approx(w.trace.loss[0], rel=1e-5)


def test_hinges_are_what_they_are_by_hand() -> None:
    signs = np.where(np.arange(len(ROWS)) % 2 == 0, 1.0, -1.0)
    expected = {"hinge": 1.0, "log_loss": np.log(2.0), "squared_hinge": 1.0, "perceptron": 0.0}
    for name, value in expected.items():
        estimator = SGDClassifier(loss=name).partial_fit(ROWS, signs, classes=[-1.0, 1.0])
        assert chunk_loss(estimator, ROWS, signs, zero=True) == pytest.approx(value)
