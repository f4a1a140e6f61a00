"""From rows that come piece by piece to a run: what `fitting` does for rows in memory.

What is known of the run is in the store from the first look on, so that one that is cut off at
any moment can be gone on with: the same is then done from the start, and everything that the
rows have answered before is answered at once by the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from steepest.asking import check
from steepest.data.sources.source import Source
from steepest.descent.descend import descend
from steepest.descent.range_test import RangeTest, find_learning_rate
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.descent.start import Start, start_from
from steepest.evaluation.splits.split import Split
from steepest.passes.asking import Ask, Progress
from steepest.passes.journal import RunJournal
from steepest.passes.survey import load_kernels
from steepest.run import Remedied, Request, Run
from steepest.saved import begin_documents, save_documents
from steepest.scaling.concluding import conclude
from steepest.scaling.engines import begin_engine
from steepest.scaling.judged import split_of
from steepest.scaling.memory import release_memory
from steepest.scaling.origin import DOCUMENT, Origin, plain_start
from steepest.scaling.preparing import Looked, Ready, look_first, prepare
from steepest.scaling.telling import Telling
from steepest.stopwatch import Stopwatch
from steepest.storage.outline import Outline, outline_to_json
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.trace import Trace
from steepest.training import MOST_STEPS

__all__ = ["KEPT", "Going", "both", "fit_by_pieces", "try_rates_by_pieces"]

Told = TypeVar("Told")

KEPT = ("request", "contract", "split", "summary", DOCUMENT)
"""Documents of a run that is gone on with; what was concluded too early is dropped."""


@dataclass(frozen=True, slots=True)
class Going:
    """A run that is gone on with: its id in the store, and when it began."""

    id: str
    created: str


def fit_by_pieces(
    source: Source,
    request: Request,
    *,
    start: Start | None = None,
    store: Store | None = None,
    on_step: Callable[[Row], None] | None = None,
    on_pass: Callable[[Progress], None] | None = None,
    remedied: Remedied | None = None,
    named: bool = False,
    going: Going | None = None,
) -> Run:
    """Fit by walks over the pieces of a source.

    named:  whether `request.source` is what the data can be read from again
    going:  the run of the store to go on with; None begins one

    Raises InputError as `fit` does, and for what cannot be asked of rows that are not in memory.
    """
    watch = Stopwatch()
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    request = check(request)
    start = request.start if start is None else start
    origin = Origin(request, plain_start(start), source.identity, named)
    with watch("read"):
        looked = look_first(source, request)
    sparing = request.memory > 0
    if sparing:
        load_kernels()  # once they are there, what made them is not needed
    release_memory(code=sparing)
    with ExitStack() as left:
        engine = left.enter_context(begin_engine(source, looked.layout, looked.request))
        writer = left.enter_context(_written(store, looked, origin, going))
        journal = None if writer is None else left.enter_context(RunJournal(writer))
        telling = None if writer is None else left.enter_context(Telling(writer, engine))
        ask = Ask(engine, journal, both(on_pass, telling))
        with watch("survey"):
            ready = prepare(ask, looked)
        release_memory(code=sparing)
        if writer is not None:
            writer.extend({}, _known(ready))
        with watch("descend"):
            trace = _descend(ready, start, both(on_step, None if writer is None else writer.add))
        engine.settle(ready.layout)  # the rows that train are not needed any more
        release_memory(code=sparing)
        with watch("evaluate"):
            created = moment if going is None else going.created
            run, baseline = conclude(ask, ready, trace, created, {})
        run = replace(run, seconds=watch.seconds, remedied=remedied)
        if writer is not None:
            run = replace(run, id=writer.id)
            if journal is not None and trace.stop.reason == "interrupted":
                journal.keep()
            if telling is not None:
                telling.end()
            writer.finish(run.trace, save_documents(run, baseline=baseline))
    return run


def try_rates_by_pieces(source: Source, request: Request) -> RangeTest:
    """What `try_rates` does, by a walk over all rows for each rate; least squares need one."""
    looked = look_first(source, request)
    asked = looked.request
    with begin_engine(source, looked.layout, asked) as engine:
        objective = prepare(Ask(engine), looked).objective
        return find_learning_rate(
            objective,
            start_from(asked.start, objective.names, asked.seed),
            rule=asked.rule,
            batch=asked.batch,
            seed=asked.seed,
        )


def _descend(ready: Ready, start: Start, on_step: Callable[[Row], None] | None) -> Trace:
    request, objective = ready.looked.request, ready.objective
    return descend(
        objective,
        start_from(start, objective.names, request.seed),
        learning_rate=request.learning_rate,
        rule=request.rule,
        steps=MOST_STEPS if request.steps is None else request.steps,
        tolerance=request.tolerance,
        seed=request.seed,
        curvature=False,
        on_step=on_step,
    )


@contextmanager
def _written(
    store: Store | None, looked: Looked, origin: Origin, going: Going | None
) -> Generator[RunWriter | None]:
    """A writer of the run, or None where nothing is to be saved; Ctrl-C says how to go on."""
    if store is None:
        yield None
        return
    request, contract = looked.request, looked.layout.contract
    split = Split("random", request.holdout, request.seed, contract.rows, (), counted=0)
    documents = begin_documents(request, contract, split) | {DOCUMENT: origin.to_json()}
    if going is None:
        rule = rule_named(request.rule).name
        writer = store.begin(stem_of(origin.request.source), documents, rule=rule)
    else:
        writer = store.resume(going.id, KEPT)
    try:
        with writer:
            yield writer
    except KeyboardInterrupt as stopped:
        stopped.add_note(
            f"What was done until then is kept in {store.path}; `steepest fit --resume "
            f"{writer.id}` goes on from there."
        )
        raise


def _known(ready: Ready) -> dict[str, str]:
    """The documents of a run that is about to descend: what it is then known by, if it is cut."""
    request, found, objective = ready.looked.request, ready.found, ready.objective
    split = split_of(request, found)
    rule = rule_named(request.rule).name
    outline = Outline(rule, objective.names, "full", objective.powers().facts)
    return begin_documents(request, ready.contract, split) | {"trace": outline_to_json(outline)}


def stem_of(source: str) -> str:
    """What a run of it is called: after the file, or the folder of a pattern.

    >>> [stem_of(text) for text in ("homes.parquet", "homes/2024/*.parquet", ":memory:")]
    ['homes', '2024', 'memory']
    """
    named = [part for part in Path(source).parts if not any(mark in part for mark in "*?[")]
    return Path(named[-1]).stem.strip(":") if named else "run"


def both(
    first: Callable[[Told], None] | None, second: Callable[[Told], None] | None
) -> Callable[[Told], None] | None:
    """Call the one and the other, whichever there are."""
    if first is None or second is None:
        return first or second

    def call(told: Told) -> None:
        first(told)
        second(told)

    return call
