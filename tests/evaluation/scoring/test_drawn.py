import numpy as np
import polars as pl
import pytest

from steepest.evaluation.scoring.calibration import calibrate_number, spiegelhalter
from steepest.evaluation.scoring.drawn import Drawn, unit_sums, widened_by_folds
from steepest.evaluation.scoring.drawn_words import drawn_sentences
from steepest.evaluation.scoring.intervals import (
    area_under_roc,
    effective_rows,
    measure,
    share_among,
    share_of,
)
from steepest.evaluation.scoring.scores import score_classes, score_number
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.split import Split
from steepest.evaluation.where.slices import find_slices
from steepest.evaluation.where.worst import find_worst, find_worst_decided

GROUPS = Drawn("groups", np.repeat(np.arange(40), 20))


def test_the_mean_of_groups_is_held_as_often_as_it_says() -> None:
    held = {"groups": 0, "rows": 0}
    random = np.random.default_rng(0)
    for _ in range(80):
        error = np.repeat(random.normal(0, 1.5, 40), 20) + random.normal(size=800)
        mean = 3.25**0.5 * (2 / np.pi) ** 0.5
        for kind, drawn in (("groups", GROUPS), ("rows", Drawn())):
            score = score_number(error, 0 * error, 1 + 0 * error, unit="", drawn=drawn).scores[0]
            assert score.low is not None
            assert score.high is not None
            held[kind] += score.low <= mean <= score.high
    assert held["groups"] >= 70
    assert held["rows"] <= 50


def test_equal_rows_of_a_group_count_once() -> None:
    values = np.random.default_rng(1).normal(size=(30, 1))
    ((_, low, high),) = measure(values, lambda means: means)
    drawn = Drawn("groups", np.repeat(np.arange(30), 4))
    ((_, low_4, high_4),) = measure(np.repeat(values, 4, axis=0), lambda means: means, drawn)
    assert (low_4, high_4) == pytest.approx((low, high))
    right = (values[:, 0] > 0).astype(float)
    assert effective_rows(np.repeat(right, 4), drawn) == pytest.approx(
        30 * (1.96 / 2.045) ** 2, 0.05
    )


def test_fewer_than_ten_groups_have_no_interval_and_say_so() -> None:
    few = Drawn("groups", np.repeat(np.arange(8), 20))
    random = np.random.default_rng(2)
    target, probability = (random.random(160) < 0.5).astype(float), random.random(160)
    number = score_number(target, probability, 0 * target, unit="", drawn=few)
    classes = score_classes(target, probability, 0 * target + 0.5, threshold=0.5, drawn=few)
    for scored in (number, classes):
        assert scored.better_than_baseline is None
        assert all(score.low is None for score in scored.scores)
    assert calibrate_number(target, probability, name="y", drawn=few) is None
    (said,) = drawn_sentences(few, 160)
    assert "8 groups are too few" in said
    (said,) = drawn_sentences(GROUPS, 800)
    assert "count the 40 groups, not the 800 rows" in said


def test_shares_and_areas_of_groups_are_less_sure() -> None:
    random = np.random.default_rng(3)
    shift = np.repeat(random.normal(0, 1.5, 40), 20)
    target = (random.random(800) < 1 / (1 + np.exp(-shift))).astype(float)
    share, alone = share_among(target, GROUPS), share_of(float(target.sum()), 800)
    assert share[0] == alone[0]
    assert share[2] - share[1] > 2 * (alone[2] - alone[1])  # type: ignore[operator]
    score = np.repeat(random.normal(size=40), 20) + 0.1 * random.normal(size=800)
    area, plain = area_under_roc(target, score, GROUPS), area_under_roc(target, score)
    assert area[2] - area[1] > 2 * (plain[2] - plain[1])  # type: ignore[operator]
    every = share_among(np.ones(800), GROUPS)
    assert every[1] == pytest.approx(share_of(40.0, 40)[1], abs=0.02)  # type: ignore[arg-type]


