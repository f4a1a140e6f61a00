"""Other models on the same folds: what scikit-learn's reach, and what a linear model costs.

The linear ones have scikit-learn's usual penalty (1 over the sum of the rows' losses) and learn
on our representation, standardised; the gradient-boosted trees take the raw columns, with text
as categories and gaps as gaps. All of them see the rows that train, and nothing else.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.columns import numbers, words
from steepest.data.contract import Contract
from steepest.data.representation import learn_representation
from steepest.data.weights import row_weights
from steepest.evaluation.scoring.intervals import Measured
from steepest.evaluation.scoring.main_score import MainScore, interval_said
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.study import Peer
from steepest.evaluation.studies.trials import Predictor, Train, Trial, Trials
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["peer_sentences", "peers_of", "timed", "trees", "trees_better", "usual_linear"]

_MOST_CATEGORIES = 254
_ALIKE = 1.2  # times a penalty: no reason for a difference


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A fitted estimator, with how a frame becomes what it takes.

    classes:  how many the target has, 0 for a number
    """

    estimator: Any
    shape: Callable[[pl.DataFrame], Array]
    classes: int

    def predict(self, data: pl.DataFrame, /) -> Array:
        """Numbers, or the probabilities of the class 1, or (m, K) of K classes."""
        X = self.shape(data)
        if not self.classes:
            return np.asarray(self.estimator.predict(X), dtype=np.float64)
        probability = np.zeros((len(X), self.classes))
        known = np.asarray(self.estimator.classes_).astype(np.int64)
        probability[:, known] = self.estimator.predict_proba(X)
        return probability if self.classes > 2 else probability[:, 1]


@dataclass(frozen=True, slots=True, eq=False)
class _Always:
    """Of rows that hold one class only: that class, for sure."""

    place: int
    classes: int

    def predict(self, data: pl.DataFrame, /) -> Array:
        """(m,) or (m, K) of zeros and ones."""
        if self.classes == 2:
            return np.full(data.height, float(self.place))
        return np.tile(np.eye(self.classes)[self.place], (data.height, 1))


def peers_of(
    trials: Trials, ours: Trial, ways: Sequence[tuple[str, Train]]
) -> Iterator[tuple[Peer, Trial]]:
    """Each of the (name, way to train) beside ours, with what it loses; one after the other."""
    for name, train in ways:
        trial, seconds = timed(trials, train)
        yield Peer(name, *trials.value(trial), *trials.difference(ours, trial), seconds), trial


def timed(trials: Trials, train: Train) -> tuple[Trial, float]:
    """What a way of training loses, and the seconds that it takes on all parts together.

    That libraries have to be loaded first is not counted.
    """
    _load()
    began = perf_counter()
    trial = trials.judge(train)
    return trial, perf_counter() - began


def _load() -> None:
    """Everything that a peer needs, once for the process, with what it sets up when first used."""
    from sklearn import ensemble, linear_model  # pyright: ignore[reportMissingTypeStubs]
    from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

    X, y = np.arange(60.0).reshape(30, 2), np.arange(30.0)
    first = ((linear_model, "Ridge"), (ensemble, "HistGradientBoostingRegressor"))
    with threadpool_limits(1, user_api="openmp"):
        for module, name in first:
            estimator: Any = getattr(module, name)()
            estimator.fit(X, y)


def usual_linear(contract: Contract, loss: str, degree: int = 1) -> tuple[str, Train]:
    """The linear model that scikit-learn has for the loss, with its name.

    The penalty is that of Ridge(alpha=1) and LogisticRegression(C=1), which are the same: 1/2
    of the squared coefficients (standardised) beside the sum of the rows' losses. Huber's is
    scikit-learn's own.
    """
    name = {"logistic": "LogisticRegression", "softmax": "LogisticRegression"}.get(
        loss, {"poisson": "PoissonRegressor", "huber": "HuberRegressor"}.get(loss, "Ridge")
    )

    def train(frame: pl.DataFrame, target: Array) -> Predictor:
        shape = learn_representation(frame, contract, degree=degree, scale="standard")
        return _fit(
            _linear(name, len(target)),
            shape.transform,
            frame,
            target,
            contract,
        )

    return name, train


