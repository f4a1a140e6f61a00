"""Runs that were cut off, at moments of all kinds, and gone on with: the same to the bit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from steepest import fitting
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.passes.worker import Worker
from steepest.run import Request, Run
from steepest.saved import Summary, load_run
from steepest.scaling.resuming import is_by_pieces, resume
from steepest.store import Store


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Parquet file of 20 row groups: numbers, text, a target of each kind."""
    rng = np.random.default_rng(8)
    rows = 1_200
    age, spend = rng.normal(50, 10, rows), rng.lognormal(3.0, 0.5, rows)
    town = rng.choice(["A", "B", "C"], rows, p=[0.5, 0.3, 0.2])
    minutes = 3.0 * age - 0.5 * spend + 20.0 * (town == "B") + rng.normal(0, 5, rows)
    path: Path = tmp_path_factory.mktemp("visits") / "visits.parquet"
    pl.DataFrame(
        {
            "age": age,
            "spend": spend,
            "town": town,
            "minutes": minutes,
            "long": np.where(minutes + rng.normal(0, 40, rows) > 140, "yes", "no"),
        }
    ).write_parquet(path, row_group_size=60)
    return str(path)


# `moment` names a function, and `at` the how manieth call of it is the last that is made
CUT = """
import os, sys
from steepest.cli.main import main
from steepest.descent.taken import Taken
from steepest.passes import journal
from steepest.passes.worker import Worker
moment, at, number, *words = sys.argv[1:]
journal.EVERY, journal.SHARE = 0.0, 1e9
calls = 0
def cut(owner, name, late=False):
    real = getattr(owner, name)
    def call(*a, **k):
        global calls
        calls += 1
        done = real(*a, **k) if late else None
        if calls == int(at):
            os.kill(os.getpid(), int(number))
        return done if late else real(*a, **k)
    setattr(owner, name, call)
cut(*{
    "survey": (Worker, "rows"),
    "step": (Worker, "designs"),
    "between": (Taken, "add"),
    "journal": (journal, "write_answers", True),
}[moment])
main(words)
"""


def cut(moment: str, at: int, number: signal.Signals, store: Path, *words: str) -> int:
    command = [sys.executable, "-c", CUT, moment, str(at), str(int(number))]
    command += ["fit", *words, "--store", str(store), "--no-report", "--json"]
    return subprocess.run(command, capture_output=True, check=False).returncode


def same(one: Run, other: Run) -> None:
    """Equal to the bit in all that a run tells but for its name and its seconds."""
    for name in ("step", "loss", "params", "gradient", "learning_rate"):
        assert getattr(one.trace, name).tobytes() == getattr(other.trace, name).tobytes(), name
    assert repr(one.trace.facts) == repr(other.trace.facts)
    assert one.trace.stop == other.trace.stop
    assert one.model == other.model
    assert (one.coefficients, one.intercept) == (other.coefficients, other.intercept)
    assert replace(one.request, threads=2) == replace(other.request, threads=2)
    for name in ("contract", "split", "evaluation", "diagnosis", "minimum", "sample"):
        assert repr(getattr(one, name)) == repr(getattr(other, name)), name


ASKED: dict[str, tuple[str, ...]] = {
    "minutes": ("--target", "minutes", "--engine", "local"),
    "long": ("--target", "long", "--engine", "local", "--steps", "8"),
}


@pytest.fixture(scope="module")
def whole(visits: str) -> dict[str, Run]:
    """Both fits as they are when nothing happens."""
    return {
        "minutes": fit(visits, "minutes", engine="local"),
        "long": fit(visits, "long", engine="local", steps=8),
    }


MOMENTS = [
    ("minutes", "survey", range(2, 20)),
    ("minutes", "journal", range(2, 20)),
    ("long", "survey", range(1, 2)),
    ("long", "between", range(2, 8)),
    ("long", "journal", range(50, 100)),
]


