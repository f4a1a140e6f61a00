"""From a table to a model with a recorded, explained descent, one stage after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from steepest.arguments import flag, function, real, shown, texts, whole
from steepest.data.contract import Contract, loss_for
from steepest.data.survey import read_contract
from steepest.data.table import read_table, target_values, usable_rows
from steepest.descent.choice import asked_rate
from steepest.descent.descend import settled_settings
from steepest.descent.range_test import RangeTest, find_learning_rate
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_from, start_text
from steepest.diagnosis.diagnose import diagnose
from steepest.errors import InputError
from steepest.evaluation.baseline import Baseline, baseline_of
from steepest.evaluation.evaluate import cross_validate, evaluate
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.split import Split, split_rows
from steepest.landscape import landscape_of
from steepest.model import Model
from steepest.objective.losses import LOSSES
from steepest.objective.parallel import thread_count
from steepest.objective.penalty import Penalty
from steepest.run import Request, Run
from steepest.sample import sample_of
from steepest.saved import begin_documents, save_documents
from steepest.stopwatch import Stopwatch
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.trace import Array
from steepest.training import Training, minimum_of, prepare, threads_of, usual_delta
from steepest.version import __version__

if TYPE_CHECKING:
    import polars as pl

__all__ = ["fit", "try_rates"]

LARGEST_SEED = 2**32 - 1  # of scikit-learn, which splits the rows


def fit(
    data: object,
    target: str,
    *,
    features: str | Sequence[str] | None = None,
    loss: Literal["auto", "squared", "logistic", "softmax", "poisson", "huber"] = "auto",
    learning_rate: float | str = "auto",
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
    weight: str | None = None,
    l2: float = 0.0,
    l1: float = 0.0,
    huber_delta: float | None = None,
    average: bool = False,
    full_loss_every: int | None = None,
    threads: int | Literal["all"] = 2,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
) -> Run:
    """Fit a linear model of `target` by gradient descent, and account for it.

    data:       a path (CSV, Parquet), a polars, pandas or Arrow table, or the name of a
                built-in data set
    features:   the columns to use, or the one; None: all that the contract finds usable
    loss:       "auto" takes squared for a number, logistic for a target of two values, softmax
                for text of more; "poisson" is for counts, "huber" for numbers with outliers
    steps:      at most so many; None: until converged, at most 1e6 (100 epochs of batches)
    start:      in the descended coordinates: "zeros", "random", numbers, or name -> number
    scale:      "standard" or "none" (the features as they are)
    holdout:    share of the rows kept for evaluation; 0 fits on every row and evaluates by
                cross-validation
    weight:     the column that says how much each row counts; None: all the same
    l2, l1:     penalties on the coefficients in the descended coordinates, not on intercepts
    huber_delta: where Huber's loss turns from square to straight, in the target's units; None:
                1.345 robust standard deviations of the target
    threads:    how many work on the rows; the results are the same for any number
    store:      where to save the run; None: nowhere
    on_step:    called with every recorded Row

    For the others see `descend`. Raises InputError for input that cannot be used; nothing
    is written then.

    >>> run = fit("houses", "price", holdout=0)
    >>> run.verdict, sorted(run.coefficients)
    ('converged', ['size'])
    """
    request = Request(
        source=str(data) if isinstance(data, (str, Path)) else type(data).__name__,
        target=column("target", target),
        features=columns_named(features),
        loss=loss,
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
        weight=None if weight is None else column("weight", weight),
        l2=l2,
        l1=l1,
        huber_delta=huber_delta,
        average=average,
        full_loss_every=full_loss_every,
        threads=threads,
    )
    saved_in = None if store is None else store_at(store)
    if on_step is not None:
        function("on_step", on_step, "a Row")
    watch = Stopwatch()
    created = datetime.now(UTC).isoformat(timespec="seconds")
    rows, training = make_ready(data, request, start, watch)
    training.check()
    request = training.request
    with begin_run(saved_in, rows, training) as writer:
        with watch("descend"):
            trace = training.descend(both(on_step, None if writer is None else writer.add))
        model = training.model(trace)
        with watch("evaluate"):
            evaluation = judge(model, rows, training)
        with watch("explain"):
            run = Run(
                id=None if writer is None else writer.id,
                created=created,
                version=__version__,
                request=request,
                contract=rows.contract,
                split=rows.split,
                model=model,
                trace=trace,
                diagnosis=diagnose(trace),
                evaluation=evaluation,
                sample=sample_of(model, rows.frame, rows.truth, rows.split),
                seconds={},
                minimum=minimum_of(training, *rows.part(rows.split.train)),
                landscape=landscape_of(training.objective, trace, units=units_of(request)),
            )
        run = replace(run, seconds=watch.seconds)
        if writer is not None:
            writer.finish(trace, save_documents(run, baseline=rows.baseline))
    return run


def column(role: str, name: str) -> str:
    """The name of a column; InputError for what is no text."""
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"{role} is {shown(name)}; expected the name of a column")
    return name


def columns_named(names: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """The names of the features; a text is the one name, None stays."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else texts("features", names)