def trees(contract: Contract, loss: str, seed: int = 0) -> tuple[str, Train]:
    """scikit-learn's gradient-boosted trees on the raw columns, with their name."""
    kind = "Classifier" if contract.classes else "Regressor"
    name = f"HistGradientBoosting{kind}"

    def train(frame: pl.DataFrame, target: Array) -> Predictor:
        from sklearn import ensemble  # pyright: ignore[reportMissingTypeStubs]

        codes = _Codes.learn(frame, contract)
        options: dict[str, Any] = {"random_state": seed, "categorical_features": codes.categories}
        if not contract.classes:
            options["loss"] = {"poisson": "poisson", "huber": "absolute_error"}.get(
                loss, "squared_error"
            )
        return _fit(getattr(ensemble, name)(**options), codes.shape, frame, target, contract)

    return name, train


def peer_sentences(
    peers: Sequence[Peer], score: MainScore, facts: Facts | None = None
) -> tuple[str, ...]:
    """What the peers say of our choice of model; facts: of the run."""
    own = facts or Facts()
    return tuple(
        _trees_said(peer, score, own) if _is_trees(peer) else _linear_said(peer, score, own)
        for peer in peers
    )


def trees_better(peers: Sequence[Peer], score: MainScore) -> bool | None:
    """Whether trees are shown to be better than ours; None where there were none."""
    ends = [_ours_better_by(peer, score)[2] for peer in peers if _is_trees(peer)]
    return any(end is not None and end < 0 for end in ends) if ends else None


def _is_trees(peer: Peer) -> bool:
    return "Boosting" in peer.name


def _trees_said(peer: Peer, score: MainScore, facts: Facts) -> str:
    value, low, high = _ours_better_by(peer, score)
    size = f"{readable(abs(value), digits=2)} of {score.words}"
    if low is None or high is None or low <= 0 <= high:
        return (
            f"Gradient-boosted trees ({readable(peer.value, digits=3)}) are not shown to be better "
            "or worse by these rows: what a linear model may cost does not show."
        )
    if low > 0:
        return (
            f"Gradient-boosted trees are worse, by {size}{interval_said((value, low, high), 2)}: "
            "the linear model is the better one here."
        )
    interval = interval_said((-value, -high, -low), 2)
    return f"Gradient-boosted trees are better by {size}{interval}{_why_trees(facts)}."


def _why_trees(facts: Facts) -> str:
    """What trees have that ours has not, and what to try."""
    if not facts.bounded:
        return ": the cost of ours has no minimum without a penalty; try --l2 first"
    if not facts.arrived:
        return "; our descent had not arrived, so that more steps may win some of it"
    follows = "a line" if facts.degree == 1 else f"a polynomial of degree {facts.degree}"
    said = f": there are curves or interactions that {follows} cannot follow"
    if facts.degrees and not facts.degree_tried:
        said += f"; --degree {facts.degree + 1} may follow some of them"
    return said


def _linear_said(peer: Peer, score: MainScore, facts: Facts) -> str:
    value, low, high = _ours_better_by(peer, score)
    size = f"{readable(abs(value), digits=2)} of {score.words}"
    if low is None or high is None or low <= 0 <= high:
        return (
            f"scikit-learn's {peer.name} reaches {readable(peer.value, digits=3)} of "
            f"{score.words}: no difference that these rows can show."
        )
    interval = interval_said((abs(value), min(abs(low), abs(high)), max(abs(low), abs(high))), 2)
    if low > 0:
        return f"scikit-learn's {peer.name} is worse, by {size}{interval}{_shrinks(peer, facts)}."
    why = _why_linear(peer, facts)
    return f"scikit-learn's {peer.name} is better by {size}{interval}{why}."