def test_noise_of_groups_is_neither_a_slice_nor_a_miscalibration() -> None:
    random = np.random.default_rng(4)
    alarms = {"slices": 0, "worst": 0, "wrong": 0, "line": 0, "odds": 0}
    for _ in range(30):
        shift, place = random.normal(0, 1.5, 40), np.repeat(np.arange(40), 20)
        error = shift[place] + random.normal(size=800)
        frame = pl.DataFrame({"z": random.normal(size=40)[place]})
        predicted = random.normal(0, 2, 40)[place]
        found = find_slices(predicted + error, predicted, frame, predicted_name="y", drawn=GROUPS)
        alarms["slices"] += bool(found)
        alarms["worst"] += bool(
            find_worst(error, predicted, frame, predicted_name="y", drawn=GROUPS)
        )
        wrong = random.random(800) < 1 / (1 + np.exp(1.5 - shift[place]))
        alarms["wrong"] += bool(find_worst_decided(wrong, frame, GROUPS))
        line = calibrate_number(predicted + error, predicted, name="y", drawn=GROUPS)
        assert line is not None
        assert line.p_value is not None
        alarms["line"] += line.p_value < 0.05
        given = np.clip(0.5 + 0.1 * predicted, 0.05, 0.95)
        truth = (random.random(40) < given[::20])[place].astype(float)
        p = spiegelhalter(truth, given, GROUPS)
        assert p is not None
        alarms["odds"] += p < 0.05
    assert max(alarms.values()) <= 6, alarms


def test_rows_in_time_count_as_stretches() -> None:
    drawn = Drawn("times", np.random.default_rng(5).permutation(1_000))
    units = drawn.units()
    assert units is not None
    assert np.bincount(units).tolist() == [50] * 20
    assert np.all(np.diff(units[np.argsort(drawn.places)]) >= 0)
    assert drawn.many(1_000) == 20
    assert int(drawn.later().sum()) == 500
    ties = Drawn("times", np.repeat(np.arange(4), 25))
    assert ties.many(100) == 4
    (said,) = drawn_sentences(drawn, 1_000)
    assert "the future is like the stretch held out" in said


def test_a_split_says_how_the_rows_are_drawn() -> None:
    frame = pl.DataFrame({"site": ["a", "b", "a"], "when": [3, 1, 2]})
    split = Split("group", 0.2, 0, 9, (), column="site")
    assert drawn_of(split, frame).kind == "groups"
    assert drawn_of(split, frame[:1]).many(1) == 1
    assert drawn_of(split, frame.drop("site")).kind == "rows"
    time = drawn_of(Split("time", 0.2, 0, 9, (), column="when"), frame)
    assert time.places is not None
    assert (time.kind, time.places.tolist()) == ("times", [2, 0, 1])
    assert drawn_of(Split("random", 0.2, 0, 9, ()), frame).kind == "rows"


def test_a_widened_interval_never_leaves_what_a_score_can_be() -> None:
    random = np.random.default_rng(6)
    target = random.normal(size=12)
    predicted = target + 0.3 * random.standard_t(1.5, 12)
    folds = Drawn(widen=widened_by_folds([10] * 6, 12))
    assert folds.widen == pytest.approx(2.2**0.5)
    plain = score_number(target, predicted, 0 * target, unit="").scores
    for score, one in zip(
        score_number(target, predicted, 0 * target, unit="", drawn=folds).scores, plain, strict=True
    ):
        assert score.low is not None
        assert score.high is not None
        assert one.low is not None
        assert one.high is not None
        assert score.high - score.low > one.high - one.low
        if score.name == "r2":
            assert score.high <= 1
        else:
            assert score.low >= 0


def test_a_long_tail_is_said() -> None:
    errors = np.append(np.full(39, 1.0), 30.0)
    (said,) = drawn_sentences(Drawn(), 40, errors)
    assert "The largest error makes up 43.5 %" in said
    assert not list(drawn_sentences(Drawn(), 40, np.abs(np.random.default_rng(7).normal(size=40))))


def test_sums_of_units_are_those_of_their_rows() -> None:
    sums, sizes = unit_sums(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 0, 1]))
    assert sums.tolist() == [[3.0, 4.0], [6.0, 8.0]]
    assert sizes.tolist() == [1.0, 2.0]
