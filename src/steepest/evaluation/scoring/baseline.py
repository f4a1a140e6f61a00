"""What a model is compared with: what is known of the target without looking at any feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Baseline", "baseline_of", "baseline_rows"]

Baseline = float | tuple[float, ...]
"""The mean of the training rows' target; of two classes the share of the positive one, which
is the same; of more classes the K shares."""


def baseline_of(truth: Array, classes: Sequence[str]) -> Baseline:
    """The baseline of rows that train; truth: (m,) numbers, or the places of the `classes`.

    >>> import numpy as np
    >>> baseline_of(np.array([0.0, 2.0, 2.0, 1.0]), ("a", "b", "c"))
    (0.25, 0.25, 0.5)
    """
    if len(classes) <= 2:
        return float(np.mean(truth))
    counts = np.bincount(truth.astype(np.int64), minlength=len(classes))
    return tuple((counts / len(truth)).tolist())


def baseline_rows(baseline: Baseline, rows: int, *, scores: int) -> Array:
    """What the baseline predicts: (rows,), or (rows, scores) shares of classes.

    scores: how many a row has in the model, one a class under softmax, else 1.
    """
    values = np.atleast_1d(np.asarray(baseline, dtype=np.float64))
    if scores == 2 and len(values) == 1:
        values = np.array([1 - values[0], values[0]])
    if len(values) != scores:
        raise InputError(
            f"the baseline has {len(values)} numbers; a model of {scores} scores a row needs "
            f"{scores}"
        )
    return np.full(rows, values[0]) if scores == 1 else np.tile(values, (rows, 1))
