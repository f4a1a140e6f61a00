from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

from steepest.errors import InputError
from steepest.evaluation.splits.split import Split, fold_rows, split_rows


@given(
    rows=st.integers(5, 300),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=50, deadline=None)
def test_train_and_test_divide_the_rows(rows: int, share: float, seed: int) -> None:
    split = split_rows(rows, share=share, seed=seed, classes=None)
    assert split.train.dtype == split.test.dtype == np.int64
    assert sorted([*split.train, *split.test]) == list(range(rows))
    assert split.held_out == tuple(sorted(split.held_out))
    assert len(split.train) >= 1
    assert abs(len(split.test) - share * rows) <= 1
    assert split.folds == 0


def test_a_random_split_is_that_of_scikit_learn() -> None:
    split = split_rows(100, share=0.25, seed=3, classes=None)
    _, test = next(ShuffleSplit(1, test_size=25, random_state=3).split(np.zeros((100, 1))))
    assert split.method == "random"
    assert split.held_out == tuple(sorted(test))


def test_a_stratified_split_is_that_of_scikit_learn_and_keeps_the_shares() -> None:
    classes = (np.arange(100) % 5 == 0).astype(float)
    split = split_rows(100, share=0.25, seed=3, classes=classes)
    shuffle = StratifiedShuffleSplit(1, test_size=25, random_state=3)
    _, test = next(shuffle.split(np.zeros((100, 1)), classes))
    assert split.method == "stratified"
    assert split.held_out == tuple(sorted(test))
    assert classes[split.test].sum() == 5


def test_the_seed_decides_and_nothing_else() -> None:
    one, same, other = (split_rows(50, share=0.2, seed=s, classes=None) for s in (1, 1, 2))
    assert one == same
    assert one.held_out != other.held_out


@pytest.mark.parametrize("positives", [0, 1, 2, 4])
def test_a_class_too_rare_for_both_parts_is_split_at_random(positives: int) -> None:
    classes = (np.arange(100) < positives).astype(float)
    split = split_rows(100, share=0.2, seed=0, classes=classes)
    assert split.method == "random"
    assert len(split.test) == 20


@pytest.mark.parametrize("seed", range(20))
def test_the_rarest_stratified_class_is_in_both_parts(seed: int) -> None:
    classes = (np.arange(100) < 5).astype(float)
    split = split_rows(100, share=0.2, seed=seed, classes=classes)
    assert split.method == "stratified"
    assert classes[split.test].sum() >= 1
    assert classes[split.train].sum() >= 1


@pytest.mark.parametrize(("rows", "folds"), [(1, 2), (2, 2), (3, 3), (4, 4)])
def test_few_rows_are_all_kept_and_cross_validated(rows: int, folds: int) -> None:
    split = split_rows(rows, share=0.2, seed=0, classes=None)
    assert (split.method, split.held_out, split.folds) == ("none", (), folds)
    assert split.train.tolist() == list(range(rows))
    assert split.test.tolist() == []


def test_nothing_held_out_means_five_folds() -> None:
    assert split_rows(1000, share=0, seed=0, classes=None).folds == 5


@pytest.mark.parametrize("share", [-0.1, 0.91, 1.0, 20, float("nan"), float("inf")])
def test_a_share_that_makes_no_sense_is_refused(share: float) -> None:
    with pytest.raises(InputError, match=r"share to hold out must lie from 0 to 0\.9; it is"):
        split_rows(100, share=share, seed=0, classes=None)


def test_no_rows_and_strange_seeds_are_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        split_rows(0, share=0.2, seed=0, classes=None)
    for seed in (-1, 2**32):
        with pytest.raises(InputError, match="seed"):
            split_rows(10, share=0.2, seed=seed, classes=None)


@pytest.mark.parametrize("rows", [2, 3, 5, 17, 100])
def test_every_row_is_in_one_test_fold_and_no_row_tests_what_it_trained(rows: int) -> None:
    folds = fold_rows(split_rows(rows, share=0, seed=1, classes=None))
    assert len(folds) == min(5, rows)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(rows))
    for train, test in folds:
        assert not set(train) & set(test)
        assert len(train) + len(test) == rows
        assert rows // len(folds) <= len(test) <= -(-rows // len(folds))


def test_folds_are_shuffled_by_the_seed() -> None:
    one, same, other = (fold_rows(Split("none", 0, seed, 40, (), 5)) for seed in (0, 0, 1))
    assert [t.tolist() for _, t in one] == [t.tolist() for _, t in same]
    assert [t.tolist() for _, t in one] != [t.tolist() for _, t in other]


def test_folds_hold_each_class_evenly() -> None:
    classes = (np.arange(103) % 4 == 0).astype(float)
    counts = [
        classes[test].sum() for _, test in fold_rows(Split("none", 0, 0, 103, (), 5), classes)
    ]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_a_class_of_two_rows_is_always_trained_on(seed: int) -> None:
    classes = np.zeros(30)
    classes[[4, 20]] = 1
    for train, _ in fold_rows(Split("none", 0, seed, 30, (), 5), classes):
        assert classes[train].sum() >= 1


def test_one_row_has_no_folds() -> None:
    assert fold_rows(split_rows(1, share=0, seed=0, classes=None)) == []
