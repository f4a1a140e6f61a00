"""From rows that come piece by piece to a run: what `fitting` does for rows in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from steepest.data.sources.source import Source
from steepest.descent.descend import descend
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.passes.asking import Ask, Progress
from steepest.run import Request, Run
from steepest.saved import begin_documents, save_documents
from steepest.scaling.concluding import conclude
from steepest.scaling.engines import begin_engine
from steepest.scaling.preparing import Ready, look_first, prepare
from steepest.stopwatch import Stopwatch
from steepest.store import Store
from steepest.training import MOST_STEPS

__all__ = ["fit_by_pieces"]


def fit_by_pieces(
    source: Source,
    request: Request,
    *,
    start: Start | None = None,
    store: Store | None = None,
    on_step: Callable[[Row], None] | None = None,
    on_pass: Callable[[Progress], None] | None = None,
) -> Run:
    """Fit by walks over the pieces of a source.

    Raises InputError as `fit` does, and for what cannot be asked of rows that are not in memory.
    """
    watch = Stopwatch()
    created = datetime.now(UTC).isoformat(timespec="seconds")
    with watch("read"):
        looked = look_first(source, request)
    request = looked.request
    with begin_engine(source, looked.layout, request) as engine:
        ask = Ask(engine, None, on_pass)
        with watch("survey"):
            ready = prepare(ask, looked)
        names = ready.objective.names
        with watch("descend"):
            trace = descend(
                ready.objective,
                start_from(request.start if start is None else start, names, request.seed),
                learning_rate=request.learning_rate,
                rule=request.rule,
                steps=MOST_STEPS if request.steps is None else request.steps,
                tolerance=request.tolerance,
                seed=request.seed,
                curvature=False,
                on_step=on_step,
            )
        with watch("evaluate"):
            run, baseline = conclude(ask, ready, trace, created, {})
    run = replace(run, seconds=watch.seconds)
    return run if store is None else _saved(run, store, ready, baseline)


def _saved(run: Run, store: Store, ready: Ready, baseline: Baseline) -> Run:
    with store.begin(
        Path(run.request.source).stem,
        begin_documents(run.request, run.contract, run.split),
        rule=rule_named(run.request.rule).name,
        names=ready.objective.names,
        facts=ready.objective.powers().facts,
    ) as writer:
        run = replace(run, id=writer.id)
        writer.finish(run.trace, save_documents(run, baseline=baseline))
    return run
