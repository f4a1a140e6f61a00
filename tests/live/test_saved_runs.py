"""Saved runs replayed: their card is that of `steepest diagnose`, also while they grow."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from steepest.cli.main import main
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.live import saved_runs
from steepest.live.bench import Bench
from steepest.store import Store

RUN = {"what": "run"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


def ask(bench: Bench, **question: Any) -> dict[str, Any]:
    parts = [json.loads(json.dumps(part, allow_nan=False)) for part in bench.answer(question)]
    return parts[-1]


@pytest.mark.parametrize(
    "asked",
    [
        {"data": "houses", "target": "price", "learning_rate": 2.5, "steps": 100},
        {"data": "breast_cancer", "target": "diagnosis", "batch": 32, "steps": 60},
        {"data": "houses", "target": "price", "scale": "none", "steps": 100_000, "tolerance": 0},
    ],
)
def test_the_card_is_that_of_diagnose(store: Store, asked: dict[str, Any]) -> None:
    run = fit(store=store, **asked)
    found = ask(Bench.of_run("last", store), ask="record", setting=RUN)["record"]
    said = CliRunner().invoke(main, ["diagnose", "last", "--json", "--store", str(store.path)])
    told = json.loads(said.stdout)
    for name in ("verdict", "findings", "clear", "cannot_tell"):
        assert found["diagnosis"][name] == told[name]
    assert found["names"] == list(run.trace.names)
    assert found["params"][-1] == pytest.approx(run.trace.last_params.tolist())
    assert found["steps"] == int(run.trace.step[-1])
    assert not found["growing"]


def test_a_run_is_rebuilt_from_its_source(store: Store) -> None:
    run = fit("houses", "price", store=store, steps=40, tolerance=0)
    bench = Bench.of_run("houses-1", store)
    found = ask(bench, ask="record", setting=RUN)["record"]
    rows = found["fit"]
    design = np.column_stack([np.array(rows["design"]), np.ones(50)])
    wrong = design @ np.array(found["params"]).T - np.array(rows["truth"])[:, None]
    held = np.array(rows["held"])
    assert np.flatnonzero(held).tolist() == list(run.split.held_out)
    assert found["loss"] == pytest.approx((0.5 * np.mean(wrong[~held] ** 2, axis=0)).tolist())
    assert found["validation"] == pytest.approx((0.5 * np.mean(wrong[held] ** 2, axis=0)).tolist())
    branch = ask(bench, ask="branch", setting=RUN, at=10, rate=0.5)["record"]
    assert (branch["step"][0], branch["step"][-1]) == (10, 40)
    assert branch["params"][0] == found["params"][10]
    profile = ask(bench, ask="profile", setting=RUN, step=3, along=0)["profile"]
    assert profile["here"] == found["params"][3][0]


def test_a_remedy_is_applied_and_saved(store: Store) -> None:
    fit("houses", "price", store=store, learning_rate=2.5, steps=100)
    bench = Bench.of_run("last", store)
    part = ask(bench, ask="apply", setting=RUN, finding=0, remedy=0)
    assert (part["part"], part["run"]) == ("applied", "houses-2")
    assert part["record"]["diagnosis"]["verdict"] == "converged"
    assert part["words"].startswith("The saved run houses-2, price of houses: ")
    with pytest.raises(InputError, match="no remedy 7"):
        ask(bench, ask="apply", setting=RUN, finding=0, remedy=7)
    with pytest.raises(InputError, match="setting of none"):
        ask(bench, ask="apply", setting={}, finding=0, remedy=0)


def test_every_question_is_answered_for_the_run_of_its_setting(store: Store) -> None:
    first = fit("houses", "price", store=store, steps=40, tolerance=0)
    second = fit("houses", "price", store=store, learning_rate=2.5, steps=100)
    bench = Bench.of_run("houses-1", store)
    assert bench.setup.setting.run == "houses-1"
    own, other = RUN | {"run": "houses-1"}, RUN | {"run": "houses-2"}
    for setting, run in ((RUN, first), (own, first), (other, second)):
        part = ask(bench, ask="record", setting=setting)
        assert part["record"]["loss"] == pytest.approx(run.trace.loss.tolist())
        assert f"The saved run {run.id}" in part["words"]
        told = ask(bench, ask="diagnosis", setting=setting)["diagnosis"]
        assert told["verdict"] == run.verdict
        profile = ask(bench, ask="profile", setting=setting, step=3, along=0)["profile"]
        assert run.trace.params is not None
        assert profile["here"] == run.trace.params[3, 0]
        branch = ask(bench, ask="branch", setting=setting, at=10, rate=0.1)["record"]
        assert (branch["step"][0], branch["step"][-1]) == (10, int(run.trace.step[-1]))
        assert branch["params"][0] == run.trace.params[10].tolist()
    part = ask(bench, ask="apply", setting=other, finding=0, remedy=0)
    assert part["run"] == "houses-3"
    made = ask(bench, ask="record", setting=RUN | {"run": "houses-3"})["record"]
    assert made["loss"] == part["record"]["loss"]
    with pytest.raises(InputError, match="there is no run 'houses-9' in the store"):
        ask(bench, ask="record", setting=RUN | {"run": "houses-9"})


def test_without_its_table_a_run_shows_what_the_store_has(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = "a,c,y\n" + "\n".join(f"{i},{i * i % 7},{3 * i + i % 2}" for i in range(20))
    path.write_text(text)
    run = fit(path, "y", store=store, loss="huber", steps=30)
    fit(path, "y", features="a", store=store, steps=30)
    before = Bench.of_run("t-1", store).setup
    whole = before.played
    path.unlink()
    bench = Bench.of_run("t-1", store)
    assert (before.choices.apply, before.choices.branch) == (True, True)
    assert (bench.setup.choices.apply, bench.setup.choices.branch) == (False, False)
    gone = bench.setup.played
    assert whole is not None
    assert gone is not None
    assert whole.fit is not None
    assert gone.fit is None
    assert "cannot be used any more" in gone.note
    assert run.landscape is not None
    assert gone.plane is not None
    assert gone.plane.sentence == run.landscape.plane
    line = Bench.of_run("t-2", store).setup.played
    assert line is not None
    assert line.fit is not None
    assert line.fit.feature == "a"
    assert (line.fit.total, line.fit.held_total) == (20, sum(line.fit.held))
    assert whole.fit.delta is not None
    assert whole.fit.delta > 0
    with pytest.raises(InputError, match="cannot branch"):
        ask(bench, ask="branch", setting=RUN, at=3, rate=0.1)


def test_a_table_that_has_changed_is_not_taken_for_that_of_the_run(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "\n".join(f"{i},{3 * i + i % 2}" for i in range(20)))
    fit(path, "y", store=store, steps=30)
    path.write_text("a,y\n" + "\n".join(f"{i},{5 * i + i % 2}" for i in range(20)))
    played = Bench.of_run("last", store).setup.played
    assert played is not None
    assert "it has changed since" in played.note


def test_a_run_of_three_classes_has_its_plane(store: Store) -> None:
    fit("iris", "species", store=store, steps=30)
    found = ask(Bench.of_run("last", store), ask="record", setting=RUN)["record"]
    assert found["fit"] is None
    assert found["plane"] is not None
    assert "more than two classes" in found["note"]


def test_a_growing_run_is_followed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_runs, "EVERY", 0.01)
    go, half = threading.Event(), threading.Event()

    def on_step(row: Any) -> None:
        if row.step == 20:
            half.set()
            assert go.wait(20)

    def work() -> None:
        fit(
            "houses", "price", store=store, rule="adam", learning_rate=0.1, steps=4_000,
            tolerance=0, on_step=on_step,
        )  # fmt: skip

    thread = threading.Thread(target=work)
    with store.begin("other", {}):  # so that the file is there
        pass
    thread.start()
    assert half.wait(20)
    answer = None
    try:
        if not store.row("houses-1").recorded:
            setup = Bench.of_run("houses-1", store).setup
            assert (setup.played, setup.growing) == (None, True)
        go.set()
        while not store.row("houses-1").recorded:
            thread.join(0.01)
        answer = Bench.of_run("houses-1", store).answer({"ask": "follow"})
        parts = [part for part in answer if part["part"] == "record"]
    finally:
        go.set()
        thread.join()
    last = parts[-1]["record"]
    assert last["growing"] is False
    assert last["steps"] == 4_000
    assert parts[-1]["words"].endswith("4,000 steps, done.")
    assert all(part["record"]["steps"] <= 4_000 for part in parts)


def test_an_unknown_run_is_refused(store: Store) -> None:
    fit("houses", "price", store=store, steps=3)
    with pytest.raises(InputError, match="there is no run 'house'"):
        Bench.of_run("house", store)
