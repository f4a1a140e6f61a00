"""The interval over repeated splits against its formula, and what it covers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import log_loss

from steepest.evaluation.splits.repeated import first_score, repeats_of


def test_the_interval_is_that_of_nadeau_and_bengio() -> None:
    values = (0.31, 0.35, 0.29, 0.40, 0.33)
    found = repeats_of("log_loss", values, values, 0.2)
    assert found is not None
    error = np.sqrt((1 / 5 + 0.2 / 0.8) * np.var(values, ddof=1))
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=error)
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(values), low, high))
    assert found.values == values


def test_too_few_splits_have_no_interval() -> None:
    assert repeats_of("r2", (1.0,), (1.0,), 0.2) is None
    found = repeats_of("r2", (1.0, 2.0), (1.0, 2.0), 0.2)
    assert found is not None
    assert (found.mean, found.low, found.high) == (1.5, None, None)
    found = repeats_of("r2", (1.0, np.nan, 2.0), (1.0, np.nan, 2.0), 0.2)
    assert found is not None
    assert found.low is None


def test_the_plain_interval_would_be_too_narrow() -> None:
    """Of means: the truth is known, and splits of one table share their rows."""
    rng = np.random.default_rng(0)
    held = plain = 0
    for _ in range(300):
        y = rng.normal(size=50)
        scores = []
        for _ in range(10):
            order = rng.permutation(50)
            scores.append(float(np.mean((y[order[:10]] - y[order[10:]].mean()) ** 2)))
        found = repeats_of("squared", scores, scores, 0.2)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        truth = 1 + 1 / 40
        held += found.low <= truth <= found.high
        half = stats.t.ppf(0.975, 9) * np.std(scores, ddof=1) / np.sqrt(10)
        plain += abs(found.mean - truth) <= half
    assert held / 300 > 0.88
    assert plain / 300 < 0.75


class _Model:
    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes


def test_the_score_is_the_one_named_first() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 50).astype(float)
    given = rng.dirichlet(np.ones(3), 50)
    many = first_score(_Model(("a", "b", "c")), truth, given)  # type: ignore[arg-type]
    assert many == ("log_loss", pytest.approx(log_loss(truth, given)))
    two = (truth > 0).astype(float)
    found = first_score(_Model(("a", "b")), two, given[:, 0])  # type: ignore[arg-type]
    assert found == ("log_loss", pytest.approx(log_loss(two, given[:, 0])))
    number = first_score(_Model(()), truth, truth + 2)  # type: ignore[arg-type]
    assert number == ("mean_absolute_error", 2.0)
