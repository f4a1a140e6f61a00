"""From a setting to what is descended on: the cost, where to begin, and the rows under it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Contract
from steepest.data.monomials import count_terms
from steepest.data.representation import Representation
from steepest.data.survey import read_contract
from steepest.data.table import Table, target_values
from steepest.errors import InputError
from steepest.live.examples import Examples
from steepest.live.setting import Setting
from steepest.live.shown_table import ShownTable
from steepest.objective.curve import Curve
from steepest.objective.losses import huber, loss_named
from steepest.objective.objective import Objective
from steepest.objective.usual_delta import usual_delta
from steepest.readable import counted
from steepest.run import Request
from steepest.trace import Array
from steepest.training import Training, prepare

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LINE", "Problem", "curve_problem", "first_line", "table_problem"]

LINE = ("w", "b")
MOST_TERMS = 1_000
MOST_WORK = 5_000_000_000
"""Steps times terms times rows: some ten seconds."""
LEAST_ROWS = 1_000
"""As how many rows fewer count: what is kept of a step takes its time and place, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is descended on.

    names:     of the p parameters, as they are shown; start: (p,), in descended coordinates
    examples:  the rows under it; None for a curve
    rows:      how many of them train
    """

    objective: Objective
    names: tuple[str, ...]
    start: Array
    examples: Examples | None
    rows: int


def curve_problem(setting: Setting, start: float) -> Problem:
    """The curve of a setting; `start` where the setting has none."""
    if setting.bug != "none" or setting.batch is not None:
        raise InputError("a curve has no rows: neither batches of them nor bugs can be had")
    curve = Curve.of(setting.expression)
    begin = (start,) if setting.start is None else setting.start
    if len(begin) != 1:
        raise InputError(f"the start of a curve is one number; {len(begin):,} came")
    return Problem(curve, curve.names, np.array(begin, dtype=np.float64), None, 0)


def table_problem(table: ShownTable, setting: Setting) -> Problem:
    """The model of a setting over the rows of a table.

    Raises InputError for features that are none, a loss that does not fit the target, and
    rows that cannot be moved.
    """
    features = setting.features or table.features
    frame = _moved(table, setting, features)
    contract = read_contract(
        Table(frame, table.source), table.target, features=features, loss=setting.loss
    )
    terms = _terms(contract, setting.degree)
    truth = target_values(frame, contract)
    held = table.held if setting.holdout else np.zeros(frame.height, dtype=np.bool_)
    units = _units(table, contract) if setting.scale == "unit" else {}
    entering = _divided(frame, units)
    request = _request(table, setting, truth[~held])
    delta = request.huber_delta

    def begin(names: tuple[str, ...]) -> Array:
        return np.zeros(len(names))

    _check_work(setting, terms, int(np.count_nonzero(~held)))
    with np.errstate(over="ignore"):  # of high powers, which are then refused in words
        training = prepare(entering.filter(~held), truth[~held], contract, request, begin)
    line = setting.degree == 1 and [c.kind for c in contract.features] == ["number"]
    examples = Examples(
        frame=frame,
        entering=entering,
        representation=training.representation,
        loss=huber(delta or 1.0) if setting.loss == "huber" else loss_named(setting.loss),
        truth=truth,
        held=held,
        units=units,
        intercept=True,
        target=table.target,
        classes=contract.classes,
        total=table.total,
        delta=delta,
    )
    return Problem(
        objective=training.objective,
        names=LINE if line else training.objective.names,
        start=_start(table, setting, training, units),
        examples=examples,
        rows=training.rows,
    )


def first_line(table: ShownTable) -> tuple[float, float]:
    """Where the line of a table begins, (w, b) in the input's own units: a bad line, harmless.

    Of the houses that of the lessons; of other numbers the line of least squares mirrored, so
    that it falls where the best one rises, in two digits; of two classes (0, 0).
    """
    from steepest.lessons.houses import begin

    x, y = table.x, table.truth
    if table.source == "houses" and (table.x_name, table.target) == ("size", "price"):
        return begin()
    if x is None or table.contract.classes or not np.ptp(x) > 0:
        return 0.0, 0.0
    unit = table.units[str(table.x_name)]
    centred = x / unit - (x / unit).mean()
    slope = float(centred @ y / (centred @ centred)) / unit
    return float(f"{-slope:.2g}"), float(f"{y.mean() + slope * x.mean():.2g}")


def _request(table: ShownTable, setting: Setting, truth: Array) -> Request:
    return Request(
        source=table.source,
        target=table.target,
        features=setting.features or table.features,
        loss=setting.loss,
        scale="standard" if setting.scale == "standard" else "none",
        degree=setting.degree,
        holdout=setting.holdout,
        huber_delta=usual_delta(truth) if setting.loss == "huber" else None,
    )


def _moved(table: ShownTable, setting: Setting, features: tuple[str, ...]) -> pl.DataFrame:
    """The rows, those that were dragged where they are now."""
    import polars as pl

    if not setting.moved:
        return table.frame
    if table.x is None or features != (table.x_name,):
        raise InputError("points can be moved where there is one feature of numbers, not here")
    x, y = table.x.copy(), table.truth.copy()
    for row, across, up in setting.moved:
        if row >= len(x):
            raise InputError(f"row {row:,} was moved; there are {counted(len(x), 'row')}, from 0")
        x[row], y[row] = across, up
    classes = table.contract.classes
    if classes and not np.isin(y, (0.0, 1.0)).all():
        raise InputError("a row was moved to a class that is none; y is 0 or 1")
    target = pl.Series(table.target, y)
    if classes:
        levels = table.frame[table.target].drop_nulls().unique().sort().to_list()
        target = pl.Series(table.target, [levels[int(place)] for place in y])
    return table.frame.with_columns(pl.Series(table.x_name, x), target)


def _terms(contract: Contract, degree: int) -> int:
    """How many terms the model has; InputError where these are too many."""
    kinds = [column.kind for column in contract.features]
    terms = count_terms(kinds.count("number"), kinds.count("truth"), degree)
    if terms > MOST_TERMS:
        raise InputError(
            f"degree {degree} of these columns makes {terms:,} terms; the lab takes at most "
            f"{MOST_TERMS:,}: choose a smaller degree or fewer columns"
        )
    return terms


def _check_work(setting: Setting, terms: int, rows: int) -> None:
    """Refuse what takes longer than somebody waits at a page."""
    each = terms * max(rows, LEAST_ROWS)
    if setting.steps * each > MOST_WORK:
        raise InputError(
            f"{counted(setting.steps, 'step')} with {counted(terms, 'term')} over "
            f"{counted(rows, 'row')} take longer than somebody waits at a page: take at most "
            f"{MOST_WORK // each:,} steps, or a smaller degree, or fewer columns"
        )


def _units(table: ShownTable, contract: Contract) -> dict[str, float]:
    numeric = [column.name for column in contract.features if column.kind == "number"]
    return {name: table.units[name] for name in numeric}


def _divided(frame: pl.DataFrame, units: dict[str, float]) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.col(name).cast(float) / unit for name, unit in units.items())


def _start(
    table: ShownTable, setting: Setting, training: Training, units: dict[str, float]
) -> Array:
    """Where to begin, from the input's own units to the descended coordinates."""
    representation = training.representation
    count = len(training.objective.names)
    begin = setting.start
    own = setting.features in ((), table.features) and table.x_name is not None
    if begin is None:
        plain = own and setting.loss in ("squared", "huber")
        begin = first_line(table) if plain else (0.0,) * count
    if len(begin) == 2 and count > 2 and own:
        begin = (begin[0], *(0.0,) * (count - 2), begin[1])  # the curve that is this line
    if len(begin) != count:
        raise InputError(
            f"start has {counted(len(begin), 'number')}; expected {count:,}, one a parameter"
        )
    wanted = np.array(begin[:-1])
    with np.errstate(over="ignore", invalid="ignore"):  # of units to a high power
        slopes = np.where(wanted == 0.0, 0.0, wanted * _term_units(representation, units))
    named = dict(zip(representation.names, slopes.tolist(), strict=True))
    return representation.from_input_units(named, begin[-1])


def _term_units(representation: Representation, units: dict[str, float]) -> Array:
    """(d,) what each term of the representation was divided by."""
    own = np.array([units.get(column.name, 1.0) for column in representation.numbers])
    shape = len(representation.powers), len(own)
    powers = np.array(representation.powers, dtype=np.float64).reshape(shape)
    one_hot = len(representation.names) - len(powers)
    return np.append(np.prod(own**powers, axis=1), np.ones(one_hot))


def with_start(problem: Problem, start: Array) -> Problem:
    """The same, from another place (p,) in descended coordinates."""
    return replace(problem, start=start)
