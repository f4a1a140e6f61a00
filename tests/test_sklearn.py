"""The estimators where people use estimators: pipelines, searches, calibration, routing."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

import steepest
from steepest.sklearn import GradientDescentClassifier, GradientDescentRegressor

RNG = np.random.default_rng(7)
X = RNG.normal(size=(90, 4)) * [1.0, 50.0, 0.02, 3.0] + [0.0, 1_000.0, 5.0, -2.0]
SCORE = X @ [1.0, 0.02, 30.0, -0.5] - 172.0
Y = SCORE + RNG.normal(size=90)
LABEL = np.where(np.median(Y) < Y, "high", "low")
BAND = np.digitize(Y, np.quantile(Y, [0.33, 0.66]))
WEIGHT = RNG.integers(0, 4, size=90).astype(float)


def test_the_record_and_its_reading_are_kept() -> None:
    model = GradientDescentRegressor().fit(X, Y)
    assert isinstance(model.trace_, steepest.Trace)
    assert model.n_iter_ == model.trace_.step[-1] > 0
    assert model.diagnosis_.verdict == "converged"
    assert steepest.diagnose(model.trace_).verdict == "converged"
    axes = steepest.plot(model.trace_)
    assert axes is not None
    assert is_regressor(model)
    assert is_classifier(GradientDescentClassifier())


def test_names_of_a_frame_are_those_of_the_parameters() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    model = GradientDescentRegressor().fit(frame, Y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert model.trace_.names == ("a", "b", "c", "d", "intercept")
    assert GradientDescentRegressor().fit(X, Y).trace_.names[0] == "x0"
    softmax = GradientDescentClassifier().fit(frame, BAND)
    assert softmax.trace_.names[:2] == ("0:a", "0:b")


def test_a_descent_that_did_not_arrive_warns_with_what_to_set() -> None:
    with pytest.warns(ConvergenceWarning, match="did not converge: unfinished") as caught:
        GradientDescentRegressor(max_iter=3).fit(X, Y)
    message = str(caught[0].message)
    assert "the loss still falls after 3 steps" in message
    assert "[max_iter=" in message
    assert caught[0].filename == __file__
    enough = int(message.rpartition("[max_iter=")[2].partition("]")[0])
    assert GradientDescentRegressor(max_iter=enough).fit(X, Y).diagnosis_.verdict == "converged"


@pytest.mark.parametrize("steps", range(1, 14))
def test_near_is_not_within_the_tolerance(steps: int) -> None:
    """From about six steps on the diagnosis calls it converged, within a thousandth."""
    table = np.random.default_rng(0).normal(size=(200, 5))
    model = GradientDescentRegressor(max_iter=steps)
    with pytest.warns(ConvergenceWarning, match="did not converge") as caught:
        model.fit(table, table.sum(axis=1))
    assert model.trace_.stop.reason == "budget"
    if model.diagnosis_.verdict == "converged":
        said = str(caught[0].message)
        assert "the tolerance of 1e-8 was not reached" in said
        assert f"[max_iter={2 * steps}, tol=...]" in said
        assert said.count("minimum's size") == 1


def test_classes_told_apart_perfectly_are_said_to_be() -> None:
    with pytest.warns(ConvergenceWarning, match=r"separable.*\[l2=0.001") as caught:
        GradientDescentClassifier(l2=0.0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    assert "--" not in str(caught[0].message)


def test_a_runaway_is_refused_and_leaves_its_record() -> None:
    model = GradientDescentRegressor().fit(X, Y)
    model.set_params(learning_rate=50.0)
    with pytest.raises(ValueError, match=r"has no model: diverging.*learning_rate="):
        model.fit(X, Y)
    assert model.trace_.stop.reason == "non_finite"
    assert model.diagnosis_.verdict == "diverging"
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize("batch", [8, 32])
def test_batches_that_hover_do_not_warn_and_are_repeatable(batch: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        asked = GradientDescentRegressor(batch=batch, random_state=3, average=True)
        model, again = asked.fit(X, Y), clone(asked).fit(X, Y)
        other = clone(asked).set_params(random_state=4).fit(X, Y)
    assert np.array_equal(model.coef_, again.coef_)
    assert not np.array_equal(model.coef_, other.coef_)
    assert model.score(X, Y) == pytest.approx(
        GradientDescentRegressor().fit(X, Y).score(X, Y), abs=1e-3
    )


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("scale", ["standard", "none"])
def test_sparse_input_equals_dense(kind: Any, intercept: bool, scale: str) -> None:
    dense = np.where(RNG.random((80, 6)) < 0.2, RNG.normal(size=(80, 6)), 0.0)
    dense[:, 5] = 0.0  # a column that tells nothing
    y = dense @ np.arange(6.0) + 2.0 * intercept + 0.1 * RNG.normal(size=80)
    label = y > y.mean()
    for estimator, target in (
        (GradientDescentRegressor(tol=1e-12), y),
        (GradientDescentRegressor("huber", huber_delta=1.0, l2=0.1, tol=1e-12), y),
        (GradientDescentClassifier(l2=0.05, tol=1e-12), label),
    ):
        estimator.set_params(fit_intercept=intercept, scale=scale)
        one, other = clone(estimator).fit(dense, target), clone(estimator).fit(kind(dense), target)
        assert other.coef_ == pytest.approx(one.coef_, rel=1e-9, abs=1e-10)
        assert other.predict(kind(dense)).tolist() == pytest.approx(one.predict(dense).tolist())


def test_sparse_input_stays_sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dense copy of these rows would take 1.6 GB."""
    tall = sparse.random_array((10_000, 20_000), density=1e-4, format="csr", rng=RNG)
    y = np.asarray(tall.sum(axis=1)).ravel()

    def refuse(self: Any, *_: Any) -> None:
        raise AssertionError("made dense")

    monkeypatch.setattr(sparse.csr_array, "toarray", refuse)
    monkeypatch.setattr(sparse.csr_array, "todense", refuse)
    with pytest.warns(ConvergenceWarning):
        model = GradientDescentRegressor(max_iter=5).fit(tall, y)
    assert model.predict(tall).shape == (10_000,)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_a_weight_counts_as_repeats(kind: Any) -> None:
    times = WEIGHT.astype(int)
    for estimator, target in (
        (GradientDescentRegressor(l2=0.1), Y),
        (GradientDescentRegressor("huber"), Y),
        (GradientDescentRegressor("poisson", l2=0.01), np.abs(np.round(Y))),
        (GradientDescentClassifier(class_weight="balanced"), LABEL),
        (GradientDescentClassifier(class_weight={0: 1.0, 1: 3.0, 2: 1.0}), BAND),
    ):
        weighted = clone(estimator).fit(kind(X), target, sample_weight=WEIGHT)
        repeated = clone(estimator).fit(kind(np.repeat(X, times, axis=0)), np.repeat(target, times))
        assert weighted.coef_ == pytest.approx(repeated.coef_, rel=1e-6)
        assert weighted.score(X, target, sample_weight=WEIGHT) == pytest.approx(
            repeated.score(np.repeat(X, times, axis=0), np.repeat(target, times))
        )


