"""A linear model of classes by gradient descent, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import (  # pyright: ignore[reportMissingTypeStubs]
    BaseEstimator,
    ClassifierMixin,
)
from sklearn.utils.multiclass import (  # pyright: ignore[reportMissingTypeStubs]
    check_classification_targets,  # pyright: ignore[reportUnknownVariableType]
)

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.objective.losses import LOGISTIC, SOFTMAX
from steepest.sklearn.asked import new_rows, rows_of, settings_of, table_of
from steepest.sklearn.class_weights import with_class_weights
from steepest.sklearn.ending import refuse_not_finite, warn_unless_converged
from steepest.sklearn.training import Before, Trained, named, train
from steepest.trace import Array

__all__ = ["GradientDescentClassifier"]


class GradientDescentClassifier(ClassifierMixin, BaseEstimator):
    """Logistic regression by gradient descent that keeps its record; softmax for many classes.

    It minimises the mean log loss of the rows + ½ l2 ‖w‖² + l1 ‖w‖₁.

    Parameters
    ----------
    loss : {"log_loss"}, default="log_loss"
        Of two classes the logistic loss, of more softmax's.
    l2 : float, default=1e-3
        Penalty on the coefficients of the scaled columns. On m rows of weight 1 and with
        scale="none" LogisticRegression(C=1 / (m * l2)) and SGDClassifier(alpha=l2) have the same
        minimum; with scale="standard" they have it after a StandardScaler. Without one, classes
        that can be told apart perfectly have no minimum: the descent then stops with a proof.
    class_weight : dict, "balanced" or None, default=None
        How much the rows of a class count; "balanced": each class as much as any other.

    The other parameters, `learning_rate`, `rule`, `batch`, `max_iter`, `tol`, `l1`,
    `fit_intercept`, `scale`, `average`, `warm_start`, `random_state` and `n_jobs`, are those of
    `GradientDescentRegressor`.

    Attributes
    ----------
    classes_ : (n_classes,)
    coef_ : (1, n_features) for two classes, else (n_classes, n_features), in the input's units
    intercept_ : (1,) or (n_classes,)
    n_iter_, trace_, diagnosis_, n_features_in_, feature_names_in_ : as of the regressor

    >>> import numpy as np
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array(["no", "yes", "no", "yes"])
    >>> model = GradientDescentClassifier(l2=0.1).fit(X, y)
    >>> model.predict([[3.0]]).tolist(), model.predict_proba([[1.5]]).round(6).tolist()
    (['yes'], [[0.5, 0.5]])
    """

    def __init__(
        self,
        loss: str = "log_loss",
        *,
        learning_rate: Any = "auto",
        rule: Any = "gradient_descent",
        batch: int | None = None,
        max_iter: int | None = None,
        tol: float = 1e-8,
        l2: float = 1e-3,
        l1: float = 0.0,
        fit_intercept: bool = True,
        scale: str = "standard",
        class_weight: Any = None,
        average: bool = False,
        warm_start: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.learning_rate = learning_rate
        self.rule = rule
        self.batch = batch
        self.max_iter = max_iter
        self.tol = tol
        self.l2 = l2
        self.l1 = l1
        self.fit_intercept = fit_intercept
        self.scale = scale
        self.class_weight = class_weight
        self.average = average
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> GradientDescentClassifier:
        """Descend. X: (m, d) dense or sparse; y: (m,) labels; sample_weight: (m,) from 0 up.

        Raises ValueError for input that cannot be used, and where the descent overflowed;
        warns with ConvergenceWarning where it did not arrive.
        """
        if not named(self.loss, "log_loss"):
            raise InputError(f"loss is {shown(self.loss)}; expected log_loss")
        table, labels = table_of(self, X, y, numeric=False)
        check_classification_targets(labels)
        before = self._before(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(
                f"y holds one class only, {shown(self.classes_[0])}; a classifier needs two "
                "classes or more to tell apart"
            )
        rows = rows_of(self, table, codes.astype(np.float64), sample_weight)
        rows = with_class_weights(rows, self.class_weight, self.classes_, labels)
        self._keep(self._trained(rows, before))
        warn_unless_converged(type(self).__name__, self.trace_, self.diagnosis_)
        return self

    def decision_function(self, X: Any) -> Array:
        """The scores: (m,) of the second of two classes, else (m, K)."""
        score = np.asarray(new_rows(self, X) @ self.coef_.T + self.intercept_, dtype=np.float64)
        return score[:, 0] if score.shape[1] == 1 else score

    def predict(self, X: Any) -> Any:
        """(m,) the likeliest class of each row of X (m, d)."""
        score = self.decision_function(X)
        places = (score > 0).astype(np.intp) if score.ndim == 1 else score.argmax(axis=1)
        return self.classes_[places]

    def predict_proba(self, X: Any) -> Array:
        """(m, K) the probability of each class, in the order of `classes_`."""
        score = self.decision_function(X)
        if score.ndim == 1:
            return np.column_stack([LOGISTIC.prediction(-score), LOGISTIC.prediction(score)])
        return SOFTMAX.prediction(score)

    def predict_log_proba(self, X: Any) -> Array:
        """(m, K) the logarithm of `predict_proba`, with digits where that is next to 0."""
        score = self.decision_function(X)
        if score.ndim == 1:
            return np.column_stack([-np.logaddexp(0.0, score), -np.logaddexp(0.0, -score)])
        return score - np.logaddexp.reduce(score, axis=1, keepdims=True)

    def _trained(self, rows: Any, before: Before | None) -> Trained:
        if len(self.classes_) == 2:
            return train(rows, settings_of(self), LOGISTIC, before=before)
        names = [str(name) for name in self.classes_]
        alike = len(set(names)) < len(names)
        names = [str(place) for place in range(len(names))] if alike else names
        return train(rows, settings_of(self), SOFTMAX, tuple(names), before)

    def _keep(self, trained: Trained) -> None:
        self.trace_, self.diagnosis_ = trained.trace, trained.diagnosis
        self.n_iter_ = int(trained.trace.step[-1])
        refuse_not_finite(self, trained.trace, trained.diagnosis)
        self.coef_, self.intercept_ = trained.coefficients, trained.intercepts

    def _before(self, labels: Any) -> Before | None:
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        if not np.array_equal(np.unique(labels), self.classes_):
            raise InputError(
                "y holds other classes than those of the fit before, whose coefficients are to be "
                "started from; set warm_start=False"
            )
        return Before(self.coef_, self.intercept_)

    def __sklearn_tags__(self) -> Any:
        above: Any = super()
        tags = above.__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
