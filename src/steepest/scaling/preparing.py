"""Everything before the descent over rows that come piece by piece: a look, a survey, the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from steepest.asking import check
from steepest.data.contract import Contract, loss_for
from steepest.data.representation import Representation, learn_representation
from steepest.data.sources.rows import ask_ahead
from steepest.data.sources.source import Source
from steepest.data.table import target_values
from steepest.data.units import units_from
from steepest.errors import InputError
from steepest.evaluation.splits.split import FEWEST_ROWS
from steepest.objective.factor import triangle_of
from steepest.objective.least_squares import MOST_COLUMNS, LeastSquares
from steepest.objective.objective import Objective
from steepest.objective.usual_delta import usual_delta
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.loss_sums import LinearLoss
from steepest.passes.survey import Survey, Surveyed
from steepest.ready import check_meaning, contract_of
from steepest.run import Request
from steepest.scaling.counted_levels import count_levels, counted_columns, with_levels
from steepest.scaling.disproved import disproved, doubtful
from steepest.scaling.first_look import FirstLook, look, look_further, middle, seen_in
from steepest.scaling.memory import frame_rows, refuse_small
from steepest.scaling.objective import AskedLinear
from steepest.scaling.refusing import refuse_what_needs_rows
from steepest.scaling.settled import counted_contract, refuse_unusable, standardised
from steepest.trace import Array

__all__ = ["Looked", "Ready", "look_first", "prepare", "source_rows"]

DRAWN = 20_000
DRAWN_ROOM = 8_000_000  # bytes of either part's, at eight a value
FEWEST_DRAWN = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What the first look decides, before any walk.

    request: with what was left to the data filled in
    asked:   the loss as it was asked for
    shift:   (d + 1,) near the means of the raw features and the target
    seen:    the rows that were looked at
    """

    source: Source
    request: Request
    asked: str
    layout: Layout
    shift: Array
    seen: FirstLook


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """All that is known before the descent, and the cost to go down on."""

    looked: Looked
    contract: Contract
    representation: Representation
    found: Surveyed
    objective: Objective

    @property
    def layout(self) -> Layout:
        """Of the descent."""
        return replace(
            self.looked.layout, contract=self.contract, representation=self.representation
        )


def look_first(source: Source, request: Request) -> Looked:
    """Look at some rows; raises InputError for a request that does not fit them."""
    request = check(request)
    refuse_what_needs_rows(request)
    columns = _wanted(source, request)
    refuse_small(request.memory, source, len(columns), named=request.features is not None)
    seen = look(source, columns)
    ask_ahead(source, columns)
    if request.target in source.schema:
        seen = look_further(seen, request.target, request.loss)
    with seen.rows_named():
        contract = seen_in(seen, contract_of(seen.table, request))
        return _looked(source, request, seen, contract)


def prepare(ask: Ask, looked: Looked) -> Ready:
    """Survey all rows, and set up the cost over those that train."""
    looked = _levelled(ask, looked)
    check_meaning(looked.request, looked.layout.contract)
    looked, found = _surveyed(ask, looked)
    request, layout = looked.request, looked.layout
    refuse_unusable(found, layout)
    representation = standardised(
        layout.representation, found, looked.shift, intercept=request.intercept
    )
    contract = counted_contract(looked.seen, layout, found, looked.asked)
    if request.loss == "huber" and request.huber_delta is None:
        truth = target_values(found.some_train.frame, contract)
        request = replace(request, huber_delta=usual_delta(truth))
        looked = replace(looked, request=request)
    ask.engine.settle(replace(layout, contract=contract, representation=representation))
    objective = objective_of(ask, found, looked.shift, contract, representation, request)
    return Ready(looked, contract, representation, found, objective)


def source_rows(source: Source) -> int | None:
    """How many rows it has, where that is known before they are read."""
    counts = [piece.rows for piece in source.pieces]
    return None if None in counts else sum(count or 0 for count in counts)


def _wanted(source: Source, request: Request) -> tuple[str, ...]:
    """The columns to look at: those named, in the table's order; all where one is not there."""
    if request.features is None:
        return tuple(source.schema)
    named = {request.target, *request.features, *units_from(request.units)}
    named |= {request.weight} if request.weight else set()
    if not named <= set(source.schema):
        return tuple(source.schema)
    return tuple(name for name in source.schema if name in named)


