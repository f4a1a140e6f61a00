"""Some rows with what the model says of them, kept for the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.splits.split import Split
from steepest.model import Model
from steepest.run import Sample
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["sample_of"]

ROWS = 1_000
POINTS = 200


def sample_of(model: Model, frame: pl.DataFrame, truth: Array, split: Split) -> Sample:
    """At most 1,000 rows, taken evenly from those held out and those trained on.

    Of a softmax model `target` is the place of the true class, `x` that of the class decided,
    and `prediction` the probability that was given to the true one.
    """
    rows = _rows(split)
    some = frame[rows]
    if model.loss == "softmax":
        return _of_classes(model, some, truth[rows], np.isin(rows, split.test))
    feature = _only_feature(model)
    x = some[feature].cast(float).to_numpy() if feature else model.score(some)
    curve_x, curve_y = _curve(model, some, feature) if feature else ((), ())
    return Sample(
        feature=feature,
        x=_floats(x),
        target=_floats(truth[rows]),
        prediction=_floats(model.predict(some)),
        held_out=tuple(np.isin(rows, split.test).tolist()),
        curve_x=curve_x,
        curve_y=curve_y,
    )


def _of_classes(
    model: Model, some: pl.DataFrame, truth: Array, held_out: NDArray[np.bool_]
) -> Sample:
    probability = model.predict(some)  # (n, K)
    given = probability[np.arange(len(truth)), truth.astype(np.int64)]
    decided = model.places(probability).astype(np.float64)
    decided[~np.isfinite(given)] = np.nan
    return Sample(
        feature="",
        x=_floats(decided),
        target=_floats(truth),
        prediction=_floats(given),
        held_out=tuple(held_out.tolist()),
    )


def _rows(split: Split) -> np.ndarray:
    if split.rows <= ROWS:
        return np.arange(split.rows)
    rng = np.random.default_rng(split.seed)
    held = rng.permutation(split.test)[: ROWS // 2]
    seen = rng.permutation(split.train)[: ROWS - len(held)]
    return np.sort(np.concatenate([held, seen]))


def _only_feature(model: Model) -> str:
    numbers, texts = model.representation.numbers, model.representation.texts
    return numbers[0].name if len(numbers) == 1 and not texts else ""


def _curve(
    model: Model, frame: pl.DataFrame, feature: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    import polars as pl

    values: Array = frame[feature].cast(float).drop_nulls().to_numpy()
    if not len(values):
        return (), ()
    x: Array = np.linspace(float(values.min()), float(values.max()), POINTS)
    return _floats(x), _floats(model.predict(pl.DataFrame({feature: x})))


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
