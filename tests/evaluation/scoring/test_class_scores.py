from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    log_loss,
    precision_score,
    recall_score,
)

from steepest.evaluation.evaluation import ClassCounts, Score
from steepest.evaluation.scoring.class_scores import count_classes, score_many_classes
from steepest.evaluation.scoring.intervals import mean_share_of, share_of
from steepest.evaluation.scoring.scores import Scored
from steepest.trace import Array

NAMES = tuple("abcde")
SHARES = np.array([0.4, 0.25, 0.2, 0.1, 0.05])


def classes(rows: int, skill: float = 2.0, seed: int = 0) -> tuple[Array, Array, Array]:
    """Targets of five classes of unequal frequency, probabilities of some skill, the shares."""
    rng = np.random.default_rng(seed)
    target = rng.choice(5, size=rows, p=SHARES).astype(float)
    score = rng.normal(size=(rows, 5)) + np.log(SHARES)
    score[np.arange(rows), target.astype(int)] += skill
    probability = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    return target, probability, np.tile(SHARES, (rows, 1))


def named(scored: Scored) -> dict[str, Score]:
    return {score.name: score for score in scored.scores}


def test_scores_of_many_classes_are_those_of_scikit_learn() -> None:
    target, probability, shares = classes(300)
    scores = named(score_many_classes(target, probability, shares))
    decided = probability.argmax(axis=1)
    labels = list(range(5))
    expected = {
        "log_loss": log_loss(target, probability, labels=labels),
        "accuracy": accuracy_score(target, decided),
        "balanced_accuracy": balanced_accuracy_score(target, decided),
    }
    assert list(scores) == list(expected)
    for name, value in expected.items():
        assert scores[name].value == pytest.approx(value, rel=1e-12)
    assert scores["log_loss"].baseline == pytest.approx(log_loss(target, shares, labels=labels))
    assert scores["accuracy"].baseline == pytest.approx(np.mean(target == 0))
    assert scores["balanced_accuracy"].baseline == pytest.approx(1 / 5)
    for score in scores.values():
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value < score.high


def test_counts_are_the_confusion_matrix_of_scikit_learn() -> None:
    target, probability, _ = classes(300)
    counts = count_classes(target, probability.argmax(axis=1), NAMES)
    decided = probability.argmax(axis=1)
    matrix = confusion_matrix(target, decided, labels=list(range(5)))
    assert counts == ClassCounts(NAMES, tuple(map(tuple, matrix.tolist())))
    recalls = recall_score(target, decided, average=None)
    precisions = precision_score(target, decided, average=None)
    for place in range(5):
        assert counts.recall(place) == pytest.approx(recalls[place])
        assert counts.precision(place) == pytest.approx(precisions[place])
        assert counts.rows(place) == int(np.sum(target == place))
        assert counts.decided(place) == int(np.sum(decided == place))


def test_a_class_without_rows_has_no_recall_and_does_not_count() -> None:
    target, probability, shares = classes(200)
    kept = target != 4
    target, probability, shares = target[kept], probability[kept], shares[kept]
    probability[:, 4] = 0.0
    scores = named(score_many_classes(target, probability, shares))
    decided = probability.argmax(axis=1)
    value = balanced_accuracy_score(target, decided)
    assert scores["balanced_accuracy"].value == pytest.approx(value)
    assert scores["balanced_accuracy"].baseline == pytest.approx(1 / 4)
    counts = count_classes(target, probability.argmax(axis=1), NAMES)
    assert counts.recall(4) is None
    assert counts.precision(4) is None


@pytest.mark.parametrize(("skill", "better"), [(2.0, True), (0.62, None), (-1.0, False)])
def test_better_worse_or_cannot_tell(skill: float, better: bool | None) -> None:
    assert score_many_classes(*classes(150, skill)).better_than_baseline is better


def test_sure_and_wrong_costs_what_it_costs_in_scikit_learn() -> None:
    target, shares = np.array([0.0, 1.0, 2.0]), np.tile([0.3, 0.3, 0.4], (3, 1))
    probability = np.eye(3)[[1, 1, 2]]
    (loss, *_) = score_many_classes(target, probability, shares).scores
    assert loss.value == pytest.approx(log_loss(target, probability), rel=1e-9)


def test_few_rows_have_no_intervals() -> None:
    scored = score_many_classes(*classes(9))
    assert all(score.low is None and score.high is None for score in scored.scores)
    assert scored.better_than_baseline is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_probabilities_that_are_not_finite_score_nan(bad: float) -> None:
    target, probability, shares = classes(40)
    probability[3, 2] = bad
    scored = score_many_classes(target, probability, shares)
    assert all(np.isnan(score.value) and score.low is None for score in scored.scores)
    assert all(np.isfinite(score.baseline) for score in scored.scores)
    assert scored.better_than_baseline is False


def test_the_mean_of_one_share_is_that_share() -> None:
    assert mean_share_of([81], [100]) == pytest.approx(share_of(81, 100))


def test_the_interval_of_a_mean_of_shares_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    true, rows = np.array([0.95, 0.6, 0.8]), [60, 15, 30]
    held = 0
    for _ in range(1000):
        right = [int(rng.binomial(n, share)) for n, share in zip(rows, true, strict=True)]
        _, low, high = mean_share_of(right, rows)
        assert low is not None
        assert high is not None
        held += low <= true.mean() <= high
    assert 0.93 < held / 1000 < 0.975