@pytest.mark.parametrize(("target", "moment", "calls"), MOMENTS)
def test_a_killed_run_goes_on_to_the_same_bits(
    tmp_path: Path, visits: str, whole: dict[str, Run], target: str, moment: str, calls: range
) -> None:
    store = Store(tmp_path / "runs.db")
    at = random.Random(8).choice(calls)  # noqa: S311
    assert cut(moment, at, signal.SIGKILL, store.path, visits, *ASKED[target]) == -signal.SIGKILL
    assert (store.row("last").id, store.row("last").status) == ("visits-1", "interrupted")
    before = store.row("last").recorded
    run = resume("visits-1", store=store)
    assert run.id == "visits-1"
    same(run, whole[target])
    same(load_run(store, "visits-1"), whole[target])
    [row] = store.runs()
    assert (row.status, row.recorded) == ("done", len(run.trace))
    assert row.recorded >= before


def test_killed_again_while_it_goes_on(tmp_path: Path, visits: str, whole: dict[str, Run]) -> None:
    store = Store(tmp_path / "runs.db")
    assert cut("step", 70, signal.SIGKILL, store.path, visits, *ASKED["long"]) < 0
    again = ("--resume", "visits-1", "--threads", "1")
    assert cut("step", 45, signal.SIGKILL, store.path, *again) < 0
    same(resume("last", store=store, threads=3), whole["long"])


def test_ctrl_c_in_a_walk_ends_it_at_once_and_it_goes_on(
    tmp_path: Path, visits: str, whole: dict[str, Run]
) -> None:
    store = Store(tmp_path / "runs.db")
    assert cut("survey", 7, signal.SIGINT, store.path, visits, *ASKED["minutes"]) == 130
    assert (store.row("last").status, store.row("last").message) == (
        "interrupted",
        "stopped by the user",
    )
    same(resume("last", store=store), whole["minutes"])


