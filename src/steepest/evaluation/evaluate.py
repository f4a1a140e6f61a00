"""How far to trust a model: measured on rows that it was not trained on.

The rows are either held out before anything was fitted (`evaluate`), or, where all of them
train, each is predicted by a model that was trained on the other folds (`cross_validate`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.baseline import Baseline, baseline_of, baseline_rows
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.measured import Predicted, measured
from steepest.evaluation.split import Split, fold_rows
from steepest.model import Model
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["cross_validate", "evaluate"]


def evaluate(
    model: Model, frame: pl.DataFrame, target: Array, *, baseline: Baseline, method: str
) -> Evaluation:
    """What `model` is worth on the rows of `frame`, which it was not trained on.

    target:    (m,) the truth: numbers, or the place of each row's class, from 0.0
    baseline:  of the training rows, by `baseline_of`: the mean of their target; for two
               classes the share of 1.0, for more the share of each
    method:    how the rows were chosen, for the record: "12 rows held out at random (seed 0)"

    Raises InputError where the target does not fit the rows or the model.
    """
    _check(model, frame, target)
    if not len(target):
        return _nothing(method, model.target)
    always = baseline_rows(baseline, len(target), scores=model.scores)
    return measured(Predicted(model, frame, target, model.predict(frame), always, method))


def cross_validate(
    train: Callable[[pl.DataFrame, Array], Model],
    frame: pl.DataFrame,
    target: Array,
    split: Split,
    *,
    classes: tuple[str, ...] = (),
) -> Evaluation:
    """What models like this are worth: every row predicted by one trained on other folds.

    train:   (rows, their target) -> a model; called once a fold
    target:  (m,) numbers, or the place of each row's class, from 0.0
    split:   of the m rows, with `folds`
    classes: of the contract: their rows are dealt evenly over the folds, and those of a
             target of 0 and 1 are in any case

    The predictions of all folds are scored together, each beside the mean of its own
    training rows. The intervals take the rows as independent, which models that share
    training rows are not quite: they are a little too narrow (Bengio and Grandvalet 2004).
    One row cannot be cross-validated; the evaluation then has no scores and says so.
    """
    if split.rows != frame.height:
        raise InputError(f"the split is of {split.rows} rows; the table has {frame.height}")
    alike = bool(classes) or bool(np.all((target == 0) | (target == 1)))
    folds = fold_rows(split, target if alike else None)
    predicted, baseline = np.empty(0), np.empty(0)
    model = None
    for training, held_out in folds:
        model = train(frame[training], target[training])
        _check(model, frame, target)
        own = baseline_of(target[training], model.classes)
        always = baseline_rows(own, len(held_out), scores=model.scores)
        if not predicted.size:
            predicted, baseline = (np.empty((len(target), *always.shape[1:])) for _ in "ab")
        predicted[held_out] = model.predict(frame[held_out])
        baseline[held_out] = always
    if model is None:
        return _nothing("no cross-validation: it needs two rows or more", "the target")
    method = f"{len(folds)}-fold cross-validation (seed {split.seed})"
    return measured(Predicted(model, frame, target, predicted, baseline, method))


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
    if model.classes:
        _refuse_no_class(model, target)
    if model.loss == "poisson" and target.min(initial=0.0) < 0:
        row = int(np.argmax(target < 0))
        raise InputError(
            f"the target {model.target} of row {row} is {readable(target[row])}; a model of the "
            "poisson loss is evaluated on numbers that are not negative"
        )


def _refuse_no_class(model: Model, target: Array) -> None:
    count = len(model.classes)
    known = (target >= 0) & (target < count) & (target == np.floor(target))
    if not known.all():
        row = int(np.argmin(known))
        places = "0 and 1" if count == 2 else f"their places 0 to {count - 1}"
        several = "two" if count == 2 else str(count)
        raise InputError(
            f"the target {model.target} of row {row} is {float(target[row])}; a model of "
            f"{several} classes is evaluated on {places}"
        )
