"""How much the rows of each class count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import class_weight as of_classes  # pyright: ignore[reportMissingTypeStubs]

from steepest.sklearn.training import Rows

__all__ = ["with_class_weights"]

_OF_CLASSES: Any = of_classes  # scikit-learn has no types


def with_class_weights(rows: Rows, class_weight: Any, classes: Any, labels: Any) -> Rows:
    """The rows with each weight times that of its class.

    class_weight: None, {label: weight}, or "balanced": then the weights of the rows of a class
    add up to the same for all. ValueError for what is none of these.
    """
    if class_weight is None:
        return rows
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    if class_weight == "balanced":
        codes = rows.y.astype(np.intp)
        held = np.bincount(codes, weight, minlength=len(classes))
        of_class = weight.sum() / (len(classes) * np.where(held > 0, held, 1.0))
    else:
        of_class = _OF_CLASSES.compute_class_weight(class_weight, classes=classes, y=labels)
    return replace(rows, weight=weight * of_class[rows.y.astype(np.intp)])
