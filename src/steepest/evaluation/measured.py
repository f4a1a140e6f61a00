"""What predictions are worth: scores, slices and sentences, put together as an evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.measured_classes import many_classes_measured, two_classes_measured
from steepest.evaluation.measured_number import number_measured
from steepest.evaluation.policies.costs import Costs, check_costs, deciding_costs
from steepest.evaluation.policies.policy import check_policy
from steepest.evaluation.predicted import AS_THE_MODEL, Predicted
from steepest.evaluation.scoring.drawn_words import drawn_sentences
from steepest.evaluation.scoring.scores import error_of
from steepest.model import Margin, Model

__all__ = ["AS_THE_MODEL", "Predicted", "measured", "settled_model"]


def measured(rows: Predicted) -> Evaluation:
    """What the predictions are worth: of a number, of two classes, or of many.

    Raises InputError for costs and for a policy that do not fit the target.
    """
    check_costs(rows.costs, rows.model.classes)
    check_policy(rows.policy, rows.costs, rows.model.classes)
    # predictions of a diverged model overflow in every sum; that is said in words
    with np.errstate(all="ignore"):
        if rows.model.loss == "softmax":
            found = many_classes_measured(rows)
        else:
            found = two_classes_measured(rows) if rows.model.classes else number_measured(rows)
    if not rows.finite:
        return found
    sizes = None if rows.model.classes else np.abs(error_of(rows.target, rows.predicted))
    said = drawn_sentences(rows.drawn, len(rows.target), sizes)
    return replace(found, sentences=(*found.sentences, *said))


def settled_model(model: Model, evaluation: Evaluation, costs: Costs | None = None) -> Model:
    """The model with what its evaluation settled: the threshold that the policy chose, and the
    margins of its prediction intervals; of many classes with the costs that it decides by."""
    outcomes = () if evaluation.decisions is None else evaluation.decisions.policies
    chosen = [outcome.threshold for outcome in outcomes if outcome.chosen]
    by_cost = deciding_costs(costs, model.classes) if model.loss == "softmax" else ()
    return replace(
        model,
        threshold=chosen[0] if chosen else model.threshold,
        margins=tuple(
            Margin(interval.coverage, interval.below, interval.above)
            for interval in evaluation.intervals
        ),
        costs=by_cost or model.costs,
    )
