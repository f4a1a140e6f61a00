"""Gradient descent as scikit-learn estimators, which keep the record of their descent.

`GradientDescentRegressor` and `GradientDescentClassifier` go into pipelines and searches as any
estimator does; fitted, they hold `trace_` and `diagnosis_`.

>>> import numpy as np
>>> from steepest import diagnose
>>> from steepest.sklearn import GradientDescentRegressor
>>> X, y = np.array([[1.0], [2.0], [3.0]]), np.array([3.0, 5.0, 7.0])
>>> model = GradientDescentRegressor().fit(X, y)
>>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
([2.0], 1.0)
>>> diagnose(model.trace_).verdict
'converged'
"""

from steepest.sklearn.classifier import GradientDescentClassifier
from steepest.sklearn.regressor import GradientDescentRegressor

__all__ = ["GradientDescentClassifier", "GradientDescentRegressor"]
