"""Everything after the descent over rows that come piece by piece: the model, and its worth."""

from __future__ import annotations

from collections.abc import Mapping

from steepest.diagnosis.diagnose import diagnose
from steepest.evaluation.measured import settled_model
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.split import Split
from steepest.landscape import landscape_of
from steepest.model import Model
from steepest.passes.asking import Ask
from steepest.run import Run
from steepest.sample import sample_of
from steepest.scaling.judged import baseline_from, drawn_split, judge_drawn
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
    rows = drawn_split(found, contract, request)
    baseline = baseline_from(found, contract, ready.looked.shift)
    evaluation = judge_drawn(model, rows, contract, request, baseline, found.held.rows)
    model = settled_model(model, evaluation, costs_from(request.costs))
    bowl = ready.objective.powers().bowl
    run = Run(
        id=None,
        created=created,
        version=__version__,
        request=request,
        contract=contract,
        split=Split(
            "random", request.holdout, request.seed, found.used, (), counted=found.held.rows
        ),
        model=model,
        trace=trace,
        diagnosis=diagnose(trace),
        evaluation=evaluation,
        sample=sample_of(model, rows.frame, rows.truth, rows.split),
        seconds=seconds,
        minimum=None
        if bowl is None
        else minimum_of_bowl(bowl, ready.representation, intercept=request.intercept),
        landscape=None if bowl is None else landscape_of(ready.objective, trace, units=""),
    )
    return run, baseline