def _why_linear(peer: Peer, facts: Facts) -> str:
    """Why the same kind of model is better than ours: a reason only where there is one."""
    if not facts.bounded:
        return (
            ": it has a penalty, and the cost of ours has no minimum without one; try --l2 "
            f"{readable(_usual_penalty(facts), digits=2)}"
        )
    if not facts.arrived:
        return ": our descent had not arrived"
    said = _shrinks(peer, facts)
    return f"{said}; try --l2 {readable(_usual_penalty(facts), digits=2)}" if said else ""


def _shrinks(peer: Peer, facts: Facts) -> str:
    """How its penalty differs from ours, where nothing else does.

    On the scale of ours, which counts the mean over m rows, alpha = 1 and C = 1 are l2 = 1 / m.
    """
    if peer.name == "HuberRegressor" or facts.l1 or not facts.standard or not facts.rows:
        return ""
    if not (facts.arrived and facts.bounded):
        return ""
    usual = _usual_penalty(facts)
    if usual / _ALIKE <= facts.l2 <= usual * _ALIKE:
        return ""
    way = "less" if usual < facts.l2 else "more"
    return f": it shrinks {way}, l2 {readable(usual, digits=2)} against {readable(facts.l2)}"


def _usual_penalty(facts: Facts) -> float:
    return 1.0 / max(1, facts.rows)


def _ours_better_by(peer: Peer, score: MainScore) -> Measured:
    return score.improvement((peer.difference, peer.difference_low, peer.difference_high))


def _linear(name: str, rows: int) -> Any:
    from sklearn import linear_model  # pyright: ignore[reportMissingTypeStubs]

    options: dict[str, dict[str, Any]] = {
        "Ridge": {"alpha": 1.0},
        "LogisticRegression": {"C": 1.0, "max_iter": 1_000},
        "PoissonRegressor": {"alpha": 1.0 / rows, "max_iter": 1_000},
        "HuberRegressor": {"max_iter": 1_000},
    }
    return getattr(linear_model, name)(**options[name])


def _fit(
    estimator: Any,
    shape: Callable[[pl.DataFrame], Array],
    frame: pl.DataFrame,
    target: Array,
    contract: Contract,
) -> Predictor:
    from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

    classes = len(contract.classes)
    present = np.unique(target)
    if classes and len(present) == 1:
        return _Always(int(present[0]), classes)
    with warnings.catch_warnings(), threadpool_limits(1, user_api="openmp"):
        # threads of trees spin while they wait: on a machine that is shared, for minutes
        warnings.simplefilter("ignore")  # that a peer did not converge is no fault of ours
        estimator.fit(shape(frame), target, sample_weight=row_weights(frame, contract))
    return _Fitted(estimator, shape, classes)


@dataclass(frozen=True, slots=True, eq=False)
class _Codes:
    """Raw columns as numbers: text by its place among the levels that trained, gaps as NaN.

    levels:  text column -> its levels, the most frequent first
    """

    names: tuple[str, ...]
    levels: dict[str, dict[str, float]]

    @classmethod
    def learn(cls, frame: pl.DataFrame, contract: Contract) -> _Codes:
        """From the rows that train. A level beyond the 254th counts as missing."""
        levels: dict[str, dict[str, float]] = {}
        for column in contract.features:
            if column.kind == "text":
                found = words(frame[column.name]).drop_nulls().alias("level")
                counts = found.value_counts(name="rows")
                ranked = counts.sort(["rows", "level"], descending=[True, False])["level"]
                kept = ranked.to_list()[:_MOST_CATEGORIES]
                levels[column.name] = {level: float(i) for i, level in enumerate(kept)}
        return cls(tuple(column.name for column in contract.features), levels)

    @property
    def categories(self) -> list[bool]:
        """Which of the columns are categories."""
        return [name in self.levels for name in self.names]

    def shape(self, frame: pl.DataFrame) -> Array:
        """(m, columns) float64, NaN where there is no value or no known level."""
        X = np.empty((frame.height, len(self.names)))
        for j, name in enumerate(self.names):
            if name in self.levels:
                places = self.levels[name]
                X[:, j] = [places.get(word, np.nan) for word in words(frame[name]).to_list()]
            else:
                X[:, j] = numbers(frame[name]).fill_null(float("nan")).to_numpy()
        return X
