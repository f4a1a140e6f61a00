"""A watched loop in the store while it grows, whatever happens to the process or the disk."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.store import Store
from steepest.watching.recorder import MOST_ROWS
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

# JAX, where an earlier test has loaded it, warns of any fork
pytestmark = pytest.mark.filterwarnings(r"ignore:os\.fork\(\) was called:RuntimeWarning")

LONG = 20.0
ENDLESS = """
import sys, time
from steepest.watching.watch import watch
with watch(store=sys.argv[1], name="endless", quiet=True) as w:
    for step in range(10**6):
        w.log(loss=1 / (step + 1), params=[1.0, step], gradient=[2.0, 1.0], learning_rate=0.1)
        time.sleep(0.002)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def steps(watching: Watching, more: Callable[[int], bool], **measures: float) -> int:
    """Log steps as long as there shall be more; how many in all."""
    step = watching.session.step + 1
    began = time.monotonic()
    while more(step):
        assert time.monotonic() - began < LONG, "it never came"
        params = np.full(100, 1.0 + step)
        watching.log(
            loss=1 / (step + 1), params=params, gradient=params, learning_rate=0.1, **measures
        )
        time.sleep(0.001)
        step += 1
    return step


def recorded(store: Store, run: str | None) -> int:
    assert run is not None
    return store.row(run).recorded


def begun(store: Store) -> int:
    """How many rows another process has written by now."""
    try:
        return store.row("last").recorded
    except InputError:  # not even the store is there yet
        return 0


def sound(store: Store) -> None:
    found = sqlite3.connect(store.path)
    try:
        assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        found.close()


def test_rows_arrive_while_the_loop_goes_on(store: Store) -> None:
    with watch(store=store, quiet=True) as watching:
        steps(watching, lambda step: step < 3 or recorded(store, watching.run) < 50)
        row = store.row("last")
        assert (row.id, row.status) == ("loop-1", "running")
        trace = store.trace("last")
        assert trace.loss_of == "unknown"
        assert trace.step.tolist() == list(range(len(trace)))
        assert trace.loss[3] == 0.25
        assert np.isfinite(trace.measures["gradient_norm/w"][:-1]).any()
        assert trace.facts["layers"].value == "w"
    assert store.row("last").status == "done"
    assert len(store.trace("last")) == len(watching.trace)


def test_a_killed_process_leaves_what_was_flushed(store: Store) -> None:
    loop = subprocess.Popen([sys.executable, "-c", ENDLESS, str(store.path)])
    try:
        began = time.monotonic()
        while begun(store) <= 20:
            assert time.monotonic() - began < LONG, "it never came"
            time.sleep(0.05)
    finally:
        loop.send_signal(signal.SIGKILL)
        loop.wait()
    row = store.row("last")
    assert (row.id, row.status) == ("endless-1", "interrupted")
    trace = store.trace("last")
    assert len(trace) == row.recorded > 20
    assert trace.names == ("w[0]", "w[1]")
    assert trace.params is not None
    assert trace.params[7].tolist() == [1.0, 7.0]
    sound(store)


def test_a_measure_that_comes_up_late_is_there_at_once_and_at_the_end(store: Store) -> None:
    with watch(store=store, quiet=True) as watching:
        late = steps(watching, lambda step: recorded(store, watching.run) < 150)
        steps(watching, lambda step: recorded(store, watching.run) < late + 20, val_loss=0.5)
        growing = store.trace("last").measures["val_loss"]
        assert np.isnan(growing[:150]).all()
        assert (growing[late + 1 : late + 10] == 0.5).all()
    whole = store.trace("last").measures["val_loss"]
    assert np.isnan(whole[: late - 1]).all()
    assert (whole[late:] == 0.5).all()


def test_steps_only_rise_however_a_long_loop_is_thinned(store: Store) -> None:
    with watch(store=store, quiet=True) as watching:
        seen: list[int] = []
        for step in range(3 * MOST_ROWS):
            watching.log(loss=1.0 + 1 / (step + 1))
            if step % 400 == 0:
                time.sleep(0.02)
            if step % 4000 == 3999:
                steps_there = store.trace("last").step if recorded(store, "last") else np.arange(0)
                assert (np.diff(steps_there) > 0).all()
                seen.append(len(steps_there))
        assert seen == sorted(seen)
    trace = store.trace("last")
    assert len(trace) <= MOST_ROWS
    assert (np.diff(trace.step) > 0).all()
    assert trace.step[-1] >= 3 * MOST_ROWS - 4
    assert trace.loss.tolist() == [1.0 + 1 / (step + 1) for step in trace.step.tolist()]


def test_a_store_that_cannot_be_begun_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with watch(store=tmp_path / "none" / "runs.db", quiet=True) as watching:
        steps(watching, lambda step: step < 30)
    said = capsys.readouterr().err
    assert said.count("steepest:") == 1
    assert "the run is not kept: the folder" in said
    assert watching.run is None
    assert watching.failed is None
    assert len(watching.trace) == 30


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bool]]:
    """A disk that can be full."""
    from steepest.storage import writer

    disk = {"full": False}
    write = writer.write_columns

    def writing(*given: Any) -> None:
        if disk["full"]:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        write(*given)

    monkeypatch.setattr(writer, "write_columns", writing)
    monkeypatch.setattr(writer, "_AGAIN_SECONDS", 0.05)
    return disk


