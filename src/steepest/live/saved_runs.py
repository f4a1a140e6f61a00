"""A saved run replayed: its record from the store, its cost and rows read again from the source."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing

from steepest.applying import apply
from steepest.data.contract import Contract
from steepest.descent.plan import OnStep
from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.inferred import inferred
from steepest.errors import InputError
from steepest.evaluation.splits.split import Split
from steepest.landscape import Landscape, losses_at
from steepest.live.examples import validation_losses
from steepest.live.fits import sampled_fit
from steepest.live.growing import descended
from steepest.live.known_bowl import known_bowl
from steepest.live.layers import trend_of
from steepest.live.played import MOST_HELD, Played, is_light
from steepest.live.problems import Problem
from steepest.live.run_sources import IN_PIECES, Source, gone, matches, source_of
from steepest.live.setting import LOSSES, MOST_FEATURES, MOST_STEPS, RULE_LABELS, Setting
from steepest.live.thinning import kept_rows
from steepest.live.wire import Fit, Workers
from steepest.live.workers import workers_of
from steepest.model import Model
from steepest.readable import counted
from steepest.run import Request, Run, Sample
from steepest.saved import context_of, load_part, load_run, summary_of
from steepest.scaling.origin import origin_of
from steepest.scaling.told import DOCUMENT
from steepest.store import RunRow, Store
from steepest.trace import Trace
from steepest.training import Training

__all__ = ["SavedRun"]

EVERY = 0.5
NOTHING_KNOWN = (
    "A watched loop: its rows and its cost are not known here, so that the views of them (the "
    "data, the contours, the slope) are left out."
)
BOWL_SEEN = (
    "A watched loop: its rows are not known here, so that they are left out; its cost is the bowl "
    "that its gradients show."
)


class SavedRun:
    """A run in a store, finished or still growing."""

    def __init__(self, store: Store, run_id: str) -> None:
        self._store, self._id = store, run_id
        self._request = load_part(store, run_id, "request", Request)
        self._contract = load_part(store, run_id, "contract", Contract)
        summary = summary_of(store.row(run_id))
        self._watched = summary if summary is not None and summary.watched else None
        self._source: Source | None = None
        self._last: tuple[RunRow, Played] | None = None
        self._lock = threading.RLock()

    @property
    def title(self) -> str:
        """The id of the run."""
        return self._id

    @property
    def words(self) -> str:
        """What it learned from what."""
        row = self._store.row(self._id)
        steps = counted(row.last_step or 0, "step")
        if self._watched is not None:
            steps = counted(0 if row.last_step is None else row.last_step + 1, "step")
            return f"A watched loop, {self._watched.words}: {steps}, {row.status}."
        request = self._request
        of = "" if request is None else f", {request.target} of {request.source}"
        return f"The saved run {self._id}{of}: {steps}, {row.status}."

    @property
    def setting(self) -> Setting:
        """What a setting can say of it."""
        request = self._request
        steps = min(self._store.row(self._id).last_step or 0, MOST_STEPS)
        if request is None:
            return Setting(what="run", run=self._id, scale="raw", steps=steps)
        rate = request.learning_rate
        return Setting(
            what="run",
            run=self._id,
            features=(request.features or ())[:MOST_FEATURES],
            scale="standard" if request.scale == "standard" else "raw",
            degree=min(request.degree, 9),
            loss=request.loss if request.loss in LOSSES else "squared",
            rule=request.rule
            if request.rule.partition(":")[0] in RULE_LABELS
            else "gradient_descent",
            batch=request.batch,
            seed=request.seed,
            rate=None if isinstance(rate, str) else rate,
            steps=steps,
        )

    @property
    def growing(self) -> bool:
        """Whether it is not at its end yet."""
        return self._store.row(self._id).status == "running"

    @property
    def workers(self) -> Workers | None:
        """Who walks over its rows, where they come piece by piece."""
        return workers_of(self._store, self._store.row(self._id))

    def played(self) -> Played:
        """The record as far as it is on disk, with all that can be worked out beside it."""
        with self._lock:
            row = self._store.row(self._id)
            known = self._last
            if known is not None and _same(known[0], row):
                return known[1]
            played = self._shown(self._store.trace(self._id), row)
            self._last = row, played
            return played

    def follow(self) -> Iterator[Played | Workers | None]:
        """The record each time it has grown, its workers each time that they told something.

        None each time that nothing is new, until the run ends.
        """
        shown: RunRow | None = None
        heard: str | None = None
        while True:
            row = self._store.row(self._id)
            told = self._store.document(self._id, DOCUMENT)
            news = row.recorded > 0 and (shown is None or not _same(shown, row))
            if told is not None and (told != heard or row.status != "running"):
                heard = told
                yield workers_of(self._store, row)
            elif not news:
                yield None
            if news:
                shown = row
                yield self.played()
            if row.status != "running":
                return
            time.sleep(EVERY)

    @property
    def again(self) -> bool:
        """Whether what it descended on can be read again, for a branch or a remedy."""
        return self._request is not None and self._read().training is not None

    def problem(self, at: int) -> tuple[Problem, Setting]:
        """What it descended on, and its rule and batch for the steps after `at`."""
        source, request = self._read(), self._request
        if source.training is None or request is None:
            raise InputError(f"this run cannot branch: {source.note}")
        training = source.training
        names, last = training.objective.names, self._store.row(self._id).last_step or 0
        problem = Problem(training.objective, names, training.start, source.examples, training.rows)
        setting = Setting(
            what="run",
            rule=request.rule,
            batch=request.batch,
            seed=request.seed,
            steps=min(max(last - at, 0), MOST_STEPS),
        )
        return problem, setting

    def applied(self, finding: int, remedy: int) -> Generator[SavedRun | None]:
        """Trained again with a remedy: None while it goes on, then the new run.

        Closing the iterator interrupts the training. Raises InputError where there is no such
        remedy, or the table is not at hand.
        """
        findings = self.played().diagnosis.findings
        if finding >= len(findings) or remedy >= len(findings[finding].remedies):
            raise InputError(f"the finding {finding} of {self._id} has no remedy {remedy}")
        run, chosen = load_run(self._store, self._id), findings[finding].remedies[remedy]

        def train(on_step: OnStep) -> Run:
            return apply(run, chosen, store=self._store, on_step=on_step)

        with closing(descended(train)) as parts:
            for part in parts:
                if part is None or isinstance(part, list):
                    yield None
                else:
                    assert part.id is not None  # noqa: S101
                    yield SavedRun(self._store, part.id)

    def _shown(self, trace: Trace, row: RunRow) -> Played:
        if self._watched is not None:
            return _seen(trace, growing=row.status == "running")
        source = self._read()
        if source.training is not None:
            source = self._held_against(source, trace)
        rows, training, examples = kept_rows(len(trace)), source.training, source.examples
        notes, landscape, fit = (source.note,) if source.note else (), None, None
        objective = known_bowl(trace) if training is None else training.objective
        if training is None:
            landscape, fit = self._stored()
            landscape = landscape if objective is None else None
        if source.note != IN_PIECES:
            notes += _without_rows(training, fit)
        light = training is None or is_light(training.objective, training.rows)
        if training is not None and not light:
            landscape, _ = self._stored()
        params = trace.params
        loss = validation = None
        if training is not None and params is not None and light and trace.loss_of == "batch":
            loss = losses_at(training.objective, params[rows])
            notes = (*notes, "J is that of all training rows; the loop saw only its batches.")
        if examples is not None and params is not None:
            validation = validation_losses(examples, params[rows], MOST_HELD)
            if validation is not None and examples.held.sum() > MOST_HELD:
                notes = (*notes, f"The validation curve is of {MOST_HELD:,} rows held out.")
        return Played(
            trace=trace,
            diagnosis=diagnose(trace, context_of(trace, self._request, self._contract)),
            rows=rows,
            objective=objective,
            loss=loss,
            validation=validation,
            examples=examples,
            landscape=landscape,
            fit=fit,
            facts=trace.facts,
            notes=notes,
            growing=row.status == "running",
            light=light,
        )

    def _read(self) -> Source:
        with self._lock:
            if self._source is None:
                pieces = origin_of(self._store, self._id) is not None
                self._source = Source(None, None, IN_PIECES) if pieces else source_of(self._request)
            return self._source

    def _held_against(self, source: Source, trace: Trace) -> Source:
        """The source, unless the record says that its rows are others by now."""
        training = source.training
        if training is None or matches(training, trace):
            return source
        assert self._request is not None  # noqa: S101
        self._source = Source(None, None, gone(self._request, "it has changed since"))
        return self._source

    def _stored(self) -> tuple[Landscape | None, Fit | None]:
        """What the store holds besides the trace: of a finished run."""
        landscape = load_part(self._store, self._id, "landscape", Landscape)
        model = load_part(self._store, self._id, "model", Model)
        sample = load_part(self._store, self._id, "sample", Sample)
        if model is None or sample is None or self._request is None:
            return landscape, None
        split = load_part(self._store, self._id, "split", Split)
        delta = self._request.huber_delta if self._request.loss == "huber" else None
        return landscape, sampled_fit(model, sample, split, delta)


def _seen(trace: Trace, *, growing: bool) -> Played:
    """A watched loop: nothing of it can be worked out anew, but where it walked in a bowl."""
    shown = inferred(trace)
    objective = known_bowl(shown)
    return Played(
        trace=shown,
        diagnosis=diagnose(trace, context_of(trace, None, None)),
        rows=kept_rows(len(trace)),
        objective=objective,
        facts=shown.facts,
        notes=(BOWL_SEEN if objective is not None else NOTHING_KNOWN,),
        growing=growing,
        watched=True,
        trend=None if shown.loss_of == "full" else trend_of(trace),
    )


def _same(before: RunRow, now: RunRow) -> bool:
    return (before.recorded, before.status) == (now.recorded, now.status)


def _without_rows(training: Training | None, fit: Fit | None) -> tuple[str, ...]:
    """Why no rows are shown, where that is so."""
    if training is not None:
        softmax = training.request.loss == "softmax"
        return ("The rows are not shown: there are more than two classes.",) if softmax else ()
    return () if fit is not None else ("The rows are not shown: they are not in the store.",)