def test_probabilities_add_up_and_decide() -> None:
    for target, width in ((LABEL, 2), (BAND, 3)):
        model = GradientDescentClassifier().fit(X, target)
        shares = model.predict_proba(X)
        assert shares.shape == (90, width)
        assert shares.sum(axis=1) == pytest.approx(np.ones(90))
        assert np.exp(model.predict_log_proba(X)) == pytest.approx(shares)
        assert (model.classes_[shares.argmax(axis=1)] == model.predict(X)).all()
        assert model.coef_.shape == (1 if width == 2 else 3, 4)
        assert model.decision_function(X).shape == ((90,) if width == 2 else (90, 3))
        assert np.isfinite(model.predict_log_proba(1e4 * X)).all()


def test_a_start_at_the_last_fit_is_there_at_once() -> None:
    for estimator, target, share in (
        (GradientDescentRegressor(warm_start=True), Y, 0.25),
        (GradientDescentClassifier(warm_start=True), LABEL, 0.25),
        (GradientDescentClassifier(warm_start=True), BAND, 0.6),  # softmax goes by its gradient
    ):
        first = estimator.fit(X, target).n_iter_
        before = estimator.coef_.copy()
        assert estimator.fit(X, target).n_iter_ < max(2, share * first)
        assert estimator.coef_ == pytest.approx(before, rel=1e-6)
    with pytest.raises(ValueError, match="warm_start=False"):
        estimator.fit(X, LABEL)
    with pytest.raises(ValueError, match="warm_start=False"):
        estimator.fit(X[:, :2], BAND)