def interrupt_at(monkeypatch: pytest.MonkeyPatch, call: int, error: BaseException) -> None:
    """The walk of that number over the designs of a piece raises."""
    calls, real = [0], Worker.designs

    def designs(self: Worker, piece: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            raise error
        return real(self, piece)

    monkeypatch.setattr(Worker, "designs", designs)


def test_interrupted_in_a_descent_it_has_an_account_and_goes_on(
    tmp_path: Path, visits: str, whole: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "runs.db")
    interrupt_at(monkeypatch, 90, KeyboardInterrupt())
    cut_off = fit(visits, "long", engine="local", steps=8, store=store)
    assert cut_off.trace.stop.reason == "interrupted"
    assert 0 < len(cut_off.trace) < len(whole["long"].trace)
    assert store.row("last").status == "interrupted"
    seen: list[int] = []
    run = resume(cut_off, store=store, on_step=lambda row: seen.append(row.step))
    same(run, whole["long"])
    assert seen == whole["long"].trace.step.tolist()
    assert [row.status for row in store.runs()] == ["done"]


def test_a_run_by_pieces_that_failed_goes_on(
    tmp_path: Path, visits: str, whole: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "runs.db")
    with monkeypatch.context() as broken:
        interrupt_at(broken, 60, OSError("the network is gone"))
        with pytest.raises(OSError, match="the network is gone"):
            fit(visits, "long", engine="local", steps=8, store=store)
    assert store.row("last").status == "failed"
    same(resume("last", store=store), whole["long"])


def cut_off_at_once(
    monkeypatch: pytest.MonkeyPatch, data: Any, store: Store, target: str = "minutes"
) -> None:
    real = Worker.rows
    with monkeypatch.context() as broken:

        def rows(self: Worker, piece: Any, *more: Any) -> Any:
            if piece.place > 0:
                raise KeyboardInterrupt
            return real(self, piece, *more)

        broken.setattr(Worker, "rows", rows)
        with pytest.raises(KeyboardInterrupt) as stopped:
            fit(data, target, engine="local", store=store)
    assert "--resume" in stopped.value.__notes__[0]


def test_data_that_changed_is_refused(
    tmp_path: Path, visits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, table = Store(tmp_path / "runs.db"), tmp_path / "visits.parquet"
    frame = pl.read_parquet(visits)
    frame.write_parquet(table, row_group_size=60)
    cut_off_at_once(monkeypatch, str(table), store)
    frame.head(1_100).write_parquet(table, row_group_size=60)
    with pytest.raises(InputError, match=r"the data changed since the run visits-1 began.*parquet"):
        resume("last", store=store)
    assert store.row("last").status == "interrupted"
    table.unlink()
    with pytest.raises(InputError, match=r"visits\.parquet"):
        resume("last", store=store)


QUERY = """
select round(age, 1) as age, avg(spend) as spend, avg(minutes) as minutes, town
from data group by all
"""


def test_a_killed_run_of_a_query_without_an_order_goes_on(tmp_path: Path, visits: str) -> None:
    pytest.importorskip("duckdb")
    store = Store(tmp_path / "runs.db")
    words = ("--query", QUERY, "--target", "minutes", "--engine", "local")
    assert cut("survey", 2, signal.SIGKILL, store.path, visits, *words) == -signal.SIGKILL
    same(resume("last", store=store), fit(visits, "minutes", query=QUERY, engine="local"))


def test_rows_of_a_query_in_another_order_are_refused_as_such(
    tmp_path: Path, visits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.sources.written.PIECE_ROWS", 300)
    rows, store = pl.read_parquet(visits), Store(tmp_path / "runs.db")
    cut_off_at_once(monkeypatch, rows.lazy(), store)
    with pytest.raises(InputError, match=r"or the same in another order; .* add an ORDER BY"):
        resume("last", rows.reverse().lazy(), store=store)
    same(resume("last", rows.lazy(), store=store), fit(rows.lazy(), "minutes", engine="local"))


def test_a_frame_is_handed_over_again(
    tmp_path: Path, visits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.sources.framed.PIECE_ROWS", 100)
    store, frame = Store(tmp_path / "runs.db"), pl.read_parquet(visits)
    cut_off_at_once(monkeypatch, frame, store)
    with pytest.raises(InputError, match=r"hand it over: steepest\.resume\('.*-1', data=\.\.\.\)"):
        resume("last", store=store)
    with pytest.raises(InputError, match="the data changed since"):
        resume("last", frame.head(1_100), store=store)
    same(resume("last", frame, store=store), fit(frame, "minutes", engine="local"))


def test_a_run_of_rows_in_memory_is_fitted_again(
    tmp_path: Path, visits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, small = Store(tmp_path / "runs.db"), str(tmp_path / "small.csv")
    pl.read_parquet(visits).head(300).write_csv(small)
    with monkeypatch.context() as broken:
        broken.setattr(fitting, "judge", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fit(small, "long", steps=20, store=store)
    assert (store.row("last").status, store.row("last").recorded) == ("interrupted", 21)
    assert not is_by_pieces(store, "last")
    run = resume("last", store=store)
    whole = fit(small, "long", steps=20)
    same(run, whole)
    same(load_run(store, "small-1"), whole)
    assert [row.id for row in store.runs()] == ["small-1"]


def test_a_table_in_memory_that_changed_is_refused(
    tmp_path: Path, visits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, small = Store(tmp_path / "runs.db"), str(tmp_path / "small.csv")
    frame = pl.read_parquet(visits).head(300)
    frame.write_csv(small)
    with monkeypatch.context() as broken:
        broken.setattr(fitting, "judge", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fit(small, "minutes", store=store)
    frame.with_columns(pl.col("age") + 1).write_csv(small)
    with pytest.raises(InputError, match="the data changed since the run small-1 began"):
        resume("last", store=store)
    assert store.row("last").status == "interrupted"


def test_what_cannot_be_gone_on_with_says_why(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    done = fit("houses", "price", store=store)
    with pytest.raises(InputError, match="houses-1 is done"):
        resume(done, store=store)
    with store.begin("alive", {}), pytest.raises(InputError, match="alive-1 is still running"):
        resume("alive-1", store=store)
    watched = msgspec.json.encode(Summary("MLP", "Adam", watched=True)).decode()
    with store.begin("loop", {"summary": watched}):
        pass
    with pytest.raises(InputError, match="loop-1 is a loop that was watched"):
        resume("loop-1", store=store)
    request = msgspec.json.encode(Request("houses", "price")).decode()
    with pytest.raises(RuntimeError), store.begin("broken", {"request": request}):
        raise RuntimeError("no memory")
    with pytest.raises(InputError, match=r"broken-1 failed .*no memory"):
        resume("broken-1", store=store)
    with pytest.raises(InputError, match="there is no run 'nobody'"):
        resume("nobody", store=store)
    with pytest.raises(InputError, match="expected the id of a run"):
        resume(np.ones(3), store=store)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="expected the id of a run"):
        resume(fit("houses", "price"), store=store)
