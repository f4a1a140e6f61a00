"""From a table to a model with a recorded, explained descent, one stage after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from steepest.data.contract import Contract, loss_for, read_contract
from steepest.data.representation import Representation, learn_representation
from steepest.data.table import read_table, target_values, usable_rows
from steepest.descent.descend import check_numbers, descend
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_from, start_text
from steepest.diagnosis.diagnose import diagnose
from steepest.errors import InputError
from steepest.evaluation.evaluate import cross_validate, evaluate
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.split import Split, split_rows
from steepest.landscape import landscape_of
from steepest.model import Model
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.objective import Objective
from steepest.run import Request, Run
from steepest.sample import sample_of
from steepest.saved import begin_documents, save_documents
from steepest.solution import minimum_of
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.trace import Array, Trace
from steepest.version import __version__

if TYPE_CHECKING:
    import polars as pl

__all__ = ["fit"]

MOST_STEPS = 1_000_000
EPOCHS = 100


def fit(
    data: object,
    target: str,
    *,
    features: Sequence[str] | None = None,
    loss: Literal["auto", "squared", "logistic"] = "auto",
    learning_rate: float | Literal["auto"] = "auto",
    rule: str = "gradient_descent",
    batch: int | None = None,
    steps: int | None = None,
    tolerance: float = 1e-8,
    start: Start = "zeros",
    scale: Literal["standard", "none"] = "standard",
    degree: int = 1,
    intercept: bool = True,
    holdout: float = 0.2,
    missing: Literal["impute", "drop", "refuse"] = "impute",
    max_levels: int = 50,
    seed: int = 0,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
) -> Run:
    """Fit a linear model of `target` by gradient descent, and account for it.

    data:       a path (CSV, Parquet), a polars, pandas or Arrow table, or the name of a
                built-in data set
    features:   the columns to use; None: all that the contract finds usable
    loss:       "auto" takes squared for a number, logistic for a target of two values
    steps:      at most so many; None: until converged, at most 1e6 (100 epochs of batches)
    start:      in the descended coordinates: "zeros", "random", numbers, or name -> number
    scale:      "standard" or "none" (the features as they are)
    holdout:    share of the rows kept for evaluation; 0 fits on every row and evaluates by
                cross-validation
    store:      where to save the run; None: nowhere
    on_step:    called with every recorded Row

    For the others see `descend`. Raises InputError for input that cannot be used; nothing
    is written then.

    >>> run = fit("houses", "price", holdout=0)
    >>> run.verdict, sorted(run.coefficients)
    ('converged', ['size'])
    """
    check_choices(scale, missing, degree)
    check_numbers(learning_rate, steps or 0, batch, tolerance)
    named = rule_named(rule)
    watch = Stopwatch()
    created = datetime.now(UTC).isoformat(timespec="seconds")
    with watch("read"):
        table = read_table(data)
        contract = read_contract(table, target, features=features, loss=loss, max_levels=max_levels)
        frame = usable_rows(table, contract, missing)
        truth = target_values(frame, contract)
        split = split_rows(
            frame.height, share=holdout, seed=seed, classes=truth if contract.classes else None
        )
    request = Request(
        source=contract.source,
        target=target,
        features=None if features is None else tuple(features),
        loss=loss_for(contract),
        learning_rate=learning_rate,
        rule=rule,
        batch=batch,
        steps=steps,
        tolerance=tolerance,
        start=start_text(start),
        scale=scale,
        degree=degree,
        intercept=intercept,
        holdout=holdout,
        missing=missing,
        max_levels=max_levels,
        seed=seed,
    )
    training = frame[split.train]
    with watch("represent"):
        representation, objective = prepare(training, truth[split.train], contract, request)
        begin = start_from(start, objective.names, seed)

    def go(objective: Objective, begin: Array, on_row: Callable[[Row], None] | None) -> Trace:
        return descend(
            objective,
            begin,
            learning_rate=learning_rate,
            rule=named,
            steps=default_steps(steps, batch, len(split.train)),
            batch=batch,
            tolerance=tolerance,
            seed=seed,
            on_step=on_row,
        )

    with begin_run(store, request, contract, split, objective) as writer:
        with watch("descend"):
            trace = go(objective, begin, both(on_step, None if writer is None else writer.add))
        model = model_of(representation, trace, contract, request)

        def train(rows: pl.DataFrame, values: Array) -> Model:
            fold, cost = prepare(rows, values, contract, request)
            start_there = start_from(start, cost.names, seed)
            return model_of(fold, go(cost, start_there, None), contract, request)

        with watch("evaluate"):
            baseline = float(np.mean(truth[split.train]))
            evaluation = judge(model, frame, truth, split, train, baseline)
        with watch("explain"):
            diagnosis = diagnose(trace)
            minimum = minimum_of(representation, training, truth[split.train], request)
            sample = sample_of(model, frame, truth, split)
            landscape = landscape_of(objective, trace)
        run = Run(
            id=None if writer is None else writer.id,
            created=created,
            version=__version__,
            request=request,
            contract=contract,
            split=split,
            model=model,
            trace=trace,
            diagnosis=diagnosis,
            evaluation=evaluation,
            sample=sample,
            seconds=watch.seconds,
            minimum=minimum,
            landscape=landscape,
        )
        if writer is not None:
            writer.finish(trace, save_documents(run, baseline=baseline))
    return run


def check_choices(scale: str, missing: str, degree: int) -> None:
    """Raise InputError for choices that are none."""
    for name, value, known in (
        ("scale", scale, ("standard", "none")),
        ("missing", missing, ("impute", "drop", "refuse")),
    ):
        if value not in known:
            raise InputError(f"{name} is {value!r}; expected one of {', '.join(known)}")
    if degree < 1:
        raise InputError(f"degree is {degree}; expected a whole number from 1")


def default_steps(steps: int | None, batch: int | None, rows: int) -> int:
    """What was asked for; else a million, or 100 epochs of mini-batches."""
    if steps is not None:
        return steps
    return MOST_STEPS if batch is None else min(MOST_STEPS, EPOCHS * math.ceil(rows / batch))


def prepare(
    frame: pl.DataFrame, truth: Array, contract: Contract, request: Request
) -> tuple[Representation, Objective]:
    """The representation learned on these rows, and the cost over them."""
    representation = learn_representation(
        frame, contract, degree=request.degree, scale=request.scale, intercept=request.intercept
    )
    X = representation.transform(frame)
    names, intercept = representation.names, request.intercept
    if request.loss == "squared":
        return representation, LeastSquares(X, truth, intercept=intercept, names=names)
    cost = GeneralizedLinear(X, truth, loss=request.loss, intercept=intercept, names=names)
    return representation, cost


def model_of(
    representation: Representation, trace: Trace, contract: Contract, request: Request
) -> Model:
    """What is kept: the parameters of the last step with what is needed to use them."""
    return Model(
        representation=representation,
        params=tuple(trace.last_params.tolist()),
        intercept_learned=request.intercept,
        loss=request.loss,
        target=contract.target,
        classes=contract.classes,
    )


def judge(
    model: Model,
    frame: pl.DataFrame,
    truth: Array,
    split: Split,
    train: Callable[[pl.DataFrame, Array], Model],
    baseline: float,
) -> Evaluation:
    """The evaluation on rows held out, or by cross-validation where none are."""
    if len(split.test) == 0:
        return cross_validate(train, frame, truth, split)
    method = (
        f"{len(split.test):,} of {split.rows:,} rows held out at random (seed {split.seed}"
        f"{', classes in proportion' if split.method == 'stratified' else ''})"
    )
    return evaluate(model, frame[split.test], truth[split.test], baseline=baseline, method=method)


@contextmanager
def begin_run(
    store: str | Path | Store | None,
    request: Request,
    contract: Contract,
    split: Split,
    objective: Objective,
) -> Iterator[RunWriter | None]:
    """A writer of a new run in the store, or None where nothing is to be saved."""
    if store is None:
        with nullcontext():
            yield None
        return
    kept = store if isinstance(store, Store) else Store(store)
    stem = f"{Path(request.source).stem}"
    with kept.begin(
        stem,
        begin_documents(request, contract, split),
        rule=request.rule,
        names=objective.names,
        loss_of="full" if request.batch is None else "batch",
        facts=objective.powers().facts,
    ) as writer:
        yield writer


def both(
    first: Callable[[Row], None] | None, second: Callable[[Row], None] | None
) -> Callable[[Row], None] | None:
    """Call the one and the other, whichever there are."""
    if first is None or second is None:
        return first or second

    def call(row: Row) -> None:
        first(row)
        second(row)

    return call


class Stopwatch:
    """How long each stage took, in seconds."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self._seconds[stage] = time.perf_counter() - begin

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage -> seconds."""
        return dict(self._seconds)