def test_a_fit_is_of_the_loss_it_was_fitted_with() -> None:
    counts = np.abs(np.round(Y))
    model = GradientDescentRegressor("poisson", l2=0.01, warm_start=True).fit(X, counts)
    expected = model.predict(X)
    model.set_params(loss="squared")  # asked for, and not yet fitted
    assert np.array_equal(model.predict(X), expected)
    model.fit(X, counts)
    anew = GradientDescentRegressor(l2=0.01).fit(X, counts)
    assert model.loss_ == "squared"
    assert model.n_iter_ == anew.n_iter_  # from zero: the others are of a logarithm
    assert np.array_equal(model.coef_, anew.coef_)
    again = model.set_params(loss="poisson").fit(X, counts)
    assert again.predict(X) == pytest.approx(expected, rel=1e-6)
    start = model.set_params(loss="squared").fit(X, counts).coef_
    assert model.set_params(loss="huber", max_iter=1, learning_rate=1e-12).loss_ == "squared"
    with pytest.warns(ConvergenceWarning):
        assert model.fit(X, counts).coef_ == pytest.approx(start, rel=1e-6)


@pytest.mark.parametrize("jobs", [-1, -2, -10_000, 1, np.int64(2)])
def test_threads_are_counted_as_joblib_counts_jobs(jobs: int) -> None:
    one = GradientDescentRegressor().fit(X, Y)
    assert np.array_equal(GradientDescentRegressor(n_jobs=jobs).fit(X, Y).coef_, one.coef_)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [1e-300, 1e-165, 1e-150, 1e145, 1e160, 1e300])
@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_a_target_whose_squares_are_none_is_refused(loss: str, unit: float) -> None:
    with pytest.raises(ValueError, match=r"largest number of the target is .* use other units"):
        GradientDescentRegressor(loss).fit(X, unit * Y)


def test_in_a_pipeline_of_columns() -> None:
    frame = pd.DataFrame({"size": X[:, 0], "far": X[:, 1], "place": np.where(Y > 0, "a", "b")})
    columns = ColumnTransformer(
        [("text", OneHotEncoder(), ["place"]), ("number", StandardScaler(), ["size", "far"])]
    )
    pipeline = make_pipeline(columns, GradientDescentRegressor()).fit(frame, Y)
    assert pipeline.score(frame, Y) > 0.5
    named = clone(pipeline).set_output(transform="pandas")
    named.named_steps["columntransformer"].set_params(sparse_threshold=0)
    named.named_steps["columntransformer"].named_transformers = None
    named.named_steps["columntransformer"].set_params(text__sparse_output=False)
    named.fit(frame, Y)
    assert named[-1].feature_names_in_.tolist() == [
        "text__place_a",
        "text__place_b",
        "number__size",
        "number__far",
    ]


def test_polars_frames_come_through_set_output() -> None:
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1]})
    pipeline = make_pipeline(StandardScaler(), GradientDescentRegressor())
    pipeline.set_output(transform="polars").fit(frame, Y)
    assert pipeline[-1].feature_names_in_.tolist() == ["a", "b"]


def test_searched_over_in_two_processes() -> None:
    pipeline = make_pipeline(PolynomialFeatures(include_bias=False), GradientDescentRegressor())
    grid = {
        "polynomialfeatures__degree": [1, 2],
        "gradientdescentregressor__l2": [0.001, 0.1],
    }
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(X, Y)
    one = GridSearchCV(pipeline, grid, cv=3).fit(X, Y)
    assert search.best_params_ == one.best_params_
    assert search.best_score_ == one.best_score_
    assert search.best_estimator_[-1].diagnosis_.verdict == "converged"


def test_cross_validated_and_calibrated() -> None:
    assert cross_val_score(GradientDescentRegressor(), X, Y).mean() > 0.5
    found = cross_validate(GradientDescentClassifier(), X, LABEL, return_estimator=True)
    assert all(one.trace_.stop.reason == "converged" for one in found["estimator"])
    calibrated = CalibratedClassifierCV(GradientDescentClassifier(), cv=3).fit(X, LABEL, WEIGHT)
    assert calibrated.score(X, LABEL) > 0.8


