"""A linear model of a number by gradient descent, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import (  # pyright: ignore[reportMissingTypeStubs]
    BaseEstimator,
    RegressorMixin,
)

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.objective.loss import Loss
from steepest.objective.losses import POISSON, SQUARED, huber
from steepest.objective.usual_delta import usual_delta
from steepest.sklearn.asked import new_rows, rows_of, settings_of, table_of
from steepest.sklearn.ending import refuse_not_finite, warn_unless_converged
from steepest.sklearn.training import Before, named, train
from steepest.trace import Array

__all__ = ["GradientDescentRegressor"]


class GradientDescentRegressor(RegressorMixin, BaseEstimator):
    """A linear model of a number, by gradient descent that keeps its record.

    It minimises the mean loss of the rows + ½ l2 ‖w‖² + l1 ‖w‖₁, by default until the
    coefficients are within `tol` of the minimum.

    Parameters
    ----------
    loss : {"squared", "huber", "poisson"}, default="squared"
        Poisson predicts exp(X w + b), for counts and rates.
    learning_rate : "auto", float or str, default="auto"
        The step size in the descended coordinates, or a schedule as text: see `steepest.descend`.
    rule : str, default="gradient_descent"
        The update rule: "momentum", "nesterov", "fista", "adam", "barzilai_borwein", ...
    batch : int, default=None
        Rows of a mini-batch; None, or no fewer than there are: all rows at every step.
    max_iter : int, default=None
        Steps at most. None: 1,000,000 where each costs next to nothing (squared loss over all
        rows, without l1), else 10,000; of mini-batches 100 passes over the rows.
    tol : float, default=1e-8
        The distance to the minimum, relative to its size, at which to stop; where no bound on
        that can be known, the norm of the gradient relative to the first.
    l2, l1 : float, default=0.0
        Penalties on the coefficients of the scaled columns, not on the intercept. On m rows of
        weight 1 and with scale="none" they are scikit-learn's alpha: Ridge(alpha=m * l2),
        Lasso(alpha=l1), PoissonRegressor(alpha=l2), SGDRegressor(alpha=l2). With
        scale="standard" they are those after a StandardScaler.
    fit_intercept : bool, default=True
    scale : {"standard", "none"}, default="standard"
        Descend on columns of mean 0 and variance 1; a sparse X is divided by the deviation
        and not centred, so that it stays sparse. `coef_` is in the input's units all the same.
    huber_delta : float, default=None
        Where Huber's loss turns from square to straight, in the target's units; None: 1.345
        robust standard deviations of y.
    average : bool, default=False
        Of mini-batches, take the mean of the iterates over the second half of the steps.
    warm_start : bool, default=False
        Begin at the coefficients of the last fit; not from Poisson's, whose are of a logarithm,
        to another loss, or back.
    random_state : int, RandomState or None, default=None
        Of the order of the rows in mini-batches.
    n_jobs : int, default=None
        Threads; None: 1; -1: all, -2: all but one. The result is the same for any.

    Attributes
    ----------
    coef_ : (n_features,) in the input's units
    intercept_ : float
    n_iter_ : int, the steps done
    trace_ : steepest.Trace, the record of the descent, for `steepest.plot` and `diagnose`
    diagnosis_ : steepest.Diagnosis
    loss_ : str, of this fit, by which `predict` goes
    huber_delta_ : float, for Huber's loss
    n_features_in_, feature_names_in_ : as everywhere in scikit-learn

    >>> import numpy as np
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 4.0])
    >>> model = GradientDescentRegressor(loss="poisson").fit(X, y)
    >>> model.predict(X).round(3).tolist(), model.diagnosis_.verdict
    ([1.0, 2.0, 4.0], 'converged')
    """

    def __init__(
        self,
        loss: str = "squared",
        *,
        learning_rate: Any = "auto",
        rule: Any = "gradient_descent",
        batch: int | None = None,
        max_iter: int | None = None,
        tol: float = 1e-8,
        l2: float = 0.0,
        l1: float = 0.0,
        fit_intercept: bool = True,
        scale: str = "standard",
        huber_delta: float | None = None,
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
        self.huber_delta = huber_delta
        self.average = average
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> GradientDescentRegressor:
        """Descend. X: (m, d) dense or sparse; y: (m,); sample_weight: (m,) from 0 up.

        Raises ValueError for input that cannot be used, and where the descent overflowed;
        warns with ConvergenceWarning where it did not arrive.
        """
        table, target = table_of(self, X, y, numeric=True)
        rows = rows_of(self, table, np.asarray(target, dtype=np.float64), sample_weight)
        loss = self._loss(rows.y, rows.weight)
        trained = train(rows, settings_of(self), loss, before=self._before())
        self.trace_, self.diagnosis_ = trained.trace, trained.diagnosis
        self.n_iter_ = int(trained.trace.step[-1])
        refuse_not_finite(self, trained.trace, trained.diagnosis)
        self.loss_ = str(self.loss)
        self.coef_ = trained.coefficients[0]
        self.intercept_ = float(trained.intercepts[0])
        warn_unless_converged(type(self).__name__, trained.trace, trained.diagnosis)
        return self

    def predict(self, X: Any) -> Array:
        """(m,) what is predicted for the rows of X (m, d)."""
        score = np.asarray(new_rows(self, X) @ self.coef_ + self.intercept_, dtype=np.float64)
        return POISSON.prediction(score) if self.loss_ == "poisson" else score

    def _loss(self, y: Array, weight: Array | None) -> Loss:
        if named(self.loss, "huber"):
            given = self.huber_delta
            loss = huber(usual_delta(y, weight) if given is None else given)
            self.huber_delta_ = loss.bend
            return loss
        for loss in (SQUARED, POISSON):
            if named(self.loss, loss.name):
                return loss
        raise InputError(f"loss is {shown(self.loss)}; expected squared, huber or poisson")

    def _before(self) -> Before | None:
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        if (self.loss_ == "poisson") != named(self.loss, "poisson"):
            return None  # coefficients of a logarithm are none of the number, nor these of that
        return Before(self.coef_[None], np.array([self.intercept_]))

    def __sklearn_tags__(self) -> Any:
        above: Any = super()
        tags = above.__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.positive_only = named(self.loss, "poisson")
        return tags
