"""What an estimator's parameters and the arguments of its `fit` come to."""

from __future__ import annotations

import os
from numbers import Integral
from typing import Any, cast

import numpy as np
from sklearn import utils  # pyright: ignore[reportMissingTypeStubs]
from sklearn.utils import validation  # pyright: ignore[reportMissingTypeStubs]

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.sklearn.training import Rows, Settings
from steepest.trace import Array

__all__ = ["new_rows", "rows_of", "settings_of", "table_of"]

_VALIDATION: Any = validation  # scikit-learn has no types
_UTILS: Any = utils


def table_of(estimator: Any, X: Any, y: Any, *, numeric: bool) -> tuple[Any, Any]:
    """X (m, d), float64 dense or CSR, and y (m,), after scikit-learn's checks of what is fitted."""
    return _VALIDATION.validate_data(
        estimator, X, y, accept_sparse="csr", dtype=np.float64, y_numeric=numeric
    )


def new_rows(estimator: Any, X: Any) -> Any:
    """X (m, d) to predict for; NotFittedError before a fit."""
    _VALIDATION.check_is_fitted(estimator, "coef_")
    return _VALIDATION.validate_data(
        estimator, X, accept_sparse="csr", dtype=np.float64, reset=False
    )


def settings_of(estimator: Any) -> Settings:
    """How it is to descend; ValueError for a random state that is none."""
    draw = _UTILS.check_random_state(estimator.random_state)
    return Settings(
        learning_rate=estimator.learning_rate,
        rule=estimator.rule,
        batch=estimator.batch,
        max_iter=estimator.max_iter,
        tol=estimator.tol,
        l2=estimator.l2,
        l1=estimator.l1,
        fit_intercept=estimator.fit_intercept,
        scale=estimator.scale,
        average=estimator.average,
        seed=int(draw.randint(2**31 - 1)),
        threads=_threads(estimator.n_jobs),
    )


def rows_of(estimator: Any, X: Any, y: Array, sample_weight: Any) -> Rows:
    """The rows after scikit-learn's checks, with the names of the columns where they have any."""
    names = getattr(estimator, "feature_names_in_", None)
    counts = None if sample_weight is None else _weights(sample_weight, X)
    return Rows(
        X=X,
        y=y,
        counts=counts,
        weight=counts,
        names=None if names is None else tuple(str(name) for name in names),
    )


def _weights(sample_weight: Any, X: Any) -> Array:
    weight = cast("Array", _VALIDATION._check_sample_weight(sample_weight, X, dtype=np.float64))
    if (weight < 0).any():
        row = int(np.argmin(weight))
        raise InputError(f"sample_weight is {weight[row]} in row {row:,}; expected 0 and more")
    if not weight.any():
        raise InputError("every sample_weight is zero; at least one row has to count")
    return weight


def _threads(n_jobs: Any) -> Any:
    """The threads that are meant: -1 is all, and -2 all but one, as joblib counts them."""
    if n_jobs is None:
        return 1
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, Integral) or n_jobs == 0:
        raise InputError(f"n_jobs is {shown(n_jobs)}; expected a whole number but 0, or None")
    jobs = int(n_jobs)
    if jobs == -1:
        return "all"
    return jobs if jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + jobs)
