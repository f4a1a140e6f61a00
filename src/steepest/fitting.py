"""From a table to a model with a recorded, explained descent, one stage after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from steepest.arguments import function, whole
from steepest.asking import check_engine, column, columns_named, pairs_text, store_at
from steepest.data.contract import Contract
from steepest.descent.range_test import RangeTest, find_learning_rate
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_text
from steepest.diagnosis.diagnose import diagnose
from steepest.errors import InputError
from steepest.evaluation.evaluate import Settings
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.judging import Judged, trainings
from steepest.evaluation.judging import judge as judge_model
from steepest.evaluation.leakage.evidence import evidence_of
from steepest.evaluation.leakage.find import find_leakage
from steepest.evaluation.measured import settled_model
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.policies.policy import policy_from
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.studies.study import Study
from steepest.landscape import landscape_of
from steepest.model import Model
from steepest.passes.asking import Progress
from steepest.ready import Rows, make_ready
from steepest.run import Remedied, Request, Run
from steepest.sample import sample_of
from steepest.saved import begin_documents, load_part, save_documents
from steepest.scaling.choice import pieces_of
from steepest.scaling.fitting import KEPT, Going, both, fit_by_pieces, try_rates_by_pieces
from steepest.scaling.memory import memory_bytes
from steepest.stopwatch import Stopwatch
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.studying.within_fit import study_of_fit
from steepest.trace import Array, Trace
from steepest.training import Training, minimum_of, prepare
from steepest.version import __version__

if TYPE_CHECKING:
    import polars as pl

__all__ = ["fit", "fit_as_asked", "try_rates"]


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
    split: str = "auto",
    folds: int | None = None,
    repeats: int = 1,
    key: str | Sequence[str] | None = None,
    units: str | Mapping[str, str] | None = None,
    costs: str | Mapping[str, float | str] | None = None,
    threshold: str | float = 0.5,
    engine: Literal["auto", "local", "ray"] = "auto",
    memory: str | int | None = None,
    workers: int | None = None,
    ray_address: str | None = None,
    query: str | None = None,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
    on_part: Callable[[int, int], None] | None = None,
    on_pass: Callable[[Progress], None] | None = None,
) -> Run:
    """Fit a linear model of `target` by gradient descent, and account for it.

    data:       a path (CSV, Parquet), a polars, pandas or Arrow table, or the name of a
                built-in data set; a folder, a pattern ("homes/*.parquet"), a list of paths, an
                address ("s3://bucket/homes/"), or what `query` is put to: a database file, or
                a function that opens a connection (DB-API 2)
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
    split:      "auto": at random, of classes in proportion; "random", "stratified";
                "group=COLUMN": no group on both sides; "time=COLUMN": the latest rows held out
    folds:      cross-validate over so many folds instead of holding rows out, whatever `holdout`
    repeats:    evaluate over so many splits, to see how much the score owes to one of them
    key:        the columns that together name a row, which later tables must not repeat
    units:      column -> what it is measured in, or "size=m2,price=EUR"
    costs:      what errors cost: see `costs_from`
    threshold:  of the decision between two classes: a probability, "cost", "recall=0.9" or
                "budget=0.05"
    engine:     "auto": rows in memory where they fit, else "local": piece by piece on this
                machine; "ray": by workers of a Ray cluster, of this machine's own where none is
                named. "local" and "ray" give the same to the bit
    memory:     what may be used, in bytes or as "400MB"; rows then come piece by piece
    workers:    of Ray; None: one for each processor
    ray_address: of a cluster to join; None: RAY_ADDRESS, else one of its own
    query:      of SQL, to the database that `data` names
    store:      where to save the run; None: nowhere
    on_step:    called with every recorded Row
    on_part:    called with every model that is trained for the evaluation alone: how many are,
                and how many will be
    on_pass:    of rows that come piece by piece: called with the Progress of every walk over them

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
        split=split,
        folds=folds,
        repeats=repeats,
        key=",".join(columns_named(key, "key") or ()),
        units=pairs_text("units", units),
        costs=pairs_text("costs", costs),
        threshold=str(threshold),
        engine=engine,
        memory=memory_bytes(memory),
        workers=0 if workers is None else whole("workers", workers, 1),
        ray_address=ray_address or "",
        query=query or "",
    )
    return fit_as_asked(
        data,
        request,
        start=start,
        store=store,
        on_step=on_step,
        on_part=on_part,
        on_pass=on_pass,
    )


def fit_as_asked(
    data: object,
    request: Request,
    *,
    start: Start | None = None,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
    on_part: Callable[[int, int], None] | None = None,
    on_pass: Callable[[Progress], None] | None = None,
    remedied: Remedied | None = None,
    going: Going | None = None,
) -> Run:
    """What `fit` does, by its request; `start` where it is not the text of the request.

    going:  the run of the store that was cut off, its rows in memory; None begins one
    """
    saved_in = None if store is None else store_at(store)
    if on_step is not None:
        function("on_step", on_step, "a Row")
    if on_part is not None:
        function("on_part", on_part, "two whole numbers")
    check_engine(request)
    source = pieces_of(data, request) if going is None else None
    if source is not None:
        return fit_by_pieces(
            source,
            request,
            start=start,
            store=saved_in,
            on_step=on_step,
            on_pass=on_pass,
            remedied=remedied,
            named=isinstance(data, (str, Path)),
        )
    watch = Stopwatch()
    created = datetime.now(UTC).isoformat(timespec="seconds") if going is None else going.created
    began = request.start if start is None else start
    rows, training = make_ready(data, request, began, watch)
    training.check()
    request = training.request
    with begin_run(saved_in, rows, training, going) as writer:
        with watch("descend"):
            trace = training.descend(both(on_step, None if writer is None else writer.add))
        model = training.model(trace)
        with watch("evaluate"):
            watching = Watching(trainings(rows.split), on_part)
            watching.interrupted = trace.stop.reason == "interrupted"
            evaluation = judge(model, rows, training, watching)
            model = settled_model(model, evaluation, costs_from(request.costs))
        with watch("study"):
            study = None if watching.interrupted else columns_studied(model, rows, training, trace)
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
                remedied=remedied,
                study=study,
                trained=rows.trained,
            )
        run = replace(run, seconds=watch.seconds)
        if writer is not None:
            writer.finish(trace, save_documents(run, baseline=rows.baseline))
    return run


