"""The bench over tables and curves: its numbers against closed forms, and what it refuses."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data import datasets
from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.errors import InputError
from steepest.evaluation.splits.split import split_rows
from steepest.lessons.houses import houses
from steepest.live.bench import Bench
from steepest.live.wire import DescentRecord, plain
from steepest.objective.function import objective_from

LINE = {"features": ["size"]}


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.of_table()


def ask(bench: Bench, **question: Any) -> dict[str, Any]:
    """The last part of the answer, through JSON that has no word for NaN."""
    parts = list(bench.answer(question))
    return json.loads(json.dumps(parts[-1], allow_nan=False))


def record(bench: Bench, **setting: Any) -> dict[str, Any]:
    part = ask(bench, ask="record", setting=LINE | setting)
    assert part["part"] == "record"
    assert set(part["record"]) == {field.name for field in fields(DescentRecord)}
    return part["record"]


def test_the_houses_go_down_as_by_hand(bench: Bench) -> None:
    data = houses()
    x, y, (w, b) = data.size / 1000.0, data.price, (-100.0, 900.0)
    found = record(bench, steps=5, rate=0.2)
    for k in range(6):
        wrong = w * x + b - y
        gradient = [float(np.mean(wrong * x)), float(np.mean(wrong))]
        assert found["params"][k] == pytest.approx([w, b], rel=1e-12)
        assert found["loss"][k] == pytest.approx(0.5 * float(np.mean(wrong**2)), rel=1e-12)
        assert found["gradient"][k] == pytest.approx(gradient, rel=1e-10)
        w, b = w - 0.2 * gradient[0], b - 0.2 * gradient[1]
    assert found["names"] == ["w", "b"]
    assert found["step"] == [0, 1, 2, 3, 4, 5]


def test_the_facts_of_the_houses(bench: Bench) -> None:
    data = houses()
    X = np.column_stack([data.size / 1000.0, np.ones(50)])
    curvatures = np.linalg.eigvalsh(X.T @ X / 50)
    best, *_ = np.linalg.lstsq(X, data.price, rcond=None)
    facts = record(bench)["facts"]
    assert facts["sharpness"] == pytest.approx(curvatures[1])
    assert facts["largest_stable_rate"] == pytest.approx(2.0 / curvatures[1])
    assert facts["condition_number"] == pytest.approx(curvatures[1] / curvatures[0])
    assert facts["minimum"] == pytest.approx(best.tolist())
    assert record(bench)["rate"][0] == pytest.approx(1.0 / curvatures[1])


def test_every_scale_begins_with_the_same_line(bench: Bench) -> None:
    data = houses()
    first = 0.5 * float(np.mean((-0.1 * data.size + 900.0 - data.price) ** 2))
    for scale in ("raw", "unit", "standard"):
        assert record(bench, scale=scale)["loss"][0] == pytest.approx(first, rel=1e-12)
        started = record(bench, scale=scale, start=[0.2, 10.0])["loss"][0]
        wrong = 0.2 * data.size + 10.0 - data.price
        assert started == pytest.approx(0.5 * float(np.mean(wrong**2)), rel=1e-12)
    assert record(bench, degree=3, scale="standard")["loss"][0] == pytest.approx(first, rel=1e-9)


def test_validation_is_the_cost_of_the_rows_held(bench: Bench) -> None:
    data, found = houses(), record(bench, holdout=0.3)
    held = np.array(split_rows(50, share=0.3, seed=0, classes=None).held_out)
    w, b = np.array(found["params"]).T
    wrong = np.outer(data.size[held] / 1000.0, w) + b - data.price[held][:, None]
    assert found["validation"] == pytest.approx((0.5 * np.mean(wrong**2, axis=0)).tolist())
    assert np.flatnonzero(found["fit"]["held"]).tolist() == held.tolist()
    assert bench.setup.table is not None
    assert np.flatnonzero(bench.setup.table.held).tolist() == held.tolist()
    assert record(bench)["validation"] is None


def test_every_row_can_be_predicted_at_every_step(bench: Bench) -> None:
    found = record(bench, degree=3, scale="standard", holdout=0.3)
    fit = found["fit"]
    held = np.array(fit["held"])
    design = np.column_stack([np.array(fit["design"]), np.ones(50)])
    wrong = design @ np.array(found["params"]).T - np.array(fit["truth"])[:, None]
    assert found["loss"] == pytest.approx((0.5 * np.mean(wrong[~held] ** 2, axis=0)).tolist())
    assert fit["terms"] == found["names"][:-1] == ["size", "size^2", "size^3"]
    assert len(fit["curve_x"]) == len(fit["curve_design"]) > 100


def test_a_moved_point_is_where_it_was_put(bench: Bench) -> None:
    data = houses()
    x, y = data.size.copy(), data.price.copy()
    x[3], y[3] = 3000.0, 50.0
    found = record(bench, moved=[[3, 3000.0, 50.0]])
    assert found["loss"][0] == pytest.approx(0.5 * float(np.mean((-0.1 * x + 900.0 - y) ** 2)))
    assert found["fit"]["rows"][3] == [3000.0]
    with pytest.raises(InputError, match="row 50 was moved; there are 50 rows"):
        record(bench, moved=[[50, 1.0, 1.0]])


def test_two_classes_descend_on_the_log_loss() -> None:
    bench = Bench.of_table("breast_cancer", "mean_radius")
    assert bench.setup.setting.loss == "logistic"
    assert bench.setup.choices.losses == ["logistic"]
    setting = plain(bench.setup.setting) | {"holdout": 0.3, "steps": 30}
    found = ask(bench, ask="record", setting=setting)["record"]
    fit = found["fit"]
    z = np.outer(np.array(fit["design"])[:, 0], np.array(found["params"])[:, 0])
    z += np.array(found["params"])[:, 1]
    truth, held = np.array(fit["truth"])[:, None], np.array(fit["held"])
    losses = np.logaddexp(0.0, z) - truth * z
    assert found["loss"][0] == pytest.approx(math.log(2.0))
    assert found["loss"] == pytest.approx(losses[~held].mean(axis=0).tolist())
    assert found["validation"] == pytest.approx(losses[held].mean(axis=0).tolist())
    assert fit["classes"] == ["benign", "malignant"]
    assert fit["link"] == "logistic"


def test_several_features_text_among_them() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"a": rng.normal(size=40) * 100.0, "c": ["x", "y"] * 20, "t": rng.poisson(3.0, 40)}
    )
    bench = Bench.of_table(frame, ["a", "c"], "t")
    assert bench.setup.table is None
    assert bench.setup.played is not None
    assert bench.setup.choices.losses == ["squared", "huber", "poisson"]
    for scale in ("raw", "unit", "standard"):
        found = ask(bench, ask="record", setting={"features": ["a", "c"], "scale": scale})
        fit = found["record"]["fit"]
        assert fit["feature"] is None
        assert fit["rows"][1] == [pytest.approx(frame["a"][1]), "y"]
        assert found["record"]["names"] == [*fit["terms"], "intercept"]
    started = ask(
        bench, ask="record", setting={"features": ["a", "c"], "start": [0.01, 1.0, 2.0], "steps": 1}
    )["record"]
    other = frame["c"].to_numpy() == started["fit"]["terms"][1].removeprefix("c=")
    wrong = 0.01 * frame["a"].to_numpy() + 1.0 * other + 2.0 - frame["t"].to_numpy()
    assert started["loss"][0] == pytest.approx(0.5 * float(np.mean(wrong**2)))


def test_batches_are_shown_with_the_cost_of_all_rows(bench: Bench) -> None:
    found = record(bench, batch=5, steps=20)
    data = houses()
    w, b = np.array(found["params"]).T
    wrong = np.outer(data.size / 1000.0, w) + b - data.price[:, None]
    assert found["loss"] == pytest.approx((0.5 * np.mean(wrong**2, axis=0)).tolist())
    assert found["loss_of"] == "full"
    assert "5 of 50 training rows" in found["note"]
    assert found == record(bench, batch=5, steps=20)
    assert found["params"] != record(bench, batch=5, steps=20, seed=1)["params"]


@pytest.mark.parametrize("rule", [rule.name for rule in Bench.of_curve("w**2").setup.choices.rules])
def test_every_rule_on_offer_goes(bench: Bench, rule: str) -> None:
    found = record(bench, rule=rule, steps=20)
    assert found["rule"] == rule
    assert found["loss"][-1] < found["loss"][0]
    assert len(found["step"]) == 21


def test_a_rate_that_a_rule_does_not_take_is_said(bench: Bench) -> None:
    assert "not used" in record(bench, rule="barzilai_borwein", rate=0.1)["note"]


def test_a_curve_is_that_of_the_lessons() -> None:
    bench = Bench.of_curve("w**2")
    found = ask(bench, ask="record", setting=plain(bench.setup.setting))["record"]
    assert found["params"][1] == [8.0]
    assert found["loss"][:2] == pytest.approx([100.0, 64.0])
    assert found["plane"] is None
    assert found["fit"] is None
    assert found["facts"]["minimum"] == [0.0]


def test_what_runs_away_is_none_where_it_is_not_finite(bench: Bench) -> None:
    found = record(bench, rate=1e6, steps=500)
    assert found["stop"]["reason"] == "non_finite"
    assert found["loss"][-1] is None
    assert found["diagnosis"]["verdict"] == "diverging"


def test_long_records_are_thinned(bench: Bench) -> None:
    found = record(bench, steps=20_000)
    assert len(found["step"]) <= 2_000
    assert found["step"][:1000] == list(range(1000))
    assert found["step"][-1] == found["steps"] == 20_000
    assert "20,001 steps" in found["note"]


def test_a_branch_is_a_descent_from_there(bench: Bench) -> None:
    whole = record(bench, rate=0.2, steps=30)
    setting = LINE | {"rate": 0.2, "steps": 30}
    part = ask(bench, ask="branch", setting=setting, at=10, rate=0.1)["record"]
    assert part["step"] == list(range(10, 31))
    assert part["params"][0] == whole["params"][10]
    data = houses()
    own = descend(
        data.objective(1000.0), whole["params"][10], learning_rate=0.1, steps=20, tolerance=0
    )
    assert own.params is not None
    assert np.allclose(part["params"], own.params, rtol=1e-12)
    same = ask(bench, ask="branch", setting=setting, at=10, rate=0.2)["record"]
    assert np.allclose(same["params"], whole["params"][10:], rtol=1e-9)
    with pytest.raises(InputError, match="no recorded parameters at step 31"):
        ask(bench, ask="branch", setting=setting, at=31, rate=0.1)


def test_diagnosis_is_pythons_word(bench: Bench) -> None:
    setting = LINE | {"rate": 0.6}
    told = ask(bench, ask="diagnosis", setting=setting)["diagnosis"]
    own = descend(
        houses().objective(1000.0), [-100.0, 900.0], learning_rate=0.6, steps=200, tolerance=0
    )
    assert told["verdict"] == diagnose(own).verdict == "diverging"
    assert told == record(bench, rate=0.6)["diagnosis"]


def test_settings_that_do_not_fit_are_refused(bench: Bench) -> None:
    for setting, words in (
        ({"features": ["rooms"]}, 'no column "rooms"'),
        ({"features": ["price"]}, "is the target"),
        ({"loss": "logistic"}, "two classes"),
        ({"batch": 51}, "there are 50 rows"),
        ({"start": [1.0]}, "start has 1 number; expected 2"),
        ({"what": "run"}, "there is no run here"),
        ({"what": "curve", "expression": "__import__('os')"}, "cannot use the expression"),
        ({"bug": "order", "rule": "adam"}, "one after the other"),
    ):
        with pytest.raises(InputError, match=words):
            record(bench, **setting)
    with pytest.raises(InputError, match="there is no run here"):
        ask(bench, ask="follow")
    with pytest.raises(InputError, match="there are 2 parameters"):
        ask(bench, ask="profile", setting=LINE, step=0, along=2)


def test_what_is_not_said_is_what_people_would_mean() -> None:
    pair = Bench.of_table({"size": [1.0, 2.0, 4.0], "price": [2.0, 3.0, 7.0]}).setup
    assert pair.table is not None
    assert (pair.table.x_name, pair.table.y_name) == ("size", "price")
    many = Bench.of_table("diabetes").setup
    assert len(many.setting.features) == 10
    assert many.table is None


def test_tables_that_do_not_say_enough_are_refused() -> None:
    for source, x, y, words in (
        (
            {"a": ["p", "q"], "y": [1.0, 2.0]},
            None,
            "y",
            "0 columns of numbers besides y; say which",
        ),
        ("iris", "sepal_length", None, "3 classes"),
        ({"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [3.0, 1.0]}, None, None, "or --y COLUMN"),
        ({"a": [1.0, 2.0], "b": [1.0, 2.0]}, None, "c", 'no column "c"'),
    ):
        with pytest.raises(InputError, match=words):
            Bench.of_table(source, x, y)


def test_large_tables_are_sampled() -> None:
    x = np.arange(6_000.0)
    bench = Bench.of_table({"x": x, "y": 2.0 * x}, y="y")
    data = bench.setup.table
    assert data is not None
    assert (len(data.x), data.total, data.unit) == (5_000, 6_000, 1000.0)
    assert "drawn by chance" in bench.setup.words
    found = ask(bench, ask="record", setting={"features": ["x"]})["record"]
    assert len(found["fit"]["rows"]) == 1_000
    assert found["fit"]["total"] == 6_000
    assert data.start[0] == pytest.approx(-2.0)


def test_a_trace_from_anywhere_is_replayed() -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2.0 * w, names=("a", "b"))
    trace = descend(bowl, [3.0, 4.0], learning_rate=0.1, steps=5, tolerance=0)
    bench = Bench.of_trace(trace)
    found = ask(bench, ask="record", setting={"what": "run"})["record"]
    assert found["loss"] == pytest.approx(trace.loss.tolist())
    assert found["diagnosis"] == diagnose(trace).to_dict()
    with pytest.raises(InputError, match="cannot branch"):
        ask(bench, ask="branch", setting={"what": "run"}, at=1, rate=0.1)


def test_an_answer_that_nobody_waits_for_ends() -> None:
    x = np.random.default_rng(0).normal(size=(3_000, 3))
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": x[:, 2]})
    bench = Bench.of_table(frame, ["a", "b"], "y")
    before = threading.active_count()
    setting = {"features": ["a", "b"], "loss": "huber", "steps": 20_000, "scale": "raw"}
    answer = bench.answer({"ask": "record", "setting": setting})
    first = next(answer)
    answer.close()  # type: ignore[attr-defined]
    assert first["part"] == "record"
    assert threading.active_count() == before
    assert first["record"]["growing"] or first["record"]["steps"] == 20_000


def test_the_setup_is_that_of_the_brief(bench: Bench) -> None:
    setup = plain(bench.setup)
    assert list(setup["table"]["start"]) == [-0.1, 900.0]
    assert (setup["table"]["unit"], setup["table"]["total"]) == (1000.0, 50)
    assert setup["table"]["x"] == pytest.approx(datasets.load("houses")["size"].to_list())
    assert setup["setting"]["scale"] == "unit"
    assert setup["palette"]["dark"]["shades"]
    assert setup["played"] is None


@pytest.mark.parametrize("steps", [200, 600, 2_000])
def test_a_flipped_sign_is_in_every_coordinate(bench: Bench, steps: int) -> None:
    """Far out all moves lie along one direction, and rounding alone told factors apart."""
    found = record(bench, scale="standard", bug="sign", holdout=0.3, steps=steps)["diagnosis"]
    assert found["verdict"] == "gradient_sign"
    assert "every coordinate is -1 times" in found["findings"][0]["because"]


def test_the_delta_of_huber_and_the_rows_held_are_told(bench: Bench) -> None:
    data = houses()
    assert record(bench, steps=1)["fit"]["delta"] is None
    assert record(bench, steps=1)["fit"]["held_total"] == 0
    found = record(bench, loss="huber", holdout=0.3, steps=1)
    delta, held = found["fit"]["delta"], np.array(found["fit"]["held"])
    wrong = (-0.1 * data.size + 900.0 - data.price)[~held]
    slope = np.clip(wrong, -delta, delta)
    assert found["loss"][0] == pytest.approx(float(np.mean(slope * (wrong - 0.5 * slope))))
    assert (found["fit"]["held_total"], found["fit"]["total"]) == (15, 50)
    x = np.arange(3_000.0)
    large = Bench.of_table({"x": x, "y": 2.0 * x}, y="y")
    fit = ask(large, ask="record", setting={"features": ["x"], "holdout": 0.3})["record"]["fit"]
    assert (len(fit["rows"]), fit["total"], fit["held_total"]) == (1_000, 3_000, 900)


def test_what_can_be_done_is_told(bench: Bench) -> None:
    assert (bench.setup.choices.apply, bench.setup.choices.branch) == (True, True)
    curve = Bench.of_curve("w**2").setup.choices
    assert (curve.apply, curve.branch) == (True, True)
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2.0 * w, names=("a", "b"))
    alone = Bench.of_trace(descend(bowl, [3.0, 4.0], learning_rate=0.1, steps=5))
    assert (alone.setup.choices.apply, alone.setup.choices.branch) == (False, False)
    assert alone.setup.setting.run == ""
    with pytest.raises(InputError, match="this is a record alone"):
        ask(alone, ask="record", setting={"what": "run", "run": "houses-1"})


def cubes() -> tuple[Bench, dict[str, Any]]:
    """Two classes of 3,000 rows from 219 terms."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3_000, 3))
    said = np.where(x.sum(axis=1) + rng.normal(size=3_000) > 0, "yes", "no")
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": said})
    setting = {"features": ["a", "b", "c"], "loss": "logistic", "scale": "standard"}
    return Bench.of_table(frame, ["a", "b", "c"], "y"), setting


