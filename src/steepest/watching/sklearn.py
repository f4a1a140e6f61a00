"""Estimators of scikit-learn: `partial_fit` in a loop, and `fit` where it leaves a history.

While an estimator is watched, its own `fit` and `partial_fit` are wrapped, on this one object, and
put back afterwards. Of a network every update is seen, with its gradient; of other estimators the
coefficients before each `partial_fit`, whose gradient nobody says; of the rest what they print with
`verbose`, or keep: `loss_curve_`, `train_score_`.
"""

from __future__ import annotations

import contextlib
import functools
import math
import sys
from collections.abc import Generator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.errors import InputError
from steepest.trace import Fact, Stop, Trace
from steepest.watching.coordinates import Tensor, coordinates_of
from steepest.watching.doors import framework
from steepest.watching.sklearn_history import History, Printed, history_of
from steepest.watching.sklearn_losses import chunk_loss
from steepest.watching.telling import say
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["SklearnEstimator", "trace_of"]

OWN = "the estimator's own"
LINEAR = "BaseSGD"
WRAPPED = ("fit", "partial_fit", "_backprop")


def trace_of(estimator: Any) -> Trace:
    """The record of an estimator that was fitted: the history that it kept.

    estimator:  anything with `loss_curve_` (MLPClassifier, MLPRegressor) or `train_score_`
                (gradient boosting); the last step of a Pipeline counts

    Raises InputError where it kept none.

    >>> from sklearn.neural_network import MLPRegressor
    >>> mlp = MLPRegressor(hidden_layer_sizes=(4,), random_state=0)
    >>> trace = trace_of(mlp.partial_fit([[0.0], [1.0]], [0.0, 1.0]))
    >>> len(trace), trace.facts["estimator"].value
    (1, 'MLPRegressor')
    """
    estimator = _last(estimator)
    history = history_of(estimator)
    if history is None:
        raise InputError(
            f"this {type(estimator).__name__} kept no history of its losses; watch it while it "
            "fits, with verbose=1: with steepest.watch(estimator)"
        )
    rows = len(history.loss)
    facts = {"estimator": Fact(type(estimator).__name__, OWN), **_facts(estimator)}
    return Trace(
        step=np.arange(rows),
        loss=history.loss,
        learning_rate=np.full(rows, math.nan),
        rule="unknown",
        names=(),
        stop=Stop("budget", _ending(estimator, rows)),
        loss_of="unknown",
        measures=history.measures,
        facts=facts,
    )


