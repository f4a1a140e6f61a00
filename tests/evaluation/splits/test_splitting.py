"""Splits as asked: nothing on both sides, the same again, and refused where they cannot be."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.errors import InputError
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.split import Split, asked_split
from steepest.evaluation.splits.split_words import folds_in_words, held_out_in_words
from steepest.evaluation.splits.splitting import split_as_asked

CLASSES = ("no", "yes")


def table(rows: int = 200, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "x": rng.normal(size=rows),
            "who": [f"p{n}" for n in rng.integers(0, max(2, rows // 8), rows)],
            "code": rng.integers(0, 12, rows),
            "day": np.datetime64("2024-01-01") + rng.integers(0, 30, rows),
            "when": [f"2024-{m:02d}-{d:02d}" for m, d in rng.integers(1, 12, (rows, 2))],
        }
    )
    return frame, (rng.random(rows) < 0.3).astype(float)


@pytest.mark.parametrize("asked", ["auto", "random", "stratified", "group=who", "time=day"])
@pytest.mark.parametrize("folds", [None, 4])
def test_a_saved_split_gives_the_same_rows_again(asked: str, folds: int | None) -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, CLASSES, asked=asked, folds=folds, seed=3)
    again = msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(split))), Split)
    assert again == split == split_as_asked(frame, truth, CLASSES, asked=asked, folds=folds, seed=3)
    pairs = folds_of(split, frame, truth, CLASSES)
    assert len(pairs) == (folds or 1)
    for (train, held), (train_2, held_2) in zip(
        pairs, folds_of(again, frame, truth, CLASSES), strict=True
    ):
        np.testing.assert_array_equal(train, train_2)
        np.testing.assert_array_equal(held, held_2)
        assert not set(train) & set(held)
        assert len(train)
        assert len(held)


@given(rows=st.integers(6, 120), share=st.floats(0.05, 0.8), seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_no_group_is_on_both_sides(rows: int, share: float, seed: int) -> None:
    frame, truth = table(rows, seed)
    if frame["who"].n_unique() < 2:
        return
    split = split_as_asked(frame, truth, (), asked="group=who", share=share, seed=seed)
    train, held = (set(frame["who"][part]) for part in (split.train, split.test))
    assert train
    assert held
    assert not train & held
    assert split.groups == (len(train), len(held))


def test_groups_come_near_to_the_share_and_keep_the_classes() -> None:
    rng = np.random.default_rng(1)
    size = rng.integers(1, 40, 120)
    who = np.repeat(np.arange(120), size)
    truth = (rng.random(120) < 0.25)[who].astype(float)  # a group is of one class
    frame = pl.DataFrame({"who": who})
    split = split_as_asked(frame, truth, CLASSES, asked="group=who", share=0.2)
    assert len(split.test) / len(who) == pytest.approx(0.2, abs=0.03)
    assert truth[split.test].mean() == pytest.approx(truth.mean(), abs=0.06)
    folds = split_as_asked(frame, truth, CLASSES, asked="group=who", folds=5)
    for _, held in folds_of(folds, frame, truth, CLASSES):
        assert len(held) / len(who) == pytest.approx(0.2, abs=0.05)
        assert truth[held].mean() == pytest.approx(truth.mean(), abs=0.1)


@pytest.mark.parametrize("column", ["who", "code"])
def test_folds_of_groups_hold_each_group_once(column: str) -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, CLASSES, asked=f"group={column}", folds=5)
    seen = [set(frame[column][held]) for _, held in folds_of(split, frame, truth, CLASSES)]
    assert sum(map(len, seen)) == frame[column].n_unique() == len(set.union(*seen))
    assert split.groups == (frame[column].n_unique(), 0)


@pytest.mark.parametrize("asked", ["time=day", "time=when"])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_the_latest_are_held_out_and_ties_stay_together(asked: str, share: float) -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, (), asked=asked, share=share)
    column = frame[split.column]
    assert column[split.train].max() < column[split.test].min()  # type: ignore[operator]
    assert str(column[split.train].max()) == split.last_trained
    assert str(column[split.test].min()) == split.first_held_out
    assert len(split.test) == pytest.approx(share * 200, abs=12)


def test_folds_by_time_go_forward() -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, (), asked="time=day", folds=4)
    pairs = folds_of(split, frame, truth)
    assert len(pairs) == 4
    last = 0
    for train, held in pairs:
        assert frame["day"][train].max() < frame["day"][held].min()  # type: ignore[operator]
        assert len(train) > last
        assert len(held) == pytest.approx(40, abs=15)
        last = len(train)
    assert split.first_held_out == str(frame["day"][pairs[0][1]].min())


def test_folds_by_time_are_those_of_scikit_learn_without_ties() -> None:
    from sklearn.model_selection import TimeSeriesSplit

    frame = pl.DataFrame({"t": np.arange(60)[::-1]})
    truth = np.zeros(60)
    split = split_as_asked(frame, truth, (), asked="time=t", folds=4)
    theirs = TimeSeriesSplit(n_splits=4).split(np.zeros((60, 1)))
    for (train, held), (train_t, held_t) in zip(folds_of(split, frame, truth), theirs, strict=True):
        assert sorted(59 - train) == train_t.tolist()
        assert sorted(59 - held) == held_t.tolist()


def test_a_number_is_stratified_by_its_quantiles() -> None:
    rng = np.random.default_rng(0)
    truth = rng.lognormal(size=200)
    frame = pl.DataFrame({"x": truth})
    split = split_as_asked(frame, truth, (), asked="stratified", share=0.25)
    assert split.method == "stratified"
    tenth = np.argsort(np.argsort(truth)) // 20
    assert set(np.bincount(tenth[split.test])) == {5}
    folds = split_as_asked(frame, truth, (), asked="stratified", folds=4)
    for _, held in folds_of(folds, frame, truth):
        assert set(np.bincount(tenth[held])) == {5}


@pytest.mark.parametrize("asked", ["random", "stratified", "group=who"])
@pytest.mark.parametrize("folds", [None, 4])
def test_other_seeds_are_other_rows_of_the_same_kind(asked: str, folds: int | None) -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, CLASSES, asked=asked, folds=folds, repeats=3)
    first, other = (folds_of(split, frame, truth, CLASSES, repeat=r)[0][1] for r in (0, 2))
    assert first.tolist() != other.tolist()
    if asked == "group=who":
        kept = np.delete(np.arange(200), other)
        assert not set(frame["who"][other]) & set(frame["who"][kept])


@pytest.mark.parametrize(
    ("asked", "settings", "words"),
    [
        ("group=nobody", {}, 'no column "nobody" to split by'),
        ("group=one", {}, "the same value in every row, and two groups"),
        ("time=one_day", {}, "the same value in every row, and two times"),
        ("group=gap", {}, "no value in 3 of 40 rows, first in row 5"),
        ("time=gap", {}, "no value in 3 of 40 rows"),
        ("time=text", {}, 'holds "later" in row 1 .* is no date'),
        ("time=flag", {}, "tells no time"),
        ("time=t", {"repeats": 2}, "a split by time cannot be repeated"),
        ("auto", {"folds": 41}, "folds is 41, but there are 40 rows"),
        ("group=two", {"folds": 3}, "folds is 3, but there are 2 groups"),
        ("time=t", {"folds": 40}, "folds is 40, but there are 39 later times"),
        ("stratified", {"folds": 5}, "5 rows of every class, and yes has 2"),
        ("stratified", {}, "the class yes has 2"),
        ("time=t", {}, "the 32 rows that train are all of the class no"),
        ("sideways", {}, "expected auto, random, stratified, group=COLUMN or time=COLUMN"),
        ("group=", {}, "expected auto"),
        ("random=x", {}, "expected auto"),
    ],
)
def test_splits_that_cannot_be_are_refused(asked: str, settings: dict, words: str) -> None:
    frame = pl.DataFrame(
        {
            "one": ["a"] * 40,
            "one_day": [2024] * 40,
            "two": [1, 2] * 20,
            "gap": [None if i in (4, 5, 9) else i for i in range(40)],
            "text": ["later"] * 20 + ["sooner"] * 20,
            "flag": [True, False] * 20,
            "t": np.arange(40),
        }
    )
    truth = (np.arange(40) >= 38).astype(float)
    with pytest.raises(InputError, match=words):
        split_as_asked(frame, truth, CLASSES, asked=asked, **settings)


def test_the_rows_must_be_those_that_were_split() -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, (), asked="group=who")
    with pytest.raises(InputError, match="the split is of 200 rows; the table has 100"):
        folds_of(split, frame.head(100), truth[:100])


def test_an_old_split_is_read_and_says_what_it_said() -> None:
    text = '{"method":"stratified","share":0.2,"seed":0,"rows":10,"held_out":[2,8],"folds":0}'
    split = msgspec.json.decode(text, type=Split)
    assert (split.column, split.repeats, split.groups) == ("", 1, (0, 0))
    assert held_out_in_words(split) == (
        "2 of 10 rows held out at random (seed 0, classes in proportion)"
    )


def test_splits_in_words() -> None:
    frame, truth = table()
    split = split_as_asked(frame, truth, (), asked="group=who", repeats=5)
    assert held_out_in_words(split) == (
        f"{len(split.test)} of 200 rows held out: {split.groups[1]} of the {sum(split.groups)} "
        "groups of who, each whole (seed 0), repeated on 5 splits"
    )
    split = split_as_asked(frame, truth, (), asked="time=day")
    assert "and later; those up to 2024-01-" in held_out_in_words(split)
    split = split_as_asked(frame, truth, (), asked="stratified", folds=4)
    assert folds_in_words(split, 4, 200, classes=False) == (
        "4-fold cross-validation (seed 0, tenths of the target in proportion)"
    )
    split = split_as_asked(frame, truth, (), asked="time=day", folds=3)
    assert folds_in_words(split, 3, 150).startswith("cross-validation forward in time: 3 later")


def test_what_is_asked_is_read() -> None:
    assert asked_split(" time = sold on ") == ("time", "sold on")