def _looked(source: Source, request: Request, seen: FirstLook, contract: Contract) -> Looked:
    """The layout that the rows of the look give, for that contract."""
    import polars as pl

    asked = request.loss
    request = replace(
        request,
        source=source.text,
        loss=loss_for(contract, asked),
        engine="local" if request.engine == "auto" else request.engine,
    )
    usable = seen.table.frame.filter(pl.col(contract.target).is_not_null())
    few = seen.whole and usable.height < FEWEST_ROWS
    holdout = 0.0 if few else request.holdout
    rows = seen.training(holdout, request.seed).filter(pl.col(contract.target).is_not_null())
    rows = rows if rows.height else usable
    raw = learn_representation(
        rows, contract, degree=request.degree, scale="none", intercept=request.intercept
    )
    _refuse_wide(len(raw.names))
    layout = Layout(
        contract=contract,
        representation=replace(raw, scale=request.scale),
        missing=request.missing,
        holdout=holdout,
        seed=request.seed,
        rows=frame_rows(_read(contract), len(raw.names) + 2),
    )
    shift = middle(raw, rows, contract)
    return Looked(source, request, asked, layout, shift, seen)


def _read(contract: Contract) -> int:
    """How many columns are read."""
    return sum(column.role in ("feature", "target", "weight") for column in contract.columns)


def _levelled(ask: Ask, looked: Looked) -> Looked:
    """With the levels of text and the classes of the target that all rows have."""
    before, request = looked.layout.contract, replace(looked.request, loss=looked.asked)
    names = counted_columns(before)
    if not names:
        return looked
    found = count_levels(ask, looked.layout, names, request.max_levels)
    target = looked.seen.table.frame[before.target]
    contract = with_levels(before, found, looked.asked, request.max_levels, target)
    if contract is None:  # a number after all: the look met its 0 and 1 alone
        request = replace(request, loss="squared")
        again = seen_in(looked.seen, contract_of(looked.seen.table, request))
        plain = _looked(looked.source, request, looked.seen, again)
        ask.engine.settle(plain.layout)
        return replace(_levelled(ask, plain), asked=looked.asked)
    changed = _looked(looked.source, request, looked.seen, contract)
    if request.missing == "drop" and _features(contract) != _features(before):
        ask.engine.settle(changed.layout)  # other features: other rows are dropped
        found = count_levels(ask, changed.layout, names, request.max_levels)
    layout = replace(changed.layout, representation=found.into(changed.layout.representation))
    ask.engine.settle(layout)
    return replace(changed, layout=layout, shift=_matched(changed, layout))


def _features(contract: Contract) -> list[str]:
    return [column.name for column in contract.features]


def _surveyed(ask: Ask, looked: Looked) -> tuple[Looked, Surveyed]:
    """The survey; once more where a column was left out for what not all rows bear out."""
    beside = doubtful(looked.layout.contract)
    found = ask(_survey(looked, beside), "looking at every row")
    contract = disproved(looked.layout.contract, beside, looked.layout.columns, found)
    if contract is looked.layout.contract:
        return looked, found
    texts = looked.layout.representation.texts
    request = replace(looked.request, loss=looked.asked)
    again = _looked(looked.source, request, looked.seen, contract)
    representation = replace(again.layout.representation, texts=texts)
    width = len(representation.names)
    representation = replace(representation, centre=(0.0,) * width, spread=(1.0,) * width)
    layout = replace(again.layout, representation=representation)
    looked = replace(again, layout=layout, shift=_matched(again, layout))
    ask.engine.settle(layout)
    return looked, ask(_survey(looked, ()), "looking at every row once more")


def _survey(looked: Looked, beside: Sequence[str]) -> Survey:
    width = len(looked.layout.columns) + len(beside)
    draw = max(FEWEST_DRAWN, min(DRAWN, DRAWN_ROOM // 8 // max(1, width)))
    return Survey(
        looked.shift, draw, likely(looked.source, draw, looked.layout.holdout), tuple(beside)
    )


def _matched(looked: Looked, layout: Layout) -> Array:
    """The shift for the columns of that layout: 0 for what the look has no row of."""
    before = dict(zip(looked.layout.representation.names, looked.shift[:-1], strict=True))
    names = layout.representation.names
    return np.array([*(before.get(name, 0.0) for name in names), looked.shift[-1]])


def likely(source: Source, draw: int, holdout: float) -> tuple[float, float]:
    """The shares of keys that surely hold the rows to draw of those that train, and of those held
    out, where their number is known; four times as many, for rows that cannot be used."""
    rows = source_rows(source)
    if rows is None:
        return 1.0, 1.0
    train, held = (
        min(1.0, 4 * draw / max(1.0, rows * share)) for share in (1.0 - holdout, holdout)
    )
    return train, held


def _refuse_wide(columns: int) -> None:
    if columns + 1 > MOST_COLUMNS:
        raise InputError(
            f"the features make {columns:,} columns, and of rows that come piece by piece at "
            f"most {MOST_COLUMNS - 1:,} can be taken; use fewer features, fewer levels "
            "(--max-levels), or a smaller degree"
        )


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
    softmax = request.loss == "softmax"
    of = LinearLoss(
        request.loss,
        request.huber_delta if request.loss == "huber" else None,
        len(contract.classes) if softmax else 1,
        request.intercept,
    )
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