def test_a_disk_that_fills_up_on_the_way_is_said_once(
    store: Store, full: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""
    with watch(store=store, quiet=True) as watching:
        before = steps(watching, lambda step: recorded(store, watching.run) < 20)
        full["full"] = True
        while "disk is full" not in said:
            steps(watching, lambda step, to=watching.session.step + 50: step < to)
            said += capsys.readouterr().err
        steps(watching, lambda step, to=watching.session.step + 300: step < to)
    said += capsys.readouterr().err
    assert said.count("steepest:") == 1
    assert watching.failed is None
    assert watching.run is None
    assert len(watching.trace) > before + 300
    assert store.row("last").status == "failed"
    assert 20 <= len(store.trace("last")) < len(watching.trace)


def test_a_disk_that_has_room_again_gets_every_row(
    store: Store, full: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""
    with watch(store=store, quiet=True) as watching:
        full["full"] = True
        while "disk is full" not in said:
            steps(watching, lambda step, to=watching.session.step + 50: step < to)
            said += capsys.readouterr().err
        full["full"] = False
        steps(watching, lambda step, to=watching.session.step + 20: recorded(store, "last") < to)
        assert store.trace("last").step[:20].tolist() == list(range(20))
    assert watching.run == "loop-1"
    assert len(store.trace("last")) == len(watching.trace)


def test_several_loops_at_once_in_one_process(store: Store) -> None:
    with watch(store=store, quiet=True) as one, watch(store=store, quiet=True) as other:
        assert (one.run, other.run) == ("loop-1", "loop-2")
        for step in range(200):
            one.log(loss=1.0 + step)
            other.log(loss=-1.0 - step)
            time.sleep(0.001)
    assert store.trace("loop-1").loss.tolist() == [1.0 + step for step in range(200)]
    assert store.trace("loop-2").loss.tolist() == [-1.0 - step for step in range(200)]


def test_a_loop_without_a_step_leaves_an_interrupted_run(store: Store) -> None:
    with watch(store=store, quiet=True):
        pass
    assert store.row("last").status == "interrupted"
    assert store.row("last").recorded == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_has_no_part_in_the_run(store: Store) -> None:
    with watch(store=store, quiet=True) as watching:
        before = steps(watching, lambda step: recorded(store, watching.run) < 20)
        for _ in range(3):
            child = os.fork()
            if child == 0:  # a worker that does with what it inherited all that can be done
                status = 1
                try:
                    watching.log(loss=1e9, params=[0.0] * 100, gradient=[0.0] * 100)
                    watching.close()
                    status = 0
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0)[1] == 0
            steps(watching, lambda step, to=watching.session.step + 20: step < to)
        steps(watching, lambda step: recorded(store, watching.run) < before + 20)
        assert store.row("last").status == "running"
    row = store.row("last")
    assert (row.status, row.recorded) == ("done", len(watching.trace))
    assert store.trace("last").loss.max() == 1.0
    sound(store)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_can_keep_runs_of_its_own_in_the_same_store(store: Store) -> None:
    with watch(store=store, quiet=True) as watching:
        steps(watching, lambda step: recorded(store, watching.run) < 5)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with watch(store=store, name="child", quiet=True) as own:
                    steps(own, lambda step: step < 30)
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        steps(watching, lambda step, to=watching.session.step + 20: step < to)
    assert [row.id for row in store.runs()] == ["child-1", "loop-1"]
    assert [row.status for row in store.runs()] == ["done", "done"]
    sound(store)


def test_a_run_that_was_taken_away_meanwhile_is_not_begun_anew(store: Store) -> None:
    writer = store.begin("loop", {})
    writer.before_fork()
    writer.after_fork(in_child=False)
    store.path.unlink()
    with pytest.raises(InputError, match="no longer in the store"):
        writer.extend({"step": np.arange(1), "loss": np.ones(1), "learning_rate": np.ones(1)}, {})
    writer.__exit__(None, None, None)
    assert store.runs() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_the_workers_of_a_data_loader_leave_the_run_alone(store: Store) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Linear(20, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = torch.utils.data.TensorDataset(torch.randn(64, 20), torch.randint(0, 4, (64,)))
    loader = torch.utils.data.DataLoader(
        data, batch_size=8, num_workers=2, multiprocessing_context="fork"
    )
    with watch(model, optimizer, store=store, quiet=True) as watching:
        for _ in range(2):  # of each epoch, new workers
            for inputs, labels in loader:
                loss = torch.nn.functional.cross_entropy(model(inputs), labels)
                watching.log(loss=loss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert watching.failed is None
    assert (store.row("last").status, store.row("last").recorded) == ("done", 16)
    sound(store)