class SklearnEstimator:
    """Watches one estimator; of a Pipeline, its last step."""

    session: Session
    watching: Watching

    def __init__(self, estimator: Any) -> None:
        self.estimator = _last(estimator)
        self._hung: list[str] = []
        self._inside = 0
        self._logged = self._follows = False
        self._early: float | None = None
        self._loss: float | None = None
        self._sample: Any = None
        self._opened = self._unsaid = self._told = False
        self._from_zero = _has(self.estimator, LINEAR)
        self._places: list[Any] = []

    @property
    def about(self) -> Mapping[str, str]:
        """The class of the estimator, and what it minimises by."""
        solver = getattr(self.estimator, "solver", None)
        return {"source": type(self.estimator).__name__, "target": str(solver or "")}

    def attach(self, watching: Watching) -> None:
        """Wrap what the estimator has of `fit`, `partial_fit` and, of networks, `_backprop`."""
        self.watching, self.session = watching, watching.session
        version = framework("sklearn", "").__version__
        self.session.fact("framework", f"scikit-learn {version}", "its own version")
        self.session.fact("estimator", type(self.estimator).__name__, OWN)
        self.session.rule = _rule_of(self.estimator)
        wraps = {"fit": self._fit, "partial_fit": self._partial_fit, "_backprop": self._backprop}
        for name in WRAPPED:
            if callable(getattr(self.estimator, name, None)):
                self._hang(name, wraps[name])
        if "fit" not in self._hung:
            raise InputError(f"{type(self.estimator).__name__} has no fit to watch")

    def detach(self) -> None:
        """Take the wraps away: what the class defines is there again."""
        for name in self._hung:
            del vars(self.estimator)[name]
        self._hung.clear()
        self._drop_unsaid()
        for name, fact in _facts(self.estimator).items():
            self.session.fact(name, fact.value, fact.how)

    def loss(self, loss: Any) -> None:
        """The loss of the chunk that was just fitted, or, before any, of the first."""
        self._logged = True
        if self.session.step < 0:
            self._early = float(loss)
            return
        self._unsaid = False
        self.session.loss(self.session.step, float(loss))
        self.session.tick()

    def log(self, given: Logged) -> None:
        """A loss, and other measures of the chunk that was just fitted."""
        if given.loss is not None:
            self.loss(given.loss)
        for name, value in given.measures.items():
            self.session.measure(max(self.session.step, 0), name, float(value))

    def _hang(self, name: str, around: Any) -> None:
        vars(self.estimator)[name] = _Hung(self.estimator, name, around)
        self._hung.append(name)

    def _backprop(self, original: Any, *args: Any, **words: Any) -> Any:
        """One batch of a network: its loss and gradient, at the parameters before the update."""
        found = original(*args, **words)
        if getattr(self.estimator, "solver", "") in ("sgd", "adam"):
            self.watching.guard(self._batch)(found)
        return found

    def _batch(self, found: Any) -> None:
        session = self.session
        loss, weights, intercepts = found
        if not self._follows:
            self._follow(self._layers())
        step = session.step + 1
        session.begin(step, self._rate())
        session.loss(step, float(loss))
        if session.looks(step):
            began = perf_counter()
            params = self._sampled(_interleaved(self.estimator.coefs_, self.estimator.intercepts_))
            gradient = self._sampled(_interleaved(weights, intercepts))
            session.capture(step, params, gradient, perf_counter() - began)
        session.tick()

    def _partial_fit(self, original: Any, *args: Any, **words: Any) -> Any:
        """One chunk; of a network its batches are the steps, else the chunk is one."""
        if self._inside or "_backprop" in self._hung:
            return original(*args, **words)
        self._opened = False
        self.watching.guard(self._open)(*args, **words)
        with self._within():
            found = original(*args, **words)
        self.watching.guard(self._chunk)(*args, **words)
        return found

    def _open(self, X: Any, y: Any = None, *args: Any, **words: Any) -> None:
        """Before a chunk: the coefficients, and the loss that they have on it."""
        self._drop_unsaid()
        if not _fitted(self.estimator):
            return
        began = perf_counter()
        self._opened = True
        self._loss = self._loss_on(X, y)
        self._sample = self._looked_at(self.session.step + 1)
        self.session.budget.spend(perf_counter() - began)

    def _looked_at(self, step: int) -> Any:
        """The coefficients, where the step is looked at."""
        parts = _coefficients(self.estimator)
        if not self._follows:
            self._follow(_linear_layers(parts))
        return self._sampled(parts) if self.session.looks(step) else None

    def _loss_on(self, X: Any, y: Any, *, zero: bool = False) -> float | None:
        return None if self._logged or y is None else chunk_loss(self.estimator, X, y, zero=zero)

    def _chunk(self, X: Any, y: Any = None, *args: Any, **words: Any) -> None:
        """After a chunk: its row. The first began where such estimators begin, at zero."""
        session, step = self.session, self.session.step + 1
        began = perf_counter()
        if not self._opened:
            self._loss, self._sample = self._loss_on(X, y, zero=True), None
            if _fitted(self.estimator) and self._looked_at(step) is not None:
                self._sample = np.zeros_like(self._unknown) if self._from_zero else self._unknown
        loss, self._early = self._early if self._early is not None else self._loss, None
        if loss is None:
            loss = self._own_loss()
        session.begin(step, self._rate())
        session.lacking.add("gradient")
        if not self._opened and not self._from_zero:
            session.lacking.add("params")
        if self._sample is not None:
            session.capture(step, self._sample, self._unknown, perf_counter() - began)
        self._unsaid = loss is None
        if loss is not None:
            session.loss(step, loss)
            session.tick()

    def _drop_unsaid(self) -> None:
        """Take the row of the last chunk away, where nobody said its loss."""
        if self._unsaid:
            self._unsaid = False
            self.session.recorder.drop(self.session.step)
            self.session.step -= 1
            if not self._told:
                self._told = True
                say(f"the loss of {type(self.estimator).__name__} is not known: w.log(loss=loss)")

    def _own_loss(self) -> float | None:
        """The loss that an estimator keeps of its last call, where it does."""
        for name in ("loss_", "inertia_"):
            value = getattr(self.estimator, name, None)
            if isinstance(value, (int, float)):
                return float(value)
        return None

    def _fit(self, original: Any, *args: Any, **words: Any) -> Any:
        """A whole fit: as it prints, or what it keeps."""
        if self._inside:
            return original(*args, **words)
        steps = self.session.step
        printed = Printed(sys.stdout)
        with self._within(), self._listening(printed):
            found = original(*args, **words)
        if self.session.step == steps:
            self.watching.guard(self._history)(printed)
        elif "_backprop" in self._hung:
            self.watching.guard(self._scores)()
        return found

    def _history(self, printed: Printed) -> None:
        history = history_of(self.estimator) or printed.history()
        if history is None:
            say(
                f"{type(self.estimator).__name__} keeps no history of its losses; set verbose=1, "
                "or call partial_fit in a loop"
            )
            return
        for row in range(len(history.loss)):
            step = self.session.step + 1
            self.session.begin(step, math.nan)
            self.session.loss(step, float(history.loss[row]))
            _measure(self.session, step, history, row)
            self.session.tick()

    def _scores(self) -> None:
        """The scores by epoch of a network with early stopping, at the last step of each."""
        scores: list[float] = getattr(self.estimator, "validation_scores_", None) or []
        for epoch, score in enumerate(scores):
            step = (epoch + 1) * (self.session.step + 1) // len(scores) - 1
            self.session.measure(step, "validation_score", float(score))

    @contextlib.contextmanager
    def _within(self) -> Generator[None]:
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _listening(self, printed: Printed) -> contextlib.AbstractContextManager[Any]:
        """Printed lines are heard, and still printed, where the estimator says something."""
        if not getattr(self.estimator, "verbose", 0):
            return contextlib.nullcontext()
        return contextlib.redirect_stdout(printed)

    def _follow(self, tensors: list[Tensor]) -> None:
        where = coordinates_of(tensors)
        self._places = list(where.places)
        self._unknown = np.full(where.count, math.nan)
        self._follows = True
        self.session.follow(where)

    def _layers(self) -> list[Tensor]:
        shapes = zip(self.estimator.coefs_, self.estimator.intercepts_, strict=True)
        return [
            Tensor(f"layer_{at}.{name}", part.size)
            for at, pair in enumerate(shapes)
            for name, part in zip(("coefs", "intercepts"), pair, strict=True)
        ]

    def _sampled(self, parts: list[Any]) -> Any:
        flat = [
            np.ravel(part) if places is None else np.take(part, places)
            for part, places in zip(parts, self._places, strict=True)
        ]
        return np.concatenate(flat)

    def _rate(self) -> float:
        """The learning rate, where the estimator says it: a network's, or a constant one."""
        estimator = self.estimator
        own = getattr(estimator, "_optimizer", None)
        if getattr(estimator, "solver", "") == "sgd" and own is not None:
            return float(own.learning_rate)
        if hasattr(estimator, "learning_rate_init"):
            return float(estimator.learning_rate_init)
        constant = getattr(estimator, "learning_rate", "") == "constant"
        return float(estimator.eta0) if constant and hasattr(estimator, "eta0") else math.nan


