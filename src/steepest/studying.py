"""What training again in other ways tells of a run: columns, peers and curves.

`fit` calls `study_of_fit(model, rows, training, trace)` once the run is evaluated, and keeps what
it returns as the run's `study`: the worth of the columns where that is cheap, else why it was
not measured. `study` does the rest, on the rows that the run was fitted to. This module does not
import `fitting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from steepest.arguments import flag, whole
from steepest.data import datasets
from steepest.data.contract import Contract
from steepest.data.table import read_table, target_values, usable_rows
from steepest.descent.start import start_from
from steepest.errors import InputError
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.split import Rows as Places
from steepest.evaluation.studies.learning_curve import (
    learning_curve,
    learning_trials,
    repeats_at,
    sizes_of,
)
from steepest.evaluation.studies.peers import peer_sentences, peers_of, trees, usual_linear
from steepest.evaluation.studies.study import Study
from steepest.evaluation.studies.trials import Parts, Predictor, Train, Trial, Trials
from steepest.evaluation.studies.validation_curve import (
    degrees_of,
    penalties_of,
    validation_curve,
    validation_trials,
)
from steepest.evaluation.studies.worth import (
    CAUTION,
    column_study,
    columns_worth,
    parameters_of,
    trials_without,
    with_the_most_useful_first,
)
from steepest.model import Model
from steepest.readable import readable
from steepest.ready import Rows
from steepest.run import Request, Run
from steepest.trace import Array, Trace
from steepest.training import Training, prepare

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Progress",
    "goes_to_minimum",
    "has_diverged",
    "merged",
    "rows_again",
    "study",
    "study_of_fit",
    "trainer",
    "trials_of",
]

MOST_ROWS = 20_000
"""So many rows of a part train, and so many judge, at most; drawn at random."""

CHEAP = 4e8
"""Multiplications that `fit` may spend on the worth of the columns: a second, about."""

_SOLVER_STEPS = 1_000
_SOLVER_TOLERANCE = 1e-6
_PASSES = 60  # over the rows, of a solver
_CURVE_WORK = 2e10
_MOST_TERMS = 500

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is: what it does, and how many trainings of all are done."""

    doing: str
    done: int
    total: int


