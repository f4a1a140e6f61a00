"""The same minimum as scikit-learn's own estimators, at the penalties that correspond."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest.objective.losses import huber
from steepest.objective.usual_delta import usual_delta
from steepest.sklearn import GradientDescentClassifier, GradientDescentRegressor

X, Y = load_diabetes(return_X_y=True)
ROWS = len(Y)
SCALED = StandardScaler().fit_transform(X)


@pytest.mark.parametrize("intercept", [True, False])
def test_linear_regression(intercept: bool) -> None:
    ours = GradientDescentRegressor(fit_intercept=intercept).fit(X, Y)
    theirs = LinearRegression(fit_intercept=intercept).fit(X, Y)
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-6)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-9)


def test_ridge_after_a_scaler_and_as_it_is() -> None:
    ours = GradientDescentRegressor(l2=0.05).fit(X, Y)
    theirs = make_pipeline(StandardScaler(), Ridge(alpha=0.05 * ROWS)).fit(X, Y)
    assert ours.predict(X) == pytest.approx(theirs.predict(X), rel=1e-8)
    plain = GradientDescentRegressor(l2=0.05, scale="none").fit(SCALED, Y)
    theirs = Ridge(alpha=0.05 * ROWS).fit(SCALED, Y)
    assert plain.coef_ == pytest.approx(theirs.coef_, abs=1e-8 * plain.intercept_)


def test_elastic_net() -> None:
    ours = GradientDescentRegressor(l1=2.0, l2=0.1, scale="none").fit(SCALED, Y)
    theirs = ElasticNet(alpha=2.1, l1_ratio=2.0 / 2.1, tol=1e-12, max_iter=10_000).fit(SCALED, Y)
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-6, abs=1e-8)
    assert ((ours.coef_ == 0) == (theirs.coef_ == 0)).all()


def test_poisson() -> None:
    ours = GradientDescentRegressor("poisson", l2=0.01, scale="none").fit(SCALED, Y)
    theirs = PoissonRegressor(alpha=0.01, tol=1e-10, max_iter=10_000).fit(SCALED, Y)
    assert ours.predict(SCALED) == pytest.approx(theirs.predict(SCALED), rel=1e-5)


def test_huber_at_the_scale_that_scikit_learn_estimates() -> None:
    """HuberRegressor's minimum over the coefficients, with sigma held at what it found."""
    theirs = HuberRegressor(alpha=0.0, tol=1e-10, max_iter=10_000).fit(SCALED, Y)
    delta = theirs.epsilon * theirs.scale_
    ours = GradientDescentRegressor("huber", huber_delta=delta).fit(SCALED, Y)
    assert ours.predict(SCALED) == pytest.approx(theirs.predict(SCALED), rel=1e-4)
    loss, A = huber(delta), np.column_stack([SCALED, np.ones(ROWS)])
    best = optimize.minimize(
        lambda w: loss.value(A @ w, Y).mean(),
        np.append(theirs.coef_, theirs.intercept_),
        jac=lambda w: A.T @ loss.slope(A @ w, Y) / ROWS,
        tol=1e-12,
    )
    assert loss.value(ours.predict(SCALED), Y).mean() <= best.fun * (1 + 1e-9)


@pytest.mark.parametrize("balanced", [None, "balanced"])
@pytest.mark.parametrize("load", [load_breast_cancer, load_iris])
def test_logistic_regression_of_two_and_three_classes(load, balanced: str | None) -> None:
    table, label = load(return_X_y=True)
    scaled = StandardScaler().fit_transform(table)
    l2 = 0.01
    ours = GradientDescentClassifier(l2=l2, class_weight=balanced).fit(table, label)
    theirs = LogisticRegression(
        C=1 / (len(label) * l2), tol=1e-10, max_iter=10_000, class_weight=balanced
    ).fit(scaled, label)
    assert ours.predict_proba(table) == pytest.approx(theirs.predict_proba(scaled), abs=1e-6)
    assert (ours.classes_ == theirs.classes_).all()


def test_the_usual_delta_counts_a_weight_as_repeats() -> None:
    assert usual_delta(Y, np.ones(ROWS)) == pytest.approx(usual_delta(Y))
    times = np.arange(ROWS) % 4
    repeated = usual_delta(np.repeat(Y, times))
    assert usual_delta(Y, times.astype(float)) == pytest.approx(repeated)
    assert usual_delta(np.ones(5)) == 1.0
    model = GradientDescentRegressor("huber").fit(X, Y)
    assert model.huber_delta_ == usual_delta(Y)
