"""What predictions are worth: scores, slices and sentences, put together as an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.evaluation.class_consequences import many_class_sentences
from steepest.evaluation.class_scores import count_classes, score_many_classes
from steepest.evaluation.consequences import (
    Shares,
    class_sentences,
    error_quantiles,
    number_sentences,
)
from steepest.evaluation.evaluation import ErrorSlice, Evaluation
from steepest.evaluation.scores import Judge, confusion_of, error_of, score_classes, score_number
from steepest.evaluation.slices import find_error_prone, find_slices
from steepest.model import Model
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Predicted", "measured"]

_JUDGES: Mapping[str, Judge] = {"huber": "absolute", "poisson": "deviance"}
"""What a loss cares for is what its model is held against the baseline by."""


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """The evaluated rows, what was predicted for each, and what the baseline predicts.

    model:      one of them where there were several: for its names and its threshold
    target:     (m,) numbers, or the places of classes
    predicted, baseline:  (m,), for a softmax model (m, K)
    """

    model: Model
    frame: pl.DataFrame
    target: Array
    predicted: Array
    baseline: Array
    method: str


def measured(rows: Predicted) -> Evaluation:
    """What the predictions are worth: of a number, of two classes, or of many."""
    # predictions of a diverged model overflow in every sum; that is said in words
    with np.errstate(all="ignore"):
        if rows.model.loss == "softmax":
            return _many_classes_measured(rows)
        return _classes_measured(rows) if rows.model.classes else _number_measured(rows)


def _number_measured(rows: Predicted) -> Evaluation:
    name, mean = rows.model.target, float(rows.baseline.mean())
    judge = _JUDGES.get(rows.model.loss.partition("(")[0], "squared")
    scored = score_number(rows.target, rows.predicted, rows.baseline, unit=name, judge=judge)
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
        sentences=number_sentences(name, error, scored, judge=judge, mean=mean, slices=slices),
        better_than_baseline=scored.better_than_baseline,
    )


def _classes_measured(rows: Predicted) -> Evaluation:
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


def _many_classes_measured(rows: Predicted) -> Evaluation:
    model, target, predicted = rows.model, rows.target, rows.predicted
    shares = rows.baseline.mean(axis=0)
    most_frequent = _most_frequent(model, shares)
    finite = bool(np.all(np.isfinite(predicted)))
    counts = count_classes(target, predicted, model.classes) if finite else None
    wrong = predicted.argmax(axis=1) != target
    slices = find_error_prone(wrong, rows.frame.select(_columns(rows))) if finite else ()
    scored = score_many_classes(target, predicted, rows.baseline)
    return Evaluation(
        method=rows.method,
        rows=len(target),
        baseline=(
            "always gives each class its share of the training rows, and decides for "
            f"{most_frequent}"
        ),
        scores=scored.scores,
        quantiles=(),
        slices=slices,
        confusion=None,
        sentences=many_class_sentences(
            model.target, scored, counts=counts, most_frequent=most_frequent, slices=slices
        ),
        better_than_baseline=scored.better_than_baseline,
        counts=counts,
    )


def _most_frequent(model: Model, shares: Array) -> str:
    """The class that the baseline decides for: the first where several are as frequent."""
    name = f"{model.target}={model.classes[int(shares.argmax())]}"
    if np.sum(np.isclose(shares, shares.max())) > 1:
        return f"{name}, one of the most frequent classes of the training rows"
    return f"{name}, the most frequent class of the training rows"


def _slices(rows: Predicted, predicted_name: str) -> tuple[ErrorSlice, ...]:
    frame = rows.frame.select(_columns(rows))
    return find_slices(rows.target, rows.predicted, frame, predicted_name=predicted_name)


def _columns(rows: Predicted) -> list[str]:
    shape = rows.model.representation
    return [column.name for column in (*shape.numbers, *shape.texts)]
