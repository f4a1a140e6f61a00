"""What predicted numbers are worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from steepest.evaluation.consequences import (
    MOST_SLICES_SAID,
    error_quantiles,
    number_sentences,
)
from steepest.evaluation.decisions import Thousand
from steepest.evaluation.evaluation import ErrorSlice, Evaluation
from steepest.evaluation.meaning import Meaning
from steepest.evaluation.policies.conformal import held_against, prediction_intervals
from steepest.evaluation.policies.constant import cheapest_number, cheapest_numbers
from steepest.evaluation.policies.thousand import thousand_numbers
from steepest.evaluation.predicted import Predicted
from steepest.evaluation.scoring.calibration import calibrate_number
from steepest.evaluation.scoring.scores import Judge, error_of, score_number
from steepest.evaluation.where.slices import find_slices
from steepest.evaluation.where.worst import find_worst
from steepest.evaluation.words import amount
from steepest.trace import Array

__all__ = ["number_measured"]

_JUDGES: Mapping[str, Judge] = {"huber": "absolute", "poisson": "deviance"}
"""What a loss cares for is what its model is held against the baseline by."""


def number_measured(rows: Predicted) -> Evaluation:
    """Scores, prediction intervals, costs and slices of predicted numbers."""
    name, mean = rows.model.target, float(rows.baseline.mean())
    judge = _JUDGES.get(rows.model.loss.partition("(")[0], "squared")
    scored = score_number(
        rows.target, rows.predicted, rows.baseline, unit=name, judge=judge, drawn=rows.drawn
    )
    error = error_of(rows.target, rows.predicted)
    predicted_name = f"predicted {name}"
    slices = find_slices(
        rows.target, rows.predicted, rows.features, predicted_name=predicted_name, drawn=rows.drawn
    )
    meaning = _meaning(rows, error, slices)
    return Evaluation(
        method=rows.method,
        rows=len(rows.target),
        baseline=f"always predicts the mean of the training rows, {amount(mean, rows.unit)}",
        scores=scored.scores,
        quantiles=error_quantiles(error),
        slices=slices,
        confusion=None,
        sentences=number_sentences(
            name,
            error,
            scored,
            judge=judge,
            mean=mean,
            slices=slices,
            unit=rows.unit,
            meaning=meaning,
        ),
        better_than_baseline=scored.better_than_baseline,
        worst=meaning.worst,
        intervals=meaning.intervals,
        calibration=meaning.calibration,
        thousand=meaning.thousand,
    )


def _thousand(rows: Predicted, error: Array) -> Thousand | None:
    """The cost of a day, beside that of the constant that costs least on the rows that train;
    where these are not known, on the other evaluated rows."""
    name, costs, known = rows.model.target, rows.costs, rows.constant
    if costs is None:
        return thousand_numbers(
            name, error, error_of(rows.target, rows.baseline), None, drawn=rows.drawn
        )
    if known is None:
        constants = cheapest_numbers(rows.target, costs, rows.seed, rows.drawn)
        middle = cheapest_number(rows.target, costs)
        words = f"predicting {amount(middle, rows.unit)}, chosen on these rows,"
    else:
        constants = np.full(len(rows.target), known)
        words = f"predicting {amount(known, rows.unit)}"
    return thousand_numbers(
        name, error, error_of(rows.target, constants), costs, constant=words, drawn=rows.drawn
    )


def _meaning(rows: Predicted, error: Array, slices: tuple[ErrorSlice, ...]) -> Meaning:
    name = rows.model.target
    if not np.all(np.isfinite(error)):
        return Meaning()
    margins = rows.model.margins
    return Meaning(
        worst=find_worst(
            error,
            rows.predicted,
            rows.features,
            predicted_name=f"predicted {name}",
            drawn=rows.drawn,
        ),
        intervals=(
            held_against(error, margins, rows.drawn)
            if margins
            else prediction_intervals(error, seed=rows.seed, drawn=rows.drawn)
        ),
        calibration=calibrate_number(
            rows.target, rows.predicted, name=name, unit=rows.unit, drawn=rows.drawn
        ),
        thousand=_thousand(rows, error),
        said=tuple(part.where for part in slices[:MOST_SLICES_SAID]),
    )
