"""The interval over repeated splits against its formula, and what it covers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.metrics import log_loss

from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.grouping import hold_groups
from steepest.evaluation.splits.repeated import (
    different_repeats,
    few_splits_said,
    first_score,
    repeats_of,
)
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.split_labels import Labels
from steepest.fitting import fit


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


def _places(sizes: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(sizes)), sizes)


def test_other_seeds_hold_out_other_groups_of_a_few() -> None:
    """The five places of the Californian houses: <1H, INLAND, ISLAND, NEAR BAY, NEAR OCEAN."""
    places = _places([9136, 6551, 5, 2290, 2658])
    labels = Labels(np.zeros(len(places), int), (), places)
    held = [hold_groups(labels, 0.2, seed) for seed in range(40)]
    assert {round(one.mean(), 4) for one in held} == {
        0.24, 0.2397, 0.1288, 0.129, 0.1109, 0.1112,
    }  # fmt: skip
    assert all((hold_groups(labels, 0.2, seed) == one).all() for seed, one in enumerate(held))


@pytest.mark.parametrize("groups", [2, 3, 8, 30])
def test_the_groups_held_out_differ_and_are_near_the_share(groups: int) -> None:
    rng = np.random.default_rng(3)
    places = rng.integers(0, groups, 600)
    labels = Labels(np.zeros(600, int), (), places)
    held = [hold_groups(labels, 0.25, seed) for seed in range(30)]
    assert len({one.tobytes() for one in held}) >= min(groups, 15)
    reach = max(0.125, 0.5 if groups == 2 else 0.0)
    assert all(abs(one.mean() - 0.25) <= reach for one in held)
    for one in held:
        assert not set(places[one]) & set(places[~one])


def test_a_class_is_left_to_train_where_it_can_be() -> None:
    places = _places([100] * 5)
    strata = (places == 2).astype(int)
    strata[0] = 1  # all of the class 1 but one row are in one group
    labels = Labels(strata, ("a", "b"), places)
    for seed in range(20):
        held = hold_groups(labels, 0.2, seed)
        assert set(strata[~held]) == {0, 1}


def _by_groups(repeats: int, folds: int = 0) -> tuple[Split, pl.DataFrame]:
    places = _places([40, 20, 20, 20])
    frame = pl.DataFrame({"town": places})
    labels = Labels(np.zeros(100, int), (), places)
    held = () if folds else tuple(np.flatnonzero(hold_groups(labels, 0.2, 0)).tolist())
    return Split("group", 0.2, 0, 100, held, folds, "town", repeats), frame


def test_the_same_split_is_not_taken_twice() -> None:
    split, frame = _by_groups(10)
    repeats = different_repeats(split, frame, np.zeros(100))
    assert repeats[0] == 0
    held = {folds_of(split, frame, np.zeros(100), repeat=one)[0][1].tobytes() for one in repeats}
    assert len(held) == len(repeats) == 3
    assert few_splits_said(split, 3).endswith(
        "but only 3 different splits of these groups exist near that share"
    )
    split, frame = _by_groups(5, folds=4)
    assert different_repeats(split, frame, np.zeros(100)) == (0,)
    assert few_splits_said(split, 1).endswith("but only 1 split of these groups exists")
    assert few_splits_said(split, 5) == ""


def test_a_fit_says_how_few_splits_there_are() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=90), "town": _places([50, 20, 20])})
    frame = frame.with_columns(y=pl.col("x") + pl.Series(rng.normal(size=90)))
    run = fit(frame, "y", features=["x"], split="group=town", repeats=6, threads=1)
    repeats = run.evaluation.repeats
    assert repeats is not None
    assert len(set(repeats.values)) == len(repeats.values) == 2
    assert repeats.low is None
    assert "repeated on 2 splits; 6 were asked for, but only 2 different" in run.evaluation.method
