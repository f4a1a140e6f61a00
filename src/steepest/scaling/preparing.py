"""Everything before the descent over rows that come piece by piece: a look, a survey, the cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from steepest.asking import check
from steepest.data.contract import Contract, loss_for
from steepest.data.representation import Representation, learn_representation
from steepest.data.sources.source import Source
from steepest.data.table import Table, target_values
from steepest.objective.factor import triangle_of
from steepest.objective.least_squares import LeastSquares
from steepest.objective.objective import Objective
from steepest.objective.usual_delta import usual_delta
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.loss_sums import LinearLoss
from steepest.passes.survey import Survey, Surveyed
from steepest.ready import contract_of
from steepest.run import Request
from steepest.scaling.first_look import look, middle
from steepest.scaling.objective import AskedLinear
from steepest.scaling.settled import counted_contract, standardised
from steepest.trace import Array

__all__ = ["Looked", "Ready", "look_first", "prepare"]

DRAWN = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What the first look decides, before any walk.

    request: with what was left to the data filled in
    shift:   (d + 1,) near the means of the raw features and the target
    """

    source: Source
    request: Request
    layout: Layout
    shift: Array


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """All that is known before the descent, and the cost to go down on."""

    looked: Looked
    contract: Contract
    representation: Representation
    found: Surveyed
    objective: Objective


def look_first(source: Source, request: Request) -> Looked:
    """Look at some rows; raises InputError for a request that does not fit them."""
    request = check(request)
    table = look(source)
    contract = contract_of(table, request)
    request = replace(request, source=source.text, loss=loss_for(contract, request.loss))
    layout = layout_of(table, contract, request)
    return Looked(source, request, layout, middle(*_numbers(layout, table, contract)))


def prepare(ask: Ask, looked: Looked) -> Ready:
    """Survey all rows, and set up the cost over those that train."""
    request, layout = looked.request, looked.layout
    found = ask(Survey(looked.shift, DRAWN, likely(looked.source)), "looking at every row")
    contract = counted_contract(layout.contract, layout.columns, found)
    representation = standardised(
        layout.representation, found.train, looked.shift, intercept=request.intercept
    )
    ask.engine.settle(replace(layout, contract=contract, representation=representation))
    objective = objective_of(ask, found, looked.shift, contract, representation, request)
    return Ready(looked, contract, representation, found, objective)


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