def study(
    run: Run,
    data: object = None,
    *,
    columns: bool = True,
    peers: bool = True,
    curves: bool = True,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Study:
    """Train again in other ways, on the rows and the split that the run was fitted with.

    data:     the table; None: read again from where the run read it
    columns:  what each column buys: the model without it
    peers:    scikit-learn's linear model and gradient-boosted trees
    curves:   the score by rows that train, by degree, and by penalty
    seed:     of the draws of rows, and of the trees
    on_progress: called after every training

    All is judged on the held-out rows, or over the folds. A descent that converged is repeated
    by whichever way to the minimum is fastest; one that did not, as it was asked for. Of tables
    with more than 20,000 rows, that many train. Ctrl-C ends it and keeps what is done. Raises
    InputError where the table is not at hand or has changed, and for a model that diverged.

    >>> from steepest.fitting import fit
    >>> found = study(fit("houses", "price"), peers=False, curves=False)
    >>> found.score, [worth.column for worth in found.columns]
    ('r2', ['size'])
    """
    seed = whole("seed", seed, 0)
    wanted = {
        "columns": flag("columns", columns),
        "peers": flag("peers", peers),
        "curves": flag("curves", curves),
    }
    _refuse_diverged(run)
    frame, target = rows_again(run, data)
    trials, sampled = trials_of(run, frame, target, seed=seed)
    return _Studying(run, trials, sampled, seed, on_progress).all(wanted)


def study_of_fit(model: Model, rows: Rows, training: Training, trace: Trace) -> Study:
    """What `fit` says of the columns: their worth where it is cheap, else why not.

    Cheap is decided by sizes, not by time, so that the same rows and request always say the
    same: see `CHEAP`.
    """
    request, contract = training.request, rows.contract
    score = main_score(request.loss)
    method = _method(rows.split.folds, len(rows.split.test))
    reason = _too_dear(rows, training, trace)
    if reason:
        said = f"What each column buys was not measured: {reason}; `steepest study RUN` does it."
        return Study(method, score.name, score.better, None, columns_method=said)
    parts = _pairs(folds_of(rows.split, rows.frame, rows.truth, contract.classes))
    trials = Trials(rows.frame, rows.truth, parts, score, contract.classes)
    train = trainer(contract, request, to_minimum=True)
    ours = _ours(trials, model, train)
    return column_study(
        trials,
        ours,
        lambda name: trainer(without(contract, name), request, to_minimum=True),
        contract,
        model.representation,
        method=method,
        scores=model.scores,
    )


def merged(before: Study | None, after: Study) -> Study:
    """The new study, with what only the one before it holds."""
    if before is None or before.score != after.score:
        return after
    return replace(
        after,
        columns=after.columns or before.columns,
        columns_method=after.columns_method or before.columns_method,
        peers=after.peers or before.peers,
        learning_curve=after.learning_curve or before.learning_curve,
        validation_curves=after.validation_curves or before.validation_curves,
        sentences=tuple(dict.fromkeys((*after.sentences, *_kept_sentences(before, after)))),
    )


def rows_again(run: Run, data: object = None) -> tuple[pl.DataFrame, Array]:
    """The usable rows of a run, and their target (m,), read once more.

    Raises InputError where the table is not at hand, or is not the one of before: by its
    columns, the number of its rows, and what its target is on average.
    """
    table = read_table(_source(run) if data is None else data)
    contract = run.contract
    frame = usable_rows(table, contract, run.request.missing)
    if frame.height != run.split.rows:
        raise InputError(
            f"{table.source} has {frame.height:,} usable rows, and the run {run.id or ''} was "
            f"fitted to {run.split.rows:,}: the table has changed since; fit it anew"
        )
    target = target_values(frame, contract)
    if _changed(contract, target):
        raise InputError(
            f"the target {contract.target} of {table.source} is not what it was when the run "
            f"{run.id or ''} was fitted to it (its mean is {readable(float(target.mean()))}): the "
            "table has changed since; fit it anew"
        )
    return frame, target


def trials_of(
    run: Run, frame: pl.DataFrame, target: Array, *, seed: int = 0, most: int = MOST_ROWS
) -> tuple[Trials, bool]:
    """The parts that a run is judged on, of at most so many rows, and whether fewer than all."""
    pairs = _pairs(folds_of(run.split, frame, target, run.contract.classes))
    if not pairs:
        raise InputError(
            f"the run was fitted to {frame.height:,} rows, of which none can judge it; a study "
            "needs rows that do not train"
        )
    rng = np.random.default_rng(seed)
    parts = tuple((_some(rng, train, most), _some(rng, judge, most)) for train, judge in pairs)
    sampled = any(map(_fewer, parts, pairs))
    score = main_score(run.model.loss)
    return Trials(frame, target, parts, score, run.contract.classes), sampled


def trainer(
    contract: Contract, request: Request, *, to_minimum: bool
) -> Callable[[pl.DataFrame, Array], Model]:
    """A function (rows, their target) -> a model trained as was asked.

    to_minimum:  by whichever way to the minimum is fastest: directly where the cost is a bowl,
                 else by L-BFGS, or FISTA under an l1 penalty, to 1e-6 and at most 1,000 steps.
                 False: by the descent that was asked for, from zeros or at random
    """
    asked = replace(request, start="random" if request.start == "random" else "zeros")
    if to_minimum:
        asked = replace(
            asked,
            rule="fista" if request.l1 else "lbfgs",
            learning_rate="auto",
            batch=None,
            average=False,
            full_loss_every=None,
            steps=_SOLVER_STEPS,
            tolerance=_SOLVER_TOLERANCE,
        )

    def train(frame: pl.DataFrame, target: Array) -> Model:
        fold = prepare(
            frame,
            target,
            contract,
            asked,
            lambda names: start_from(asked.start, names, asked.seed),
        )
        bowl = fold.objective.powers().bowl
        if to_minimum and bowl is not None and not asked.l1:
            return _model(fold, bowl.minimum)
        trace = fold.descend(curvature=False)
        if trace.stop.reason == "interrupted":  # a descent notes Ctrl-C, and does not raise it
            raise KeyboardInterrupt
        return fold.model(trace)

    return train


def goes_to_minimum(run: Run) -> bool:
    """Whether a run is repeated to the minimum: one that converged, or was to have no bound.

    Not where there is no minimum: what is learned then hangs on where the descent stops.
    """
    request, reason = run.request, run.trace.stop.reason
    endless = request.steps is None and request.batch is None and reason != "unbounded"
    return reason == "converged" or endless


def without(contract: Contract, name: str) -> Contract:
    """The contract with a column left out of the model."""
    return replace(
        contract,
        columns=tuple(
            replace(column, role="left_out", reason="to see what it buys")
            if column.name == name
            else column
            for column in contract.columns
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Studying:
    """One study of a run on its trials."""

    run: Run
    trials: Trials
    sampled: bool
    seed: int
    on_progress: Callable[[Progress], None] | None

    def all(self, wanted: dict[str, bool]) -> Study:
        """What was wanted, one thing after the other, until it is interrupted."""
        run, trials = self.run, self.trials
        plan = self._plan(wanted)
        tick = _Ticks(sum(plan.values()), self.on_progress)
        found = Study(self._method(), trials.score.name, trials.score.better, None)
        try:
            ours = self._ours(tick)
            found = replace(found, value=trials.value(ours)[0])
            for part in ("columns", "peers", "learning", "degree", "l2"):
                if plan[part] or (part == "columns" and wanted[part]):
                    found, ended = getattr(self, f"_{part}")(found, ours, tick)
                    if ended:
                        raise KeyboardInterrupt
        except KeyboardInterrupt:
            return replace(found, sentences=(*found.sentences, _INTERRUPTED), interrupted=True)
        if run.trace.stop.reason == "unbounded":
            found = replace(found, sentences=(*found.sentences, _NO_MINIMUM))
        if wanted["curves"] and found.validation_curves and not run.split.folds:
            found = replace(found, sentences=(*found.sentences, _CHOOSING))
        return found

    def _plan(self, wanted: dict[str, bool]) -> dict[str, int]:
        """How many trainings each part takes; 0 for what is not wanted or cannot be."""
        parts, contract = len(self.trials.parts), self.run.contract
        features = len(contract.features)
        draws = sum(repeats_at(self.trials, size) for size in self._sizes)
        return {
            "ours": 0 if self._model_judges else parts,
            "columns": parts * features * (wanted["columns"] and features > 1),
            "peers": 2 * parts * wanted["peers"],
            "learning": parts * draws * wanted["curves"],
            "degree": parts * len(self._degrees) * wanted["curves"],
            "l2": parts * len(penalties_of(self.run.request.l2)) * wanted["curves"],
        }

    @property
    def _model_judges(self) -> bool:
        """Whether the run's own model is what is judged: on held-out rows, all of them."""
        return not self.run.split.folds and not self.sampled

    @property
    def _sizes(self) -> tuple[int, ...]:
        return sizes_of(self.trials, len(self.run.model.params))

    @property
    def _degrees(self) -> tuple[int, ...]:
        rows, squared = self.trials.training_rows, self.run.request.loss == "squared"
        affordable = (_CURVE_WORK / rows) ** 0.5 if squared else _CURVE_WORK / rows / _PASSES / 4
        scores = max(1, self.run.model.scores)
        most = int(min(_MOST_TERMS, affordable, rows)) // scores
        return degrees_of(self.run.contract, self.run.request.degree, most)

    def _train(self, contract: Contract | None = None) -> Train:
        to_minimum = goes_to_minimum(self.run)
        return trainer(contract or self.run.contract, self.run.request, to_minimum=to_minimum)

    def _ours(self, tick: _Ticks) -> Trial:
        if self._model_judges:
            return _ours(self.trials, self.run.model, self._train())
        return self.trials.judge(tick("the model itself", self._train()))

    def _columns(self, found: Study, ours: Trial, tick: _Ticks) -> tuple[Study, bool]:
        contract, model = self.run.contract, self.run.model
        left = trials_without(
            self.trials,
            lambda name: tick(f"without {name}", self._train(without(contract, name))),
            contract,
        )
        counts = parameters_of(model.representation, model.scores)
        kept, ended = _drained(columns_worth(self.trials, ours, left, contract, counts))
        said = f"The model was trained again without each column. {CAUTION}"
        return replace(found, columns=with_the_most_useful_first(kept), columns_method=said), ended

    def _peers(self, found: Study, ours: Trial, tick: _Ticks) -> tuple[Study, bool]:
        contract, request = self.run.contract, self.run.request
        ways = [
            (name, tick(name, train))
            for name, train in (
                usual_linear(contract, request.loss, request.degree),
                trees(contract, request.loss, self.seed),
            )
        ]
        kept, ended = _drained(peer for peer, _ in peers_of(self.trials, ours, ways))
        said = peer_sentences(kept, self.trials.score, degree=request.degree)
        return replace(found, peers=tuple(kept), sentences=(*found.sentences, *said)), ended

    def _learning(self, found: Study, ours: Trial, tick: _Ticks) -> tuple[Study, bool]:
        train = tick("learning curve", self._train())
        kept, ended = _drained(learning_trials(self.trials, train, self._sizes, seed=self.seed))
        curve = learning_curve(self.trials, kept) if kept else None
        return replace(found, learning_curve=curve), ended

    def _degree(self, found: Study, ours: Trial, tick: _Ticks) -> tuple[Study, bool]:
        return self._validate(found, tick, "degree", [float(d) for d in self._degrees])

    def _l2(self, found: Study, ours: Trial, tick: _Ticks) -> tuple[Study, bool]:
        return self._validate(found, tick, "l2", penalties_of(self.run.request.l2))

    def _validate(
        self, found: Study, tick: _Ticks, over: str, settings: Iterable[float]
    ) -> tuple[Study, bool]:
        def train_at(setting: float) -> Train:
            value = int(setting) if over == "degree" else setting
            request = self.run.request.changed({over: value})
            penalised = over == "l2" and setting > 0  # then there is a minimum to go to
            to_minimum = penalised or goes_to_minimum(self.run)
            way = trainer(self.run.contract, request, to_minimum=to_minimum)
            return tick(f"{over} {readable(setting)}", way)

        kept, ended = _drained(validation_trials(self.trials, tuple(settings), train_at))
        if not kept:
            return found, ended
        asked = float(getattr(self.run.request, over))
        curve = validation_curve(self.trials, over, kept, asked)
        return replace(found, validation_curves=(*found.validation_curves, curve)), ended

    def _method(self) -> str:
        said = self.run.evaluation.method or _method(self.run.split.folds, len(self.run.split.test))
        if self.sampled:
            said += f"; at most {MOST_ROWS:,} rows train and as many judge, drawn at random"
        if len(self.trials.parts) > 1:
            said += "; intervals are widened for the rows that folds share"
        return said


_INTERRUPTED = "The study was interrupted: what it had done is kept, the rest is missing."
_CHOOSING = (
    "The curves are judged on the rows that judge the model: whoever chooses a setting by them "
    "needs other rows to say how good the choice is."
)


_NO_MINIMUM = (
    "The cost has no minimum here (the classes can be told apart perfectly), so that every one of "
    "these figures hangs on where a descent stopped; with a penalty (--l2 0.001) it has one."
)


class _Ticks:
    """Counts the trainings of a study, and tells whoever wants to know."""

    def __init__(self, total: int, on_progress: Callable[[Progress], None] | None) -> None:
        self.done = 0
        self._total = total
        self._told = on_progress

    def __call__(self, doing: str, train: Train) -> Train:
        """The same way to train, counted."""

        def counted(frame: pl.DataFrame, target: Array) -> Predictor:
            predictor = train(frame, target)
            self.done += 1
            if self._told is not None:
                self._told(Progress(doing, self.done, self._total))
            return predictor

        return counted


def _drained(found: Iterator[Item]) -> tuple[list[Item], bool]:
    """All that comes, or what came until Ctrl-C; and whether that was pressed."""
    kept: list[Item] = []
    try:
        for item in found:
            kept.append(item)  # noqa: PERF402
    except KeyboardInterrupt:
        return kept, True
    return kept, False


def _ours(trials: Trials, model: Model, train: Train) -> Trial:
    """What the model loses on the held-out rows; over folds, models like it."""
    if len(trials.parts) > 1:
        return trials.judge(train)
    return Trial(trials.losses_of(model, trials.judging))


def _model(fold: Training, params: Array) -> Model:
    return Model(
        representation=fold.representation,
        params=tuple(params.tolist()),
        intercept_learned=fold.request.intercept,
        loss=fold.request.loss,
        target=fold.contract.target,
        classes=fold.contract.classes,
    )


def _too_dear(rows: Rows, training: Training, trace: Trace) -> str:
    """Why `fit` does not measure the worth of the columns; "" where it does."""
    reason = trace.stop.reason
    if reason == "interrupted":
        return "the descent was interrupted"
    if not np.isfinite(trace.last_loss):
        return "the descent diverged"
    if reason == "unbounded":
        return (
            "the classes can be told apart perfectly, so that what is lost hangs on where the "
            "descent stopped"
        )
    if reason != "converged":
        return (
            "the descent did not converge, so that what a column buys would be mixed with what "
            "more steps buy"
        )
    if rows.split.rows < 2:
        return "there is one row"
    request, width = training.request, len(training.objective.names)
    features, folds = len(rows.contract.features), max(1, rows.split.folds)
    passes = width if request.loss == "squared" and not request.l1 else _PASSES
    work = (features + 1) * folds * len(rows.split.train) * width * passes
    if work <= CHEAP:
        return ""
    return (
        f"training {features * folds:,} times more, on {len(rows.split.train):,} rows with "
        f"{width:,} parameters, would take longer than the fit itself"
    )


def _method(folds: int, held_out: int) -> str:
    return f"{folds}-fold cross-validation" if folds else f"{held_out:,} rows held out"


def has_diverged(run: Run) -> bool:
    """Whether the descent of a run ended in numbers that are not finite."""
    return run.trace.stop.reason == "non_finite" or not np.all(np.isfinite(run.model.params))


def _refuse_diverged(run: Run) -> None:
    if has_diverged(run):
        raise InputError(
            f"the descent of the run {run.id or ''} diverged, so that there is no model to study; "
            "fit it again with a smaller learning rate (--apply-remedies does it)"
        )


def _source(run: Run) -> str:
    source = run.request.source
    if Path(source).is_file() or source in datasets.names():
        return source
    raise InputError(
        f"the run {run.id or ''} was fitted to {source}, which cannot be read again; hand the "
        "table over: study(run, table), or `steepest study RUN DATA`"
    )


def _changed(contract: Contract, target: Array) -> bool:
    """Whether a target, of as many rows, is another: by its mean, or the share of each class."""
    own = next(column for column in contract.columns if column.role == "target")
    if contract.classes:
        told = dict(own.levels)
        counts = np.bincount(target.astype(np.int64), minlength=len(contract.classes)).tolist()
        return len(target) == contract.rows and any(
            told.get(name, count) != count
            for name, count in zip(contract.classes, counts, strict=True)
        )
    if own.mean is None or own.std is None or len(target) != contract.rows:
        return False
    slack = 1e-9 * (abs(own.mean) + own.std)
    return bool(abs(target.mean() - own.mean) > slack or abs(target.std() - own.std) > slack)


def _pairs(pairs: Iterable[tuple[Places, Places]]) -> Parts:
    return tuple((train, judge) for train, judge in pairs if len(train) and len(judge))


def _some(rng: np.random.Generator, rows: Places, most: int) -> Places:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _fewer(one: tuple[Places, Places], other: tuple[Places, Places]) -> bool:
    return len(one[0]) < len(other[0]) or len(one[1]) < len(other[1])


def _kept_sentences(before: Study, after: Study) -> tuple[str, ...]:
    """What the study before said of the peers, where the new one has none."""
    return () if after.peers else tuple(s for s in before.sentences if s != _INTERRUPTED)
