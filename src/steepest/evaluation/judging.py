"""All that is measured of a fit: on rows held out or by folds, again and again where asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Contract
from steepest.evaluation.evaluate import (
    Folded,
    Settings,
    evaluate,
    fold_predictions,
    measured_folds,
    nothing_to_judge,
)
from steepest.evaluation.evaluation import Evaluation, Repeats
from steepest.evaluation.policies.constant import cheapest_number
from steepest.evaluation.policies.costs import Costs
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.repeated import (
    different_repeats,
    few_splits_said,
    first_score,
    repeats_of,
)
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.split_words import held_out_in_words
from steepest.model import Model
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Judged", "judge", "trainings"]

Train = Callable[["pl.DataFrame", Array], Model]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The usable rows of a fit, and how they were split.

    truth:    (m,) numbers, or the places of the contract's classes
    stopped:  whether whoever waits has had enough: nothing is repeated then
    """

    frame: pl.DataFrame
    truth: Array
    contract: Contract
    split: Split
    stopped: Callable[[], bool]


def trainings(split: Split) -> int:
    """How many models the evaluation trains beside the one that is kept."""
    return split.folds * split.repeats if split.folds else split.repeats - 1


def judge(
    model: Model, train: Train, rows: Judged, *, baseline: Baseline, settings: Settings
) -> Evaluation:
    """What the model is worth by the rows held out, or models like it by the folds.

    train:     (rows, their target) -> a model like it
    baseline:  of the rows that train the model
    """
    if rows.split.folds:
        return _by_folds(train, rows, settings)
    test = rows.split.test
    repeats = _repeats(rows)
    method = held_out_in_words(
        replace(rows.split, repeats=len(repeats)), classes=bool(rows.contract.classes)
    )
    found = evaluate(
        model,
        rows.frame[test],
        rows.truth[test],
        baseline=baseline,
        method=f"{method}{few_splits_said(rows.split, len(repeats))}",
        settings=replace(settings, constant=_constant(rows, settings.costs)),
        drawn=drawn_of(rows.split, rows.frame[test]),
    )
    return replace(found, repeats=_held_out_again(model, train, rows, repeats))


def _constant(rows: Judged, costs: Costs | None) -> float | None:
    """The constant prediction that costs least on the rows that train."""
    if costs is None or rows.contract.classes:
        return None
    return cheapest_number(rows.truth[rows.split.train], costs)


def _by_folds(train: Train, rows: Judged, settings: Settings) -> Evaluation:
    repetitions: list[Folded] = []
    repeats = _repeats(rows)
    for repeat in repeats:
        if repeat and rows.stopped():
            break
        folded = fold_predictions(
            train, rows.frame, rows.truth, rows.split, rows.contract.classes, repeat=repeat
        )
        if folded is None:
            return nothing_to_judge()
        repetitions.append(folded)
    split = replace(rows.split, repeats=len(repetitions))
    found = measured_folds(repetitions[0], rows.frame, rows.truth, split, settings)
    return replace(
        found,
        method=f"{found.method}{few_splits_said(rows.split, len(repeats))}",
        repeats=_over_folds(repetitions, rows.truth),
    )


def _repeats(rows: Judged) -> tuple[int, ...]:
    """The repetitions that differ from one another."""
    return different_repeats(rows.split, rows.frame, rows.truth, rows.contract.classes)


def _over_folds(repetitions: list[Folded], truth: Array) -> Repeats | None:
    values: list[float] = []
    parts: list[float] = []
    name = ""
    for one in repetitions:
        name, value = first_score(one.model, truth, one.predicted)
        values.append(value)
        parts += [first_score(one.model, truth[h], one.predicted[h])[1] for h in one.held_out]
    return repeats_of(name, values, parts, 1 / len(repetitions[0].held_out))


def _held_out_again(
    model: Model, train: Train, rows: Judged, repeats: tuple[int, ...]
) -> Repeats | None:
    split = rows.split
    name, value = first_score(model, *_predicted(model, rows, split.test))
    values = [value]
    for repeat in repeats[1:]:
        if rows.stopped():
            break
        ((training, held),) = folds_of(
            split, rows.frame, rows.truth, rows.contract.classes, repeat=repeat
        )
        other = train(rows.frame[training], rows.truth[training])
        values.append(first_score(other, *_predicted(other, rows, held))[1])
    return repeats_of(name, values, values, len(split.test) / split.rows)


def _predicted(model: Model, rows: Judged, held: np.ndarray) -> tuple[Array, Array]:
    return rows.truth[held], model.predict(rows.frame[held])
