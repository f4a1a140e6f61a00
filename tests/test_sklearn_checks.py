"""Every check that scikit-learn has for estimators, for several settings of both."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pytest
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

from steepest.sklearn import GradientDescentClassifier, GradientDescentRegressor

SETTINGS = [
    GradientDescentRegressor(),
    GradientDescentRegressor("huber"),
    GradientDescentRegressor("poisson", l2=0.01),
    GradientDescentRegressor(l1=0.01),
    GradientDescentRegressor(batch=256),  # more rows than most of the checks have
    GradientDescentRegressor(scale="none"),
    GradientDescentClassifier(),
    GradientDescentClassifier(l1=0.05, max_iter=300),
    GradientDescentClassifier(batch=256, l2=0.1),
    GradientDescentClassifier(scale="none", l2=0.1),
]
LEAST = 57  # of scikit-learn 1.6; later ones have more
IN_THE_MEAN = {
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
}


def outcome_of(estimator: Any) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return check_estimator(estimator, on_skip=None, on_fail=None)


@pytest.fixture(autouse=True)
def _array_api_can_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it scikit-learn skips the check of NumPy arrays under its array API dispatch."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")


@pytest.mark.parametrize("estimator", SETTINGS, ids=str)
def test_every_check_is_passed_and_none_skipped(estimator: Any) -> None:
    outcome = outcome_of(estimator)
    rest = [(one["check_name"], one["exception"]) for one in outcome if one["status"] != "passed"]
    assert rest == []
    assert Counter(one["status"] for one in outcome) == {"passed": len(outcome)}
    assert not any(one["expected_to_fail"] for one in outcome)
    assert len(outcome) >= LEAST


def test_small_batches_count_weights_as_repeats_in_the_mean_only() -> None:
    """They draw rows: what is equal in the mean is not equal to the digit, as in SGDRegressor."""
    outcome = outcome_of(GradientDescentRegressor(batch=8))
    assert {one["check_name"] for one in outcome if one["status"] != "passed"} == IN_THE_MEAN


def test_the_checks_come_one_by_one_too() -> None:
    """As `parametrize_with_checks` asks for them."""
    checks = list(estimator_checks_generator(GradientDescentRegressor()))
    assert len(checks) >= LEAST
    for estimator, check in checks[:10]:
        check(estimator)