def test_what_nobody_waits_for_is_worked_out_no_further() -> None:
    bench, setting = cubes()
    with pytest.raises(InputError, match="take at most 7,610 steps"):
        ask(bench, ask="record", setting=setting | {"degree": 9, "steps": 20_000})
    before = threading.active_count()
    heavy = setting | {"degree": 9, "steps": 7_600}
    for question in (
        {"ask": "profile", "setting": heavy, "step": 1, "along": -1},
        {"ask": "diagnosis", "setting": heavy},
        {"ask": "branch", "setting": heavy, "at": 1, "rate": 0.1},
    ):
        answer: Any = bench.answer(question)
        assert next(answer)["part"] == "waiting"
        answer.close()
        assert threading.active_count() == before
    assert ask(bench, ask="record", setting=setting | {"steps": 5})["record"]["steps"] == 5


def test_sizes_beyond_all_squares_are_refused_or_harmless() -> None:
    x = np.random.default_rng(0).uniform(1.0, 9.0, 40)
    for power in (-200.0, 200.0):
        for given in ({"x": x * 10.0**power, "y": x}, {"x": x, "y": x * 10.0**power}):
            with pytest.raises(InputError, match="give it in another unit"):
                Bench.of_table(given, y="y")
    for power in (-99.0, 99.0):
        bench = Bench.of_table({"x": x * 10.0**power, "y": 3.0 * x}, y="y")
        assert bench.setup.table is not None
        assert bench.setup.table.start[0] == pytest.approx(-3.0 * 10.0**-power, rel=1e-9)
        for scale in ("unit", "standard"):
            setting = {"features": ["x"], "scale": scale, "degree": 3, "steps": 3}
            assert ask(bench, ask="record", setting=setting)["record"]["loss"][0] > 0
        setting = {"features": ["x"], "scale": "raw", "degree": 9, "steps": 3}
        if power > 0:
            with pytest.raises(InputError, match="too large for a number"):
                ask(bench, ask="record", setting=setting)


@pytest.mark.parametrize("degree", [1, 2])
def test_a_constant_is_not_overfitted(degree: int) -> None:
    bench = Bench.of_table({"x": 100.0 * np.arange(50.0), "y": np.full(50, 5.0)}, y="y")
    setting = {"features": ["x"], "holdout": 0.3, "degree": degree}
    found = ask(bench, ask="record", setting=setting)["record"]["diagnosis"]
    assert "overfitting" not in [finding["code"] for finding in found["findings"]]