def store_at(store: str | Path | Store) -> Store:
    """The store, or the one at a path; InputError for what is neither."""
    if isinstance(store, Store):
        return store
    if not isinstance(store, (str, os.PathLike)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"store is {shown(store)}; expected the path of a file, or a Store")
    return Store(store)


def try_rates(data: object, request: Request) -> RangeTest:
    """What ever larger learning rates do to the loss that `fit` would go down on.

    Raises InputError as `fit` does. See `find_learning_rate`.
    """
    _, training = make_ready(data, request, request.start, Stopwatch())
    return find_learning_rate(
        training.objective,
        training.start,
        rule=request.rule,
        batch=request.batch,
        seed=request.seed,
    )


def make_ready(
    data: object, request: Request, start: Start, watch: Stopwatch
) -> tuple[Rows, Training]:
    """Everything before the descent: the table, its contract, the split, the cost."""
    request = check(request)
    with watch("read"):
        rows = read_rows(data, request)
    check_batch(request.batch, len(rows.split.train))
    with watch("represent"):
        training = prepare(
            *rows.part(rows.split.train),
            rows.contract,
            settled(request, rows),
            lambda names: start_from(start, names, request.seed),
        )
    return rows, training


def check(request: Request) -> Request:
    """The request with every number of the kind that it should be, before anything is read.

    Raises InputError for settings that make no sense.
    """
    for name, value, known in (
        ("loss", request.loss, ("auto", *(loss.name for loss in LOSSES))),
        ("scale", request.scale, ("standard", "none")),
        ("missing", request.missing, ("impute", "drop", "refuse")),
    ):
        if all(value != word for word in known):
            raise InputError(f"{name} is {shown(value)}; expected one of {', '.join(known)}")
    rule_named(request.rule)
    thread_count(threads_of(request))
    settings = settled_settings(
        0 if request.steps is None else request.steps,
        request.batch,
        request.tolerance,
        request.seed,
        request.average,
        request.full_loss_every,
    )
    penalty = Penalty(request.l2, request.l1, np.ones(1, dtype=np.bool_))
    return replace(
        request,
        learning_rate=checked_rate(request.learning_rate),
        steps=None if request.steps is None else settings.steps,
        batch=settings.batch,
        tolerance=settings.tolerance,
        degree=whole("degree", request.degree, 1),
        intercept=flag("intercept", request.intercept),
        holdout=real("holdout", request.holdout, "a share of the rows from 0 to 0.9", _is_share),
        max_levels=whole("max_levels", request.max_levels, 1),
        seed=whole("seed", settings.seed, 0, LARGEST_SEED),
        l2=penalty.l2,
        l1=penalty.l1,
        huber_delta=checked_delta(request.huber_delta, request.loss),
        average=settings.average,
        full_loss_every=settings.full_loss_every,
    )


def checked_rate(learning_rate: float | str) -> float | str:
    """A number, or the text of a rate that there is; InputError for neither."""
    if not isinstance(learning_rate, str):
        expected = "a number above 0, 'auto', or a schedule as text, as 'step:0.1,every=30'"
        return real("the learning rate", learning_rate, expected, lambda number: number > 0)
    asked_rate(learning_rate)
    return learning_rate


def checked_delta(delta: float | None, loss: str) -> float | None:
    """Where Huber's loss turns straight; InputError for another loss, or what is no length."""
    if delta is None:
        return None
    if loss != "huber":
        raise InputError(f"huber_delta is for the loss huber, and the loss is {loss}")
    return real("huber_delta", delta, "a number above 0", lambda number: number > 0)


