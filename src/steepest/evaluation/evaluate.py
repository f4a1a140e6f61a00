"""How far to trust a model: measured on rows that it was not trained on.

The rows are either held out before anything was fitted (`evaluate`), or, where all of them
train, each is predicted by a model that was trained on the other folds (`cross_validate`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.measured import AS_THE_MODEL, Predicted, measured
from steepest.evaluation.policies.costs import Costs
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.scoring.baseline import Baseline, baseline_of, baseline_rows
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, widened_by_folds
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.split import Rows, Split
from steepest.evaluation.splits.split_words import folds_in_words
from steepest.model import Model
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Folded",
    "Settings",
    "cross_validate",
    "evaluate",
    "fold_predictions",
    "measured_folds",
    "nothing_to_judge",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the errors of a model mean to whoever uses it.

    costs:   what errors cost; None where it was not said
    policy:  how two classes are decided; that of 0.5 stands for the model's own threshold
    unit:    of the target, "" where it was not said
    seed:    of the tenths that thresholds and margins are chosen and judged on
    constant: the prediction for every row that costs least on the rows that train: see `Predicted`
    """

    costs: Costs | None = None
    policy: Policy = AS_THE_MODEL
    unit: str = ""
    seed: int = 0
    constant: float | None = None

    def predicted(
        self,
        model: Model,
        frame: pl.DataFrame,
        target: Array,
        predicted: Array,
        baseline: Array,
        method: str,
    ) -> Predicted:
        """The predictions to be measured, with all this."""
        return Predicted(
            model,
            frame,
            target,
            predicted,
            baseline,
            method,
            costs=self.costs,
            policy=self.policy,
            unit=self.unit,
            seed=self.seed,
            constant=self.constant,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Predictions for the rows of all folds, each by a model that did not see it.

    model:      of the last fold, for its names
    predicted, baseline:  (m,), for a softmax model (m, K); what is in no fold is not meant
    held_out:   the rows of each fold
    trained:    how many rows trained, for each
    """

    model: Model
    predicted: Array
    baseline: Array
    held_out: tuple[Rows, ...]
    trained: tuple[int, ...] = ()


def evaluate(
    model: Model,
    frame: pl.DataFrame,
    target: Array,
    *,
    baseline: Baseline,
    method: str,
    settings: Settings | None = None,
    drawn: Drawn = EACH_ROW,
) -> Evaluation:
    """What `model` is worth on the rows of `frame`, which it was not trained on.

    target:    (m,) the truth: numbers, or the place of each row's class, from 0.0
    baseline:  of the training rows, by `baseline_of`: the mean of their target; for two
               classes the share of 1.0, for more the share of each
    method:    how the rows were chosen, for the record: "12 rows held out at random (seed 0)"
    settings:  what errors cost and how two classes are decided; None: as the model stands
    drawn:     how the rows were drawn, by `drawn_of`: what the intervals count

    Raises InputError where the target does not fit the rows or the model.
    """
    _check(model, frame, target)
    if not len(target):
        return _nothing(method, model.target)
    always = baseline_rows(baseline, len(target), scores=model.scores)
    given = settings or Settings()
    rows = given.predicted(model, frame, target, model.predict(frame), always, method)
    return measured(replace(rows, drawn=drawn))


def cross_validate(
    train: Callable[[pl.DataFrame, Array], Model],
    frame: pl.DataFrame,
    target: Array,
    split: Split,
    *,
    classes: tuple[str, ...] = (),
    settings: Settings | None = None,
) -> Evaluation:
    """What models like this are worth: every row predicted by one trained on other folds.

    train:   (rows, their target) -> a model; called once a fold
    target:  (m,) numbers, or the place of each row's class, from 0.0
    split:   of the m rows, with `folds`
    classes: of the contract: their rows are dealt evenly over the folds, and those of a
             target of 0 and 1 are in any case, unless plainly random folds were asked for

    The predictions of all folds are scored together, each beside the mean of its own
    training rows. The intervals are widened for the training rows that models share (see
    `widened_by_folds`).
    Of folds by time only the rows that come after others are predicted. One row cannot be
    cross-validated; the evaluation then has no scores and says so.
    """
    folded = fold_predictions(train, frame, target, split, classes)
    if folded is None:
        return nothing_to_judge()
    return measured_folds(folded, frame, target, split, settings or Settings())


def nothing_to_judge() -> Evaluation:
    """The evaluation where there is but one row."""
    return _nothing("no cross-validation: it needs two rows or more", "the target")


def measured_folds(
    folded: Folded, frame: pl.DataFrame, target: Array, split: Split, settings: Settings
) -> Evaluation:
    """What the predictions of all folds together are worth."""
    judged = np.sort(np.concatenate(folded.held_out))
    method = folds_in_words(
        split, len(folded.held_out), len(judged), classes=bool(folded.model.classes)
    )
    predicted, baseline = folded.predicted, folded.baseline
    if len(judged) < frame.height:
        frame, target = frame[judged], target[judged]
        predicted, baseline = predicted[judged], baseline[judged]
    rows = settings.predicted(folded.model, frame, target, predicted, baseline, method)
    widen = widened_by_folds(folded.trained, len(judged))
    return measured(replace(rows, drawn=replace(drawn_of(split, frame), widen=widen)))


def fold_predictions(
    train: Callable[[pl.DataFrame, Array], Model],
    frame: pl.DataFrame,
    target: Array,
    split: Split,
    classes: tuple[str, ...] = (),
    *,
    repeat: int = 0,
) -> Folded | None:
    """Every row that judges predicted by a model of other rows; None where there are no folds.

    repeat: 0 for the folds of the split, then others of the same kind. See `cross_validate`.
    """
    if not classes and bool(np.all((target == 0) | (target == 1))):
        classes = ("0", "1")
    predicted, baseline = np.empty(0), np.empty(0)
    model = None
    pairs = folds_of(split, frame, target, classes, repeat=repeat)
    for training, held_out in pairs:
        model = train(frame[training], target[training])
        _check(model, frame, target)
        own = baseline_of(target[training], model.classes)
        always = baseline_rows(own, len(held_out), scores=model.scores)
        if not predicted.size:
            predicted, baseline = (np.empty((len(target), *always.shape[1:])) for _ in "ab")
        predicted[held_out] = model.predict(frame[held_out])
        baseline[held_out] = always
    if model is None:
        return None
    trained = tuple(len(training) for training, _ in pairs)
    return Folded(model, predicted, baseline, tuple(held for _, held in pairs), trained)


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
