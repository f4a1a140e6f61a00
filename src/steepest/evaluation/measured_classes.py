"""What probabilities of classes are worth, and the decisions that are made with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.class_consequences import many_class_sentences
from steepest.evaluation.consequences import MOST_SLICES_SAID, Shares, class_sentences
from steepest.evaluation.evaluation import ErrorSlice, Evaluation
from steepest.evaluation.meaning import Meaning
from steepest.evaluation.policies.costs import deciding_costs
from steepest.evaluation.policies.deciding import Decided, decide
from steepest.evaluation.policies.thousand import thousand_decisions
from steepest.evaluation.predicted import Predicted
from steepest.evaluation.scoring.calibration import calibrate_classes, calibrate_top
from steepest.evaluation.scoring.class_scores import count_classes, score_many_classes
from steepest.evaluation.scoring.scores import score_classes
from steepest.evaluation.where.slices import find_error_prone, find_slices
from steepest.evaluation.where.worst import find_worst_decided
from steepest.model import Model
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["many_classes_measured", "two_classes_measured"]


def two_classes_measured(rows: Predicted) -> Evaluation:
    """Scores, policies, costs and slices of the decisions between two classes."""
    model, target, predicted = rows.model, rows.target, rows.predicted
    positive = f"{model.target}={model.classes[1]}"
    shares = Shares(*(float(part.mean()) for part in (rows.baseline, predicted, target)))
    decided = _decided(rows)
    called = None if decided is None else decided.positive
    scored = score_classes(
        target, predicted, rows.baseline, threshold=model.threshold, called=called, drawn=rows.drawn
    )
    slices = find_slices(
        target,
        predicted,
        rows.features,
        predicted_name=f"predicted probability of {positive}",
        drawn=rows.drawn,
    )
    meaning = _two_class_meaning(rows, decided, positive)
    confusion = None if decided is None else decided.confusion
    return Evaluation(
        method=rows.method,
        rows=len(target),
        baseline=(
            f"always gives {positive} its share of the training rows, {readable(shares.trained)}, "
            "and decides for the more frequent class, "
            f"{model.target}={shares.more_frequent(model.classes)}"
        ),
        scores=scored.scores,
        quantiles=(),
        slices=slices,
        confusion=confusion,
        sentences=class_sentences(
            model.target,
            model.classes,
            scored,
            confusion=confusion,
            shares=shares,
            slices=slices,
            meaning=meaning,
        ),
        better_than_baseline=scored.better_than_baseline,
        worst=meaning.worst,
        calibration=meaning.calibration,
        decisions=meaning.decisions,
        thousand=meaning.thousand,
    )


def many_classes_measured(rows: Predicted) -> Evaluation:
    """Scores, counts, costs and slices of the decisions between many classes."""
    model, target, predicted = rows.model, rows.target, rows.predicted
    most_frequent = _most_frequent(model, rows.baseline.mean(axis=0))
    decided = _decider(rows).places(predicted)
    counts = count_classes(target, decided, model.classes) if rows.finite else None
    slices = find_error_prone(decided != target, rows.features, rows.drawn) if rows.finite else ()
    meaning = _many_class_meaning(rows, decided, slices)
    scored = score_many_classes(target, predicted, rows.baseline, decided=decided, drawn=rows.drawn)
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
            model.target,
            scored,
            counts=counts,
            most_frequent=most_frequent,
            slices=slices,
            meaning=meaning,
        ),
        better_than_baseline=scored.better_than_baseline,
        counts=counts,
        worst=meaning.worst,
        calibration=meaning.calibration,
        thousand=meaning.thousand,
    )


def _decided(rows: Predicted) -> Decided | None:
    """What the policy decides; None for probabilities of a diverged model."""
    if not rows.finite:
        return None
    return decide(
        rows.own_policy,
        rows.target,
        rows.predicted,
        rows.features,
        classes=rows.model.classes,
        costs=rows.costs,
        seed=rows.seed,
        drawn=rows.drawn,
    )


def _two_class_meaning(rows: Predicted, decided: Decided | None, positive: str) -> Meaning:
    if decided is None:
        return Meaning()
    target, classes = rows.target, rows.model.classes
    shares = np.column_stack([1 - rows.baseline, rows.baseline])
    return Meaning(
        worst=find_worst_decided(decided.positive != (target == 1), rows.features, rows.drawn),
        calibration=calibrate_classes(target, rows.predicted, positive=positive, drawn=rows.drawn),
        decisions=decided.decisions,
        thousand=thousand_decisions(
            target, decided.positive, shares, classes, rows.costs, drawn=rows.drawn
        ),
    )


def _many_class_meaning(
    rows: Predicted, decided: NDArray[np.intp], slices: tuple[ErrorSlice, ...]
) -> Meaning:
    if not rows.finite:
        return Meaning()
    classes = rows.model.classes
    likeliest: NDArray[np.intp] = rows.predicted.argmax(axis=1)
    by_cost = bool(_decider(rows).costs)
    return Meaning(
        worst=find_worst_decided(decided != rows.target, rows.features, rows.drawn),
        calibration=calibrate_top(
            rows.target, rows.predicted, name=rows.model.target, drawn=rows.drawn
        ),
        thousand=thousand_decisions(
            rows.target,
            decided,
            rows.baseline,
            classes,
            rows.costs,
            likeliest=likeliest if by_cost else None,
            drawn=rows.drawn,
        ),
        said=tuple(part.where for part in slices[:MOST_SLICES_SAID]),
        by_cost=float((decided != likeliest).mean()) if by_cost else None,
    )


def _decider(rows: Predicted) -> Model:
    """The model with the costs that were named, by which it then decides."""
    named = deciding_costs(rows.costs, rows.model.classes)
    return replace(rows.model, costs=named) if named else rows.model


def _most_frequent(model: Model, shares: Array) -> str:
    """The class that the baseline decides for: the first where several are as frequent."""
    name = f"{model.target}={model.classes[int(shares.argmax())]}"
    if np.sum(np.isclose(shares, shares.max())) > 1:
        return f"{name}, one of the most frequent classes of the training rows"
    return f"{name}, the most frequent class of the training rows"