def test_weights_are_routed_where_they_are_asked_for() -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        asked = GradientDescentRegressor(l2=0.1).set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=True), asked)
        pipeline.fit(X, Y, sample_weight=WEIGHT)
        scaled = StandardScaler().fit(X, sample_weight=WEIGHT).transform(X)
        direct = GradientDescentRegressor(l2=0.1).fit(scaled, Y, sample_weight=WEIGHT)
        assert pipeline[-1].coef_ == pytest.approx(direct.coef_, rel=1e-12)
        scored = asked.set_score_request(sample_weight=True)
        weighted = cross_val_score(scored, X, Y, params={"sample_weight": WEIGHT})
        assert not np.allclose(weighted, cross_val_score(GradientDescentRegressor(l2=0.1), X, Y))


def test_cloned_pickled_and_shown() -> None:
    model = GradientDescentClassifier(l2=0.2, rule="nesterov").fit(X, BAND)
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "coef_")
    again = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again.trace_.stop == model.trace_.stop
    assert again.diagnosis_ == model.diagnosis_
    assert repr(model) == "GradientDescentClassifier(l2=0.2, rule='nesterov')"
    assert "GradientDescentClassifier" in model._repr_html_()


def test_coefficients_are_in_the_units_of_the_input() -> None:
    model = GradientDescentRegressor().fit(X, Y)
    metres = GradientDescentRegressor().fit(X / [1.0, 1000.0, 1.0, 1.0], Y)
    assert metres.coef_ == pytest.approx(model.coef_ * [1.0, 1000.0, 1.0, 1.0])
    far = GradientDescentRegressor().fit(X + np.array([0.0, 1e9, 0.0, 0.0]), Y)
    assert far.coef_ == pytest.approx(model.coef_, rel=1e-5)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"loss": "absolute"}, "expected squared, huber or poisson"),
        ({"scale": "robust"}, "expected 'standard' or 'none'"),
        ({"max_iter": 0}, "max_iter is 0; expected a whole number from 1"),
        ({"batch": 0}, "batch is 0"),
        ({"tol": -1.0}, "tol is -1"),
        ({"l2": -1.0}, "l2 is -1"),
        ({"l1": "some"}, "l1 is 'some'"),
        ({"rule": "newton"}, "no update rule 'newton'|newton"),
        ({"learning_rate": -0.1}, "learning rate|learning_rate"),
        ({"fit_intercept": "yes"}, "fit_intercept is 'yes'"),
        ({"loss": "huber", "huber_delta": 0.0}, "Huber's delta is 0"),
        ({"random_state": "x"}, "seed"),
        ({"loss": [1]}, r"loss is \[1\]; expected squared, huber or poisson"),
        ({"loss": np.array(["squared", "huber"])}, "expected squared, huber or poisson"),
        ({"scale": ["none"]}, r"scale is \['none'\]"),
        ({"rule": None}, "rule is None; expected the name of one"),
        ({"n_jobs": 0}, "n_jobs is 0; expected a whole number but 0, or None"),
        ({"n_jobs": 1.5}, "n_jobs is 1.5"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        GradientDescentRegressor(**settings).fit(X, Y)


def test_input_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(ValueError, match="row 2"):
        GradientDescentRegressor().fit(X, Y, sample_weight=np.where(np.arange(90) == 2, -1.0, 1.0))
    with pytest.raises(ValueError, match="zero"):
        GradientDescentRegressor().fit(X, Y, sample_weight=np.zeros(90))
    with pytest.raises(ValueError, match="one class only, 'a'"):
        GradientDescentClassifier().fit(X, ["a"] * 90)
    with pytest.raises(ValueError, match="from 0 up"):
        GradientDescentRegressor("poisson").fit(X, -np.abs(Y) - 1.0)
    with pytest.raises(ValueError, match="expected log_loss"):
        GradientDescentClassifier("hinge").fit(X, LABEL)
    with pytest.raises(ValueError, match="expected log_loss"):
        GradientDescentClassifier(np.array(["a", "b"])).fit(X, LABEL)  # pyright: ignore
    with pytest.raises(ValueError, match="class_weight"):
        GradientDescentClassifier(class_weight="fair").fit(X, LABEL)
    with pytest.raises(ValueError, match=r"1d array|multi"):
        GradientDescentRegressor().fit(X, np.column_stack([Y, Y]))


def test_scikit_learn_is_loaded_when_it_is_asked_for_and_is_the_real_one() -> None:
    code = (
        "import sys, steepest; assert 'sklearn' not in sys.modules\n"
        "import steepest.sklearn; assert sys.modules['sklearn'].__version__\n"
        "assert 'matplotlib' not in sys.modules and 'polars' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
