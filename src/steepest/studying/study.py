"""Train again in other ways, and say what that tells of a run's model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import isclose
from typing import TypeVar

import numpy as np

from steepest.arguments import flag, whole
from steepest.data.contract import Contract
from steepest.errors import InputError
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.learning_curve import (
    learning_curve,
    learning_trials,
    repeats_at,
    sizes_of,
)
from steepest.evaluation.studies.peers import (
    peer_sentences,
    peers_of,
    timed,
    trees,
    trees_better,
    usual_linear,
)
from steepest.evaluation.studies.study import Study
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.evaluation.studies.validation_curve import (
    degrees_of,
    penalties_of,
    validation_curve,
    validation_trials,
)
from steepest.evaluation.studies.worth import (
    columns_method,
    columns_worth,
    parameters_of,
    trials_without,
)
from steepest.readable import readable
from steepest.run import Run
from steepest.studying.progress import Progress, Ticks
from steepest.studying.read_again import MOST_ROWS, rows_again, trials_of
from steepest.studying.ways import goes_to_minimum, trainer, without
from steepest.studying.within_fit import PASSES, method_of, trial_of

__all__ = ["has_diverged", "merged", "study"]

_CURVE_WORK = 2e10
_MOST_TERMS = 500
_ROUNDING, _TINY = 1e-6, 1e-9
_INTERRUPTED = "The study was interrupted: what it had done is kept, the rest is missing."
_CHOOSING = (
    "The curves are judged on the rows that judge the model: whoever chooses a setting by them "
    "needs other rows to say how good the choice is."
)
_NO_MINIMUM = (
    "The cost has no minimum here (the classes can be told apart perfectly), so that every one of "
    "these figures hangs on where a descent stopped; with a penalty (--l2 0.001) it has one."
)

Item = TypeVar("Item")


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
    on_progress: called before the first training, with what will be done, and after every one

    All is judged on the held-out rows, or over the folds. A descent that converged is repeated
    by whichever way to the minimum is fastest; one that did not, as it was asked for. Of tables
    with more than 20,000 rows, that many train. Ctrl-C ends it and keeps what is done. Raises
    InputError where the table is not at hand or has changed, as where the model scores otherwise
    on it than it did, and for a model that diverged.

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
    return _Studying(run, trials, sampled, seed, wanted, on_progress).all()


def merged(before: Study | None, after: Study) -> Study:
    """The new study, with what only the one before it holds."""
    if before is None or before.score != after.score:
        return after
    return replace(
        after,
        columns=after.columns or before.columns,
        columns_method=after.columns_method or before.columns_method,
        peers=after.peers or before.peers,
        seconds=after.seconds if after.peers else before.seconds,
        learning_curve=after.learning_curve or before.learning_curve,
        validation_curves=after.validation_curves or before.validation_curves,
        sentences=tuple(dict.fromkeys((*after.sentences, *_kept_sentences(before, after)))),
    )


def has_diverged(run: Run) -> bool:
    """Whether the descent of a run ended in numbers that are not finite."""
    return run.trace.stop.reason == "non_finite" or not np.all(np.isfinite(run.model.params))


@dataclass(frozen=True, slots=True, eq=False)
class _Studying:
    """One study of a run on its trials."""

    run: Run
    trials: Trials
    sampled: bool
    seed: int
    wanted: dict[str, bool]
    on_progress: Callable[[Progress], None] | None

    def all(self) -> Study:
        """What was wanted, one thing after the other, until it is interrupted."""
        run, trials, wanted = self.run, self.trials, self.wanted
        plan = self._plan(wanted)
        tick = Ticks(sum(plan.values()), self.on_progress)
        tick.begin(self._announced(plan))
        found = Study(self._method(), trials.score.name, trials.score.better, None)
        try:
            ours = self._ours(tick)
            found = replace(found, value=trials.value(ours)[0])
            self._refuse_another_score(found.value)
            for part, add in self._parts.items():
                if plan[part] or (part == "columns" and wanted[part]):
                    found, ended = add(found, ours, tick)
                    if ended:
                        raise KeyboardInterrupt
        except KeyboardInterrupt:
            return replace(found, sentences=(*found.sentences, _INTERRUPTED), interrupted=True)
        if run.trace.stop.reason == "unbounded":
            found = replace(found, sentences=(_NO_MINIMUM, *found.sentences))
        if wanted["curves"] and found.validation_curves and not run.split.folds:
            found = replace(found, sentences=(*found.sentences, _CHOOSING))
        return found

    @property
    def _parts(self) -> dict[str, Callable[[Study, Trial, Ticks], tuple[Study, bool]]]:
        """What each part adds to the study, and whether it was interrupted, in their order."""
        return {
            "columns": self._columns,
            "peers": self._peers,
            "learning": self._learning,
            "degree": self._degree,
            "l2": self._l2,
        }

    def _plan(self, wanted: dict[str, bool]) -> dict[str, int]:
        """How many trainings each part takes; 0 for what is not wanted or cannot be."""
        parts, contract = len(self.trials.parts), self.run.contract
        features = len(contract.features)
        draws = sum(repeats_at(self.trials, size) for size in self._sizes)
        return {
            "ours": 0 if self._model_judges else parts,
            "columns": parts * features * (wanted["columns"] and features > 1),
            "peers": 3 * parts * wanted["peers"],
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
        affordable = (_CURVE_WORK / rows) ** 0.5 if squared else _CURVE_WORK / rows / PASSES / 4
        scores = max(1, self.run.model.scores)
        most = int(min(_MOST_TERMS, affordable, rows)) // scores
        return degrees_of(self.run.contract, self.run.request.degree, most)

    def _train(self, contract: Contract | None = None) -> Train:
        to_minimum = goes_to_minimum(self.run)
        return trainer(contract or self.run.contract, self.run.request, to_minimum=to_minimum)

    def _ours(self, tick: Ticks) -> Trial:
        if self._model_judges:
            return trial_of(self.trials, self.run.model, self._train())
        return self.trials.judge(tick("the model itself", self._train()))

    def _columns(self, found: Study, ours: Trial, tick: Ticks) -> tuple[Study, bool]:
        contract, model = self.run.contract, self.run.model
        left = trials_without(
            self.trials,
            lambda name: tick(f"without {name}", self._train(without(contract, name))),
            contract,
        )
        counts = parameters_of(model.representation, model.scores)
        kept, ended = _drained(left)
        bounded = self._facts(found).bounded
        worth = columns_worth(self.trials, ours, kept, contract, counts, bounded=bounded)
        plain = self.run.split.method not in ("group", "time")
        said = columns_method(self.trials, contract, plain=plain, many=len(kept))
        return replace(found, columns=worth, columns_method=said), ended

    def _peers(self, found: Study, ours: Trial, tick: Ticks) -> tuple[Study, bool]:
        contract, request = self.run.contract, self.run.request
        ways = [
            (name, tick(name, train))
            for name, train in (
                usual_linear(contract, request.loss, request.degree),
                trees(contract, request.loss, self.seed),
            )
        ]
        _, seconds = timed(self.trials, tick("the model itself", self._train()))
        kept, ended = _drained(peer for peer, _ in peers_of(self.trials, ours, ways))
        said = peer_sentences(kept, self.trials.score, self._facts(found))
        sentences = (*found.sentences, *said)
        return replace(found, peers=tuple(kept), sentences=sentences, seconds=seconds), ended

    def _learning(self, found: Study, ours: Trial, tick: Ticks) -> tuple[Study, bool]:
        train = tick("learning curve", self._train())
        kept, ended = _drained(learning_trials(self.trials, train, self._sizes, seed=self.seed))
        curve = learning_curve(self.trials, kept, self._facts(found)) if kept else None
        return replace(found, learning_curve=curve), ended

    def _degree(self, found: Study, ours: Trial, tick: Ticks) -> tuple[Study, bool]:
        return self._validate(found, tick, "degree", [float(d) for d in self._degrees])

    def _l2(self, found: Study, ours: Trial, tick: Ticks) -> tuple[Study, bool]:
        return self._validate(found, tick, "l2", penalties_of(self.run.request.l2))

    def _validate(
        self, found: Study, tick: Ticks, over: str, settings: Iterable[float]
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

    def _facts(self, found: Study) -> Facts:
        """What the sentences go by."""
        request, reason = self.run.request, self.run.trace.stop.reason
        return Facts(
            degree=request.degree,
            l2=request.l2,
            l1=request.l1,
            arrived=reason == "converged" or (not self._model_judges and goes_to_minimum(self.run)),
            bounded=reason != "unbounded",
            standard=request.scale == "standard" and request.intercept and not request.weight,
            rows=self.trials.training_rows,
            degrees=any(column.kind == "number" for column in self.run.contract.features),
            degree_tried=self.wanted["curves"] and bool(self._degrees),
            richer=trees_better(found.peers, self.trials.score),
        )

    def _announced(self, plan: dict[str, int]) -> str:
        """What will be done, in words, with how many trainings each part takes."""
        names = {
            "columns": "each column left out",
            "peers": "scikit-learn's models",
            "learning": "fewer rows",
            "degree": "other degrees",
            "l2": "other penalties",
        }
        parts = [f"{names[part]} {plan[part]:,}" for part in names if plan[part]]
        rows = self.trials.training_rows
        return (
            f"{sum(plan.values()):,} trainings on up to {rows:,} rows with "
            f"{len(self.run.model.params):,} parameters ({', '.join(parts)})"
        )

    def _refuse_another_score(self, value: float | None) -> None:
        """Raise InputError where the run's own model scores otherwise than when it was fitted."""
        named = [one for one in self.run.evaluation.scores if one.name == self.trials.score.name]
        if not self._model_judges or value is None or not named:
            return
        before = named[0].value
        if not np.isfinite(before) or isclose(value, before, rel_tol=_ROUNDING, abs_tol=_TINY):
            return
        raise InputError(
            f"on its own held-out rows the model of the run {self.run.id or ''} has "
            f"{self.trials.score.words} {readable(value)}, and it was {readable(before)} when it "
            "was fitted: the table has changed since; fit it anew"
        )

    def _method(self) -> str:
        said = self.run.evaluation.method or method_of(
            self.run.split.folds, len(self.run.split.test)
        )
        if self.sampled:
            said += f"; at most {MOST_ROWS:,} rows train and as many judge, drawn at random"
        if len(self.trials.parts) > 1:
            said += "; intervals are widened for the rows that folds share"
        return said


def _drained(found: Iterator[Item]) -> tuple[list[Item], bool]:
    """All that comes, or what came until Ctrl-C; and whether that was pressed."""
    kept: list[Item] = []
    try:
        for item in found:
            kept.append(item)  # noqa: PERF402
    except KeyboardInterrupt:
        return kept, True
    return kept, False


def _refuse_diverged(run: Run) -> None:
    if has_diverged(run):
        raise InputError(
            f"the descent of the run {run.id or ''} diverged, so that there is no model to study; "
            "fit it again with a smaller learning rate (--apply-remedies does it)"
        )


def _kept_sentences(before: Study, after: Study) -> tuple[str, ...]:
    """What the study before said of the peers, where the new one has none."""
    return () if after.peers else tuple(s for s in before.sentences if s != _INTERRUPTED)
