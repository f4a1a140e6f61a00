"""How far to trust a model: measured on rows that it was not trained on.

The rows are either held out before anything was fitted (`evaluate`), or, where all of them
train, each is predicted by a model that was trained on the other folds (`cross_validate`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.consequences import (
    Shares,
    class_sentences,
    error_quantiles,
    number_sentences,
)
from steepest.evaluation.evaluation import ErrorSlice, Evaluation
from steepest.evaluation.scores import confusion_of, error_of, score_classes, score_number
from steepest.evaluation.slices import find_slices
from steepest.evaluation.split import Split, fold_rows
from steepest.model import Model
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["cross_validate", "evaluate"]


def evaluate(
    model: Model, frame: pl.DataFrame, target: Array, *, baseline: float, method: str
) -> Evaluation:
    """What `model` is worth on the rows of `frame`, which it was not trained on.

    target:    (m,) the truth: numbers, or 0.0 and 1.0 for two classes
    baseline:  the mean of the training rows' target; for two classes the share of 1.0
    method:    how the rows were chosen, for the record: "12 rows held out at random (seed 0)"

    Raises InputError where the target does not fit the rows or the model.
    """
    _check(model, frame, target)
    if not len(target):
        return _nothing(method, model.target)
    predicted, always = model.predict(frame), np.full(len(target), baseline)
    return _measured(_Predicted(model, frame, target, predicted, always, method))


def cross_validate(
    train: Callable[[pl.DataFrame, Array], Model],
    frame: pl.DataFrame,
    target: Array,
    split: Split,
) -> Evaluation:
    """What models like this are worth: every row predicted by one trained on other folds.

    train:   (rows, their target) -> a model; called once a fold
    target:  (m,) numbers, or 0.0 and 1.0 for two classes, which are then dealt evenly over
             the folds
    split:   of the m rows, with `folds`

    The predictions of all folds are scored together, each beside the mean of its own
    training rows. The intervals take the rows as independent, which models that share
    training rows are not quite: they are a little too narrow (Bengio and Grandvalet 2004).
    One row cannot be cross-validated; the evaluation then has no scores and says so.
    """
    if split.rows != frame.height:
        raise InputError(f"the split is of {split.rows} rows; the table has {frame.height}")
    two_values = bool(np.all((target == 0) | (target == 1)))
    folds = fold_rows(split, target if two_values else None)
    predicted, baseline = np.empty(len(target)), np.empty(len(target))
    model = None
    for training, held_out in folds:
        model = train(frame[training], target[training])
        _check(model, frame, target)
        predicted[held_out] = model.predict(frame[held_out])
        baseline[held_out] = target[training].mean()
    if model is None:
        return _nothing("no cross-validation: it needs two rows or more", "the target")
    method = f"{len(folds)}-fold cross-validation (seed {split.seed})"
    return _measured(_Predicted(model, frame, target, predicted, baseline, method))


@dataclass(frozen=True, slots=True, eq=False)
class _Predicted:
    """The evaluated rows, what was predicted for each, and what the baseline predicts."""

    model: Model  # one of them where there were several: for its names and its threshold
    frame: pl.DataFrame
    target: Array
    predicted: Array
    baseline: Array
    method: str


def _measured(rows: _Predicted) -> Evaluation:
    # predictions of a diverged model overflow in every sum; that is said in words
    with np.errstate(all="ignore"):
        return _classes_measured(rows) if rows.model.classes else _number_measured(rows)


def _number_measured(rows: _Predicted) -> Evaluation:
    name, mean = rows.model.target, float(rows.baseline.mean())
    scored = score_number(rows.target, rows.predicted, rows.baseline, unit=name)
    error = error_of(rows.target, rows.predicted)
    slices = _slices(rows, f"predicted {name}")
    return Evaluation(
        method=rows.method,
        rows=len(rows.target),
        baseline=f"always predicts the mean of the training rows, {readable(mean)}",
        scores=scored.scores,
        quantiles=error_quantiles(error),
        slices=slices,
        confusion=None,
        sentences=number_sentences(name, error, scored, mean=mean, slices=slices),
        better_than_baseline=scored.better_than_baseline,
    )


def _classes_measured(rows: _Predicted) -> Evaluation:
    model, target, predicted = rows.model, rows.target, rows.predicted
    positive = f"{model.target}={model.classes[1]}"
    shares = Shares(*(float(part.mean()) for part in (rows.baseline, predicted, target)))
    more_frequent = shares.more_frequent(model.classes)
    scored = score_classes(target, predicted, rows.baseline, threshold=model.threshold)
    finite = bool(np.all(np.isfinite(predicted)))
    confusion = confusion_of(target, predicted, model.threshold) if finite else None
    slices = _slices(rows, f"predicted probability of {positive}")
    return Evaluation(
        method=rows.method,
        rows=len(target),
        baseline=(
            f"always gives {positive} its share of the training rows, {readable(shares.trained)}, "
            f"and decides for the more frequent class, {model.target}={more_frequent}"
        ),
        scores=scored.scores,
        quantiles=(),
        slices=slices,
        confusion=confusion,
        sentences=class_sentences(
            model.target, model.classes, scored, confusion=confusion, shares=shares, slices=slices
        ),
        better_than_baseline=scored.better_than_baseline,
    )


def _slices(rows: _Predicted, predicted_name: str) -> tuple[ErrorSlice, ...]:
    shape = rows.model.representation
    names = [column.name for column in (*shape.numbers, *shape.texts)]
    return find_slices(
        rows.target, rows.predicted, rows.frame.select(names), predicted_name=predicted_name
    )


def _nothing(method: str, name: str) -> Evaluation:
    sentence = (
        f"No row was left to evaluate the predictions of {name} on, so nothing is known of "
        "how far to trust them."
    )
    return Evaluation(method, 0, "", (), (), (), None, (sentence,), None)


def _check(model: Model, frame: pl.DataFrame, target: Array) -> None:
    if target.shape != (frame.height,):
        raise InputError(f"the target has shape {target.shape}; expected ({frame.height},)")
    if not np.all(np.isfinite(target)):
        row = int(np.flatnonzero(~np.isfinite(target))[0])
        raise InputError(f"the target {model.target} of row {row} is not a finite number")
    if model.classes and not np.all((target == 0) | (target == 1)):
        row = int(np.flatnonzero((target != 0) & (target != 1))[0])
        raise InputError(
            f"the target {model.target} of row {row} is {float(target[row])}; a model of two "
            "classes is evaluated on 0 and 1"
        )
