"""Everything after the descent over rows that come piece by piece: the model, and its worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from steepest.data.trained_rows import trained_rows
from steepest.diagnosis.diagnose import diagnose
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.measured import settled_model
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.model import Model
from steepest.passes.asking import Ask
from steepest.run import Minimum, Run
from steepest.sample import sample_of
from steepest.scaling.all_held import squared_scores, summed_scores, with_all_held
from steepest.scaling.judged import baseline_from, drawn_split, judge_drawn, split_of
from steepest.scaling.objective import AskedLinear
from steepest.scaling.pictured import objective_of_drawn, pictured, told_of, with_curvature
from steepest.scaling.preparing import Ready
from steepest.trace import Trace
from steepest.training import minimum_of_bowl
from steepest.version import __version__

__all__ = ["conclude"]


def conclude(
    ask: Ask, ready: Ready, trace: Trace, created: str, seconds: Mapping[str, float]
) -> tuple[Run, Baseline]:
    """The run without an id, and the baseline that its scores were held against."""
    request, contract, found = ready.looked.request, ready.contract, ready.found
    model = Model(
        representation=ready.representation,
        params=tuple(trace.last_params.tolist()),
        intercept_learned=request.intercept,
        loss=request.loss,
        target=contract.target,
        classes=contract.classes,
    )
    rows, split = drawn_split(found, contract, request), split_of(request, found)
    baseline = baseline_from(found, contract, ready.looked.shift)
    evaluation = judge_drawn(model, rows, contract, request, baseline, split)
    model = settled_model(model, evaluation, costs_from(request.costs))
    if evaluation.rows < split.held and trace.stop.reason != "interrupted":
        evaluation = _over_all(ask, ready, model, evaluation, baseline)
    walked = isinstance(ready.objective, AskedLinear)
    near = objective_of_drawn(ready) if walked else ready.objective
    told = told_of(found) if walked else ""
    if ready.objective.powers().bowl is None:
        trace = with_curvature(trace, near, told, len(found.some_train.keys))
    run = Run(
        id=None,
        created=created,
        version=__version__,
        request=request,
        contract=contract,
        split=split,
        model=model,
        trace=trace,
        diagnosis=diagnose(trace),
        evaluation=evaluation,
        sample=sample_of(model, rows.frame, rows.truth, rows.split),
        seconds=seconds,
        minimum=_minimum(ready),
        landscape=pictured(trace, near, told, request.scale),
        trained=trained_rows(rows.frame, contract, rows.truth, rows.split.train)
        if rows.whole
        else None,
    )
    return run, baseline


def _over_all(
    ask: Ask, ready: Ready, model: Model, evaluation: Evaluation, baseline: Baseline
) -> Evaluation:
    """With what is known of all rows held out, where fewer were judged."""
    if not np.all(np.isfinite(model.params)):
        return evaluation
    unit = next(c.unit for c in ready.contract.columns if c.role == "target")
    held = ready.found.held
    if model.loss == "squared":
        scores = squared_scores(held, ready.looked.shift, model, baseline, unit)
    else:
        scores = summed_scores(ask, model, baseline, unit)
    return with_all_held(evaluation, scores, held.rows)


def _minimum(ready: Ready) -> Minimum | None:
    """The bottom of the bowl, as the triangle of all rows gives it."""
    bowl, request = ready.objective.powers().bowl, ready.looked.request
    if bowl is None:
        return None
    found = minimum_of_bowl(bowl, ready.representation, intercept=request.intercept)
    return replace(
        found, method="singular values of the rows' triangle, made in one pass, in float64"
    )