def _is_share(number: float) -> bool:
    return 0.0 <= number <= 0.9


def settled(request: Request, rows: Rows) -> Request:
    """The request with what was left to the data filled in."""
    request = replace(
        request, source=rows.contract.source, loss=loss_for(rows.contract, request.loss)
    )
    if request.loss == "huber" and request.huber_delta is None:
        request = replace(request, huber_delta=usual_delta(rows.truth[rows.split.train]))
    return request


def check_batch(batch: int | None, rows: int) -> None:
    """Raise InputError for a batch of more rows than there are to train on."""
    if batch is not None and batch > rows:
        raise InputError(
            f"batch is {batch:,}, but {rows:,} rows train; take a smaller batch, or 'full'"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The usable rows of a table, their target, and which of them train."""

    contract: Contract
    frame: pl.DataFrame
    truth: Array  # (m,)
    split: Split

    def part(self, rows: np.ndarray) -> tuple[pl.DataFrame, Array]:
        """Some of the rows, with their target."""
        return self.frame[rows], self.truth[rows]

    @property
    def baseline(self) -> Baseline:
        """What is known of the target without any feature: its mean, or the classes' shares."""
        return baseline_of(self.truth[self.split.train], self.contract.classes)


def read_rows(data: object, request: Request) -> Rows:
    """Read the table, state its contract, and split it: before anything is fitted."""
    table = read_table(data)
    contract = read_contract(
        table,
        request.target,
        features=request.features,
        loss=request.loss,
        max_levels=request.max_levels,
        weight=request.weight,
    )
    frame = usable_rows(table, contract, request.missing)
    if request.missing == "drop":
        contract = said_dropped(contract, frame.height)
    truth = target_values(frame, contract)
    classes = truth if contract.classes else None
    split = split_rows(frame.height, share=request.holdout, seed=request.seed, classes=classes)
    return Rows(contract, frame, truth, split)


def units_of(request: Request) -> str:
    """What the descended coordinates are, beside a parameter's name in a picture."""
    return "standardised" if request.scale == "standard" else ""


def said_dropped(contract: Contract, left: int) -> Contract:
    """The contract with the remark on missing values as it is when their rows are dropped."""
    gone = f"{contract.rows - left:,} of {contract.rows:,} rows were dropped"
    remarks = tuple(
        replace(
            remark, sentence=f"{gone}, because a value is missing: {', '.join(remark.columns)}."
        )
        if remark.code == "missing"
        else remark
        for remark in contract.remarks
    )
    return replace(contract, rows=left, remarks=remarks)


def judge(model: Model, rows: Rows, training: Training) -> Evaluation:
    """The evaluation on rows held out, or by cross-validation where none are."""
    split = rows.split
    began = dict(zip(training.objective.names, training.start.tolist(), strict=True))

    def begin(names: tuple[str, ...]) -> Array:
        """The same start by name: a fold may lack a level, or have another reference."""
        return np.array([began.get(name, 0.0) for name in names])

    def train(frame: pl.DataFrame, truth: Array) -> Model:
        fold = prepare(frame, truth, rows.contract, training.request, begin)
        return fold.model(fold.descend(curvature=False))

    if len(split.test) == 0:
        return cross_validate(train, rows.frame, rows.truth, split, classes=rows.contract.classes)
    alike = ", classes in proportion" if split.method == "stratified" else ""
    method = (
        f"{len(split.test):,} of {split.rows:,} rows held out at random (seed {split.seed}{alike})"
    )
    return evaluate(model, *rows.part(split.test), baseline=rows.baseline, method=method)


@contextmanager
def begin_run(store: Store | None, rows: Rows, training: Training) -> Generator[RunWriter | None]:
    """A writer of a new run in the store, or None where nothing is to be saved."""
    if store is None:
        yield None
        return
    request = training.request
    with store.begin(
        Path(request.source).stem,
        begin_documents(request, rows.contract, rows.split),
        rule=rule_named(request.rule).name,
        names=training.objective.names,
        loss_of="full" if request.batch is None else "batch",
        facts=training.objective.powers().facts,
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