class _Hung:
    """A method of one estimator with a watcher around it.

    A copy of the estimator, or one out of a pickle, gets the method itself: it is another object,
    and nobody watches it.
    """

    def __init__(self, estimator: Any, name: str, around: Any) -> None:
        self._estimator, self._name, self._around = estimator, name, around
        self._original = getattr(estimator, name)
        functools.update_wrapper(self, self._original)

    def __call__(self, *args: Any, **words: Any) -> Any:
        return self._around(self._original, *args, **words)

    def __reduce__(self) -> Any:
        return getattr, (self._estimator, self._name)


def _last(estimator: Any) -> Any:
    """The estimator itself, the last step of a Pipeline."""
    steps = getattr(estimator, "steps", None)
    return steps[-1][1] if _has(estimator, "Pipeline") and steps else estimator


def _has(estimator: Any, ancestor: str) -> bool:
    return any(kind.__name__ == ancestor for kind in type(estimator).__mro__)


def _rule_of(estimator: Any) -> str:
    solver = getattr(estimator, "solver", None)
    if solver == "adam":
        return "adam"
    if solver == "sgd" and hasattr(estimator, "momentum"):
        rule = "nesterov" if estimator.nesterovs_momentum else "momentum"
        return rule if estimator.momentum else "sgd"
    return "sgd" if _has(estimator, LINEAR) else "unknown"


def _fitted(estimator: Any) -> bool:
    return getattr(estimator, "coef_", None) is not None


def _coefficients(estimator: Any) -> list[Any]:
    """`coef_` and `intercept_`, where an estimator has them."""
    parts = [getattr(estimator, name, None) for name in ("coef_", "intercept_")]
    return [np.asarray(part) for part in parts if part is not None]


def _linear_layers(parts: list[Any]) -> list[Tensor]:
    return [
        Tensor(name, part.size) for name, part in zip(("coef", "intercept"), parts, strict=False)
    ]


def _interleaved(weights: Any, intercepts: Any) -> list[Any]:
    return [part for pair in zip(weights, intercepts, strict=True) for part in pair]


def _measure(session: Session, step: int, history: History, row: int) -> None:
    for name, column in history.measures.items():
        session.measure(step, name, float(column[row]))


def _facts(estimator: Any) -> dict[str, Fact]:
    """n_iter_, and the classes of a classifier."""
    facts: dict[str, Fact] = {}
    iterations: Any = getattr(estimator, "n_iter_", None)
    if np.ndim(iterations) == 0 and iterations is not None:
        facts["iterations"] = Fact(float(iterations), "n_iter_, " + OWN)
    classes: Any = getattr(estimator, "classes_", None)
    if classes is not None and np.ndim(classes) == 1:
        facts["classes"] = Fact(float(len(classes)), "classes_, " + OWN)
    return facts


def _ending(estimator: Any, rows: int) -> str:
    asked = getattr(estimator, "max_iter", getattr(estimator, "n_estimators", None))
    of = f" of {asked:,} asked for" if isinstance(asked, int) and asked >= rows else ""
    return f"scikit-learn ended it after {rows:,} iterations{of}"
