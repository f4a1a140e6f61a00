"""From rows that come piece by piece to a run: what `fitting` does for rows in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from steepest.asking import check
from steepest.data.contract import Contract, loss_for
from steepest.data.representation import Representation, learn_representation
from steepest.data.sources.source import Source
from steepest.data.table import Table, target_values
from steepest.descent.descend import descend
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_from
from steepest.diagnosis.diagnose import diagnose
from steepest.evaluation.measured import settled_model
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.splits.split import Split
from steepest.landscape import landscape_of
from steepest.model import Model
from steepest.objective.factor import triangle_of
from steepest.objective.least_squares import LeastSquares
from steepest.objective.objective import Objective
from steepest.objective.usual_delta import usual_delta
from steepest.passes.asking import Ask, Progress
from steepest.passes.layout import Layout
from steepest.passes.loss_sums import LinearLoss
from steepest.passes.survey import Survey, Surveyed
from steepest.ready import contract_of
from steepest.run import Request, Run
from steepest.sample import sample_of
from steepest.saved import begin_documents, save_documents
from steepest.scaling.choice import begin_engine
from steepest.scaling.first_look import look, middle
from steepest.scaling.judged import baseline_from, drawn_split, judge_drawn
from steepest.scaling.objective import AskedLinear
from steepest.scaling.settled import counted_contract, standardised
from steepest.stopwatch import Stopwatch
from steepest.store import Store
from steepest.trace import Array
from steepest.training import MOST_STEPS, minimum_of_bowl
from steepest.version import __version__

__all__ = ["fit_by_pieces"]

DRAWN = 20_000


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
    request = check(request)
    with watch("read"):
        table = look(source)
        contract = contract_of(table, request)
        request = replace(request, source=source.text, loss=loss_for(contract, request.loss))
        layout = layout_of(table, contract, request)
        shift = middle(*_numbers(layout, table, contract))
    with begin_engine(source, layout, request) as engine:
        ask = Ask(engine, None, on_pass)
        with watch("survey"):
            found = ask(Survey(shift, DRAWN, likely(source)), "looking at every row")
            contract = counted_contract(contract, layout.columns, found)
            representation = standardised(
                layout.representation, found.train, shift, intercept=request.intercept
            )
            layout = replace(layout, contract=contract, representation=representation)
            engine.settle(layout)
        objective = objective_of(ask, found, shift, contract, representation, request)
        begin = start_from(request.start if start is None else start, objective.names, request.seed)
        with watch("descend"):
            trace = descend(
                objective,
                begin,
                learning_rate=request.learning_rate,
                rule=request.rule,
                steps=MOST_STEPS if request.steps is None else request.steps,
                tolerance=request.tolerance,
                seed=request.seed,
                curvature=False,
                on_step=on_step,
            )
        model = Model(
            representation=representation,
            params=tuple(trace.last_params.tolist()),
            intercept_learned=request.intercept,
            loss=request.loss,
            target=contract.target,
            classes=contract.classes,
        )
    with watch("evaluate"):
        rows = drawn_split(found, contract, request)
        baseline = baseline_from(found, contract, shift)
        evaluation = judge_drawn(model, rows, contract, request, baseline, found.held.rows)
        model = settled_model(model, evaluation, costs_from(request.costs))
    bowl = objective.powers().bowl
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
        seconds=watch.seconds,
        minimum=None
        if bowl is None
        else minimum_of_bowl(bowl, representation, intercept=request.intercept),
        landscape=None if bowl is None else landscape_of(objective, trace, units=""),
    )
    return saved(run, store, baseline, objective) if store is not None else run


def saved(run: Run, store: Store, baseline: object, objective: Objective) -> Run:
    with store.begin(
        Path(run.request.source).stem,
        begin_documents(run.request, run.contract, run.split),
        rule=rule_named(run.request.rule).name,
        names=objective.names,
        facts=objective.powers().facts,
    ) as writer:
        run = replace(run, id=writer.id)
        writer.finish(run.trace, save_documents(run, baseline=baseline))  # pyright: ignore
    return run


def layout_of(table: Table, contract: Contract, request: Request) -> Layout:
    """How frames become numbers, learned from the rows of the first look."""
    import polars as pl

    frame = table.frame.filter(pl.col(contract.target).is_not_null())
    raw = learn_representation(
        frame, contract, degree=request.degree, scale="none", intercept=request.intercept
    )
    return Layout(
        contract=contract,
        representation=replace(raw, scale=request.scale),
        missing=request.missing,
        holdout=request.holdout,
        seed=request.seed,
        rows=32_768,
    )


def _numbers(layout: Layout, table: Table, contract: Contract) -> tuple[Array, Array]:
    import polars as pl

    frame = table.frame.filter(pl.col(contract.target).is_not_null())
    return layout.representation.raw(frame), target_values(frame, contract)


def likely(source: Source) -> float:
    """The share of keys that surely holds the rows to draw, where their number is known."""
    counts = [piece.rows for piece in source.pieces]
    if any(count is None for count in counts):
        return 1.0
    return min(1.0, 16 * DRAWN / max(1, sum(count or 0 for count in counts)))


def objective_of(
    ask: Ask,
    found: Surveyed,
    shift: Array,
    contract: Contract,
    representation: Representation,
    request: Request,
) -> Objective:
    """The cost: a bowl that is known already, or a walk at each step."""
    triangle = triangle_of(
        found.train,
        shift,
        intercept=request.intercept,
        centre=np.array(representation.centre),
        spread=np.array(representation.spread),
    )
    if request.loss == "squared":
        return LeastSquares.from_triangle(
            triangle, representation.names, l2=request.l2, l1=request.l1
        )
    delta = None
    if request.loss == "huber":
        truth = target_values(found.some_train.frame, contract)
        delta = request.huber_delta or usual_delta(truth)
    softmax = request.loss == "softmax"
    of = LinearLoss(request.loss, delta, len(contract.classes) if softmax else 1, request.intercept)
    return AskedLinear(
        ask,
        of,
        triangle,
        found.train.total,
        representation.names,
        classes=contract.classes if softmax else (),
        l2=request.l2,
        l1=request.l1,
    )