def try_rates(data: object, request: Request) -> RangeTest:
    """What ever larger learning rates do to the loss that `fit` would go down on.

    Raises InputError as `fit` does. See `find_learning_rate`.
    """
    check_engine(request)
    source = pieces_of(data, request)
    if source is not None:
        return try_rates_by_pieces(source, request)
    _, training = make_ready(data, request, request.start, Stopwatch())
    return find_learning_rate(
        training.objective,
        training.start,
        rule=request.rule,
        batch=request.batch,
        seed=request.seed,
    )


def units_of(request: Request) -> str:
    """What the descended coordinates are, beside a parameter's name in a picture."""
    return "standardised" if request.scale == "standard" else ""


def judge(
    model: Model, rows: Rows, training: Training, watching: Watching | None = None
) -> Evaluation:
    """The evaluation on rows held out, or by folds, and whether those rows tell anything."""
    request = training.request
    judged = Judged(
        rows.frame,
        rows.truth,
        rows.contract,
        rows.split,
        stopped=lambda: watching is not None and watching.interrupted,
    )
    settings = Settings(
        costs=costs_from(request.costs),
        policy=policy_from(request.threshold),
        unit=next(c.unit for c in rows.contract.columns if c.role == "target"),
        seed=request.seed,
    )
    train = trainer(rows, training, watching)
    found = judge_model(model, train, judged, baseline=rows.baseline, settings=settings)
    pairs = folds_of(rows.split, rows.frame, rows.truth, rows.contract.classes)
    evidence = evidence_of(rows.frame, rows.contract, rows.truth, rows.split, pairs)
    return replace(found, leakage=find_leakage(evidence))


def columns_studied(model: Model, rows: Rows, training: Training, trace: Trace) -> Study | None:
    """What each column is worth; None where whoever waits has had enough: the run is kept."""
    try:
        return study_of_fit(model, rows, training, trace)
    except KeyboardInterrupt:
        return None


class Watching:
    """What goes on while other models are trained for the evaluation: how many are done.

    on_part: called with how many are trained and how many will be; None: nobody asks
    """

    def __init__(self, most: int, on_part: Callable[[int, int], None] | None) -> None:
        self._most = most
        self._done = 0
        self._on_part = on_part
        self.interrupted = False

    def trained(self, trace: Trace) -> None:
        """Take note of one more."""
        self._done += 1
        self.interrupted |= trace.stop.reason == "interrupted"
        if self._on_part is not None:
            self._on_part(self._done, max(self._most, self._done))


def trainer(
    rows: Rows, training: Training, watching: Watching | None = None
) -> Callable[[pl.DataFrame, Array], Model]:
    """What trains a model like that of the training on other rows and their target."""
    began = dict(zip(training.objective.names, training.start.tolist(), strict=True))

    def begin(names: tuple[str, ...]) -> Array:
        """The same start by name: a fold may lack a level, or have another reference."""
        return np.array([began.get(name, 0.0) for name in names])

    def train(frame: pl.DataFrame, truth: Array) -> Model:
        fold = prepare(frame, truth, rows.contract, training.request, begin)
        trace = fold.descend(curvature=False)
        if watching is not None:
            watching.trained(trace)
        return fold.model(trace)

    return train


@contextmanager
def begin_run(
    store: Store | None, rows: Rows, training: Training, going: Going | None = None
) -> Generator[RunWriter | None]:
    """A writer of a new run in the store, or None where nothing is to be saved.

    going:  a run that was cut off, and is fitted again from its start
    """
    if store is None:
        yield None
        return
    request = training.request
    if going is not None:
        refuse_other_table(store, going.id, rows.contract)
        with store.resume(going.id, KEPT) as writer:
            yield writer
        return
    with store.begin(
        Path(request.source).stem,
        begin_documents(request, rows.contract, rows.split),
        rule=rule_named(request.rule).name,
        names=training.objective.names,
        loss_of="full" if request.batch is None else "batch",
        facts=training.objective.powers().facts,
    ) as writer:
        yield writer


def refuse_other_table(store: Store, run_id: str, contract: Contract) -> None:
    """Raise InputError where the table is not the one that the run began with."""
    before = load_part(store, run_id, "contract", Contract)
    if before is None or not before.fingerprint or before.fingerprint == contract.fingerprint:
        return
    raise InputError(
        f"{contract.source}: the data changed since the run {run_id} began: its rows hold other "
        "values, or come in another order; put back what was there, or fit it anew"
    )
