import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steepest.errors import InputError
from steepest.storage.database import APPLICATION, FORMAT
from steepest.store import Store, default_store
from steepest.trace import Array, Fact, Stop, Trace


@dataclass(frozen=True)
class Row:
    step: int
    loss: float
    params: Array | None
    gradient: Array | None
    learning_rate: float = 0.1


def row(step: int, width: int = 3) -> Row:
    return Row(step, 1.0 / (step + 1), np.full(width, float(step)), np.full(width, -float(step)))


def trace(rows: int = 5, **more: object) -> Trace:
    fields = {
        "step": np.arange(rows),
        "loss": np.linspace(1.0, 0.5, rows),
        "learning_rate": np.full(rows, 0.1),
        "rule": "gradient_descent",
        "names": ("w", "b"),
        "stop": Stop("budget", "all steps asked for are done"),
        "params": np.arange(2.0 * rows).reshape(rows, 2),
    }
    return Trace(**{**fields, **more})  # pyright: ignore[reportArgumentType]


def write_killed(path: Path, rows: int) -> str:
    """A run whose process is gone: written by a child that ends without closing it."""
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(rows)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 9
    return child.stdout.strip()


KILLED = """
import os, sys
from types import SimpleNamespace
import numpy as np
from steepest.store import Store
writer = Store(sys.argv[1]).begin("killed", {"request": "{}"}, rule="gradient_descent")
for step in range(int(sys.argv[2])):
    writer.add(SimpleNamespace(step=step, loss=1.0 / (step + 1), learning_rate=0.1,
                               params=np.full(3, float(step)), gradient=np.zeros(3)))
writer.flush()
print(writer.id, flush=True)
os._exit(9)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


# what is written comes back


def test_ids_count_per_stem_and_last_is_the_one_begun_last(store: Store) -> None:
    for stem, expected in (("houses", "houses-1"), ("flats", "flats-1"), ("houses", "houses-2")):
        with store.begin(stem, {}) as writer:
            assert writer.id == expected
            writer.finish(trace(), {})
    assert [run.id for run in store.runs()] == ["houses-2", "flats-1", "houses-1"]
    assert store.resolve("last") == "houses-2"
    assert store.resolve("flats-1") == "flats-1"


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("a b/c", "a-b-c-1"), ("../x", "x-1"), ("", "run-1"), ("-- ", "run-1"), ("größe", "größe-1")],
)
def test_an_id_can_be_typed_without_quotes(store: Store, stem: str, expected: str) -> None:
    with store.begin(stem, {}) as writer:
        assert writer.id == expected


def test_a_finished_run_holds_its_documents_and_its_numbers(store: Store) -> None:
    with store.begin("houses", {"request": "asked", "split": "old"}) as writer:
        writer.add(row(0, 2))
        writer.finish(trace(), {"split": "new", "summary": "in short"})
    (run,) = store.runs()
    assert (run.status, run.message) == ("done", "all steps asked for are done")
    assert (run.recorded, run.last_step, run.last_loss) == (5, 4, 0.5)
    assert run.summary == "in short"
    assert run.created.endswith("+00:00")
    assert store.document("houses-1", "request") == "asked"
    assert store.document("last", "split") == "new"
    assert store.document("last", "nothing") is None


def test_a_trace_that_was_interrupted_is_listed_so(store: Store) -> None:
    with store.begin("houses", {}) as writer:
        writer.finish(trace(stop=Stop("interrupted", "by Ctrl-C at step 4")), {})
    assert (store.runs()[0].status, store.runs()[0].message) == (
        "interrupted",
        "by Ctrl-C at step 4",
    )


def test_a_last_loss_that_is_no_number_survives(store: Store) -> None:
    with store.begin("houses", {}) as writer:
        writer.finish(trace(2, loss=np.array([1.0, np.nan])), {})
    last = store.runs()[0].last_loss
    assert last is not None
    assert np.isnan(last)


numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)
fact_values = st.one_of(
    numbers,
    st.text(max_size=20),
    st.sampled_from([(), (0,), (3,), (2, 2), (2, 0, 1)]).flatmap(
        lambda shape: arrays(np.float64, shape, elements=numbers)
    ),
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    rows, width = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    column = arrays(np.float64, (rows,), elements=numbers)
    table = st.none() | arrays(np.float64, (rows, width), elements=numbers)
    steps = draw(st.lists(st.integers(0, 2**40), min_size=rows, max_size=rows, unique=True))
    stop = draw(
        st.builds(
            Stop,
            st.sampled_from(["converged", "budget", "non_finite", "unbounded"]),
            st.text(max_size=20),
            st.none() | numbers,
        )
    )
    return Trace(
        step=np.array(sorted(steps), dtype=np.int64),
        loss=draw(column),
        learning_rate=draw(column),
        rule=draw(st.text(max_size=10)),
        names=tuple(draw(st.lists(st.text(max_size=5), min_size=width, max_size=width))),
        stop=stop,
        loss_of=draw(st.sampled_from(["full", "batch"])),
        params=draw(table),
        gradient=draw(table),
        coordinates=draw(st.none() | arrays(np.int64, (width,), elements=st.integers(0, 2**40))),
        measures=draw(st.dictionaries(st.text(max_size=8), column, max_size=2)),
        facts=draw(
            st.dictionaries(
                st.text(max_size=8), st.builds(Fact, fact_values, st.text(max_size=9)), max_size=3
            )
        ),
    )


def assert_same_bits(one: object, other: object) -> None:
    if one is None or other is None:
        assert one is other
        return
    first, second = np.asarray(one), np.asarray(other)
    assert first.dtype == second.dtype
    assert first.shape == second.shape
    np.testing.assert_array_equal(first, second)  # NaN equals NaN here
    signs = np.signbit(np.where(np.isnan(first), 0.0, first))  # the sign of a NaN means nothing
    np.testing.assert_array_equal(signs, np.signbit(np.where(np.isnan(second), 0.0, second)))


def assert_same_trace(one: Trace, other: Trace) -> None:
    for name in ("step", "loss", "learning_rate", "params", "gradient", "coordinates"):
        assert_same_bits(getattr(one, name), getattr(other, name))
    for name in ("rule", "names", "loss_of"):
        assert getattr(one, name) == getattr(other, name)
    assert repr(one.stop) == repr(other.stop)
    assert one.measures.keys() == other.measures.keys()
    for name, column in one.measures.items():
        assert_same_bits(column, other.measures[name])
    assert one.facts.keys() == other.facts.keys()
    for name, fact in one.facts.items():
        assert fact.how == other.facts[name].how
        if isinstance(fact.value, np.ndarray):
            assert_same_bits(fact.value, other.facts[name].value)
        else:
            assert repr(fact.value) == repr(other.facts[name].value)


@given(traces())
@settings(max_examples=60, deadline=None)
def test_any_trace_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, was: Trace):
    store = Store(tmp_path_factory.mktemp("store") / "runs.db")
    with store.begin("any", {}) as writer:
        writer.finish(was, {})
    assert_same_trace(store.trace("last"), was)


def test_arrays_larger_than_one_piece_come_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.storage.columns._PIECE", 100)
    was = trace(50, coordinates=np.array([7, 9]))
    with store.begin("long", {}) as writer:
        writer.finish(was, {})
    assert_same_trace(store.trace("last"), was)


def test_what_was_read_may_be_changed(store: Store) -> None:
    with store.begin("houses", {}) as writer:
        writer.finish(trace(), {})
    store.trace("last").loss[0] = 3.0


# rows, flushed as they come


def test_rows_are_read_while_the_run_goes_on(store: Store) -> None:
    with store.begin("going", {}, rule="gradient_descent", names=("a", "b", "c")) as writer:
        for step in range(10):
            writer.add(row(step))
        writer.flush()
        (run,) = store.runs()
        assert (run.status, run.recorded, run.last_step) == ("running", 10, 9)
        so_far = store.trace("last")
        assert so_far.names == ("a", "b", "c")
        assert so_far.rule == "gradient_descent"
        assert so_far.stop.because == "still running; 10 steps had been flushed when this was read"
        writer.finish(trace(), {})
    assert len(store.trace("last")) == 5


def test_rows_without_parameters_are_kept(store: Store) -> None:
    with store.begin("bare", {}) as writer:
        for step in range(4):
            writer.add(Row(step, 2.0, None, None))
    read = store.trace("last")
    assert read.params is None
    assert read.gradient is None
    assert read.names == ()
    assert read.loss.tolist() == [2.0] * 4


def test_a_row_is_copied(store: Store) -> None:
    params = np.zeros(2)
    with store.begin("copied", {}) as writer:
        for step in range(3):
            params += 1.0
            writer.add(Row(step, 0.0, params, params))
    assert store.trace("last").params is not None
    assert store.trace("last").last_params.tolist() == [3.0, 3.0]
    assert store.trace("last").params.tolist() == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


def test_a_full_buffer_is_flushed_whatever_the_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.storage.writer.FLUSH_SECONDS", 3600.0)
    with store.begin("many", {}) as writer:
        for step in range(4097):
            writer.add(row(step))
        assert writer.flushed == 4096
    assert len(store.trace("last")) == 4097


def test_wide_rows_are_flushed_before_they_fill_the_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.storage.writer.FLUSH_SECONDS", 3600.0)
    monkeypatch.setattr("steepest.storage.buffer._BYTES", 10_000)
    with store.begin("wide", {}) as writer:
        for step in range(20):
            writer.add(row(step, width=100))
        assert writer.flushed == 18  # 10,000 bytes hold 6 rows of 1,624
    assert len(store.trace("last")) == 20


def test_a_row_is_flushed_though_no_other_follows(store: Store) -> None:
    with store.begin("slow", {}) as writer:
        writer.add(row(0))
        for _ in range(400):  # until the second thread has written it
            if writer.flushed:
                break
            writer._over.wait(0.05)  # pyright: ignore[reportPrivateUsage]
        assert store.runs()[0].recorded == 1


def test_a_flush_that_was_written_and_not_noted_does_no_harm(store: Store) -> None:
    with store.begin("twice", {}) as writer:
        for step in range(5):
            writer.add(row(step))
        writer.flush()
        held = writer._held  # pyright: ignore[reportPrivateUsage]
        assert held is not None
        writer._flushed, held.count = 0, 5  # as Ctrl-C right after the commit leaves them
        writer.add(row(5))
    assert store.trace("last").step.tolist() == [0, 1, 2, 3, 4, 5]


# how a run ends when it does not finish


def write_until(store: Store, error: BaseException) -> None:
    with store.begin("bad", {}) as writer:
        writer.add(row(0))
        raise error


def test_an_exception_leaves_a_failed_run_with_its_rows(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        write_until(store, ZeroDivisionError("by nought"))
    (run,) = store.runs()
    assert (run.status, run.message) == ("failed", "ZeroDivisionError: by nought")
    assert store.trace("last").stop == Stop(
        "interrupted", "failed: ZeroDivisionError: by nought; 1 step had been flushed"
    )


def test_ctrl_c_leaves_an_interrupted_run_with_its_rows(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_until(store, KeyboardInterrupt())
    assert (store.runs()[0].status, store.runs()[0].recorded) == ("interrupted", 1)


def test_a_finish_that_cannot_be_written_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("steepest.storage.writer.write_documents", full)
    with store.begin("full", {"request": "asked"}) as writer:
        writer.add(row(0))
        writer.flush()
        with pytest.raises(InputError, match=r"the disk is full: .* bytes are free"):
            writer.finish(trace(), {"model": "{}"})
    assert len(store.trace("last")) == 1
    assert store.document("last", "model") is None
    assert store.runs()[0].status == "interrupted"


def test_a_run_without_a_step_says_so(store: Store) -> None:
    with store.begin("empty", {}):
        pass
    with pytest.raises(InputError, match=r"empty-1 holds no step yet .* 0 steps"):
        store.trace("last")


# kill -9

LOOP = """
import sys
from types import SimpleNamespace
import numpy as np
from steepest.store import Store
with Store(sys.argv[1]).begin("loop", {"request": "{}"}, rule="gradient_descent") as writer:
    told = 0
    for step in range(10**9):
        writer.add(SimpleNamespace(step=step, loss=1.0 / (step + 1), learning_rate=0.1,
                                   params=np.full(3, float(step)),
                                   gradient=np.full(3, -float(step))))
        if step % 50 == 0:
            writer.flush()
        if writer.flushed > told:
            told = writer.flushed
            print(told, flush=True)
"""


def run_and_kill(path: Path, lines: int) -> int:
    """Kill the loop after it said so many lines; the last number of steps that it said."""
    with subprocess.Popen(
        [sys.executable, "-c", LOOP, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for _ in range(lines):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split("\n")[:-1]  # the last line may be cut short
    return int(rest[-1]) if rest else 0


def test_kill_9_at_any_moment_keeps_every_flushed_step(store: Store) -> None:
    moments = random.Random(20251121)  # noqa: S311
    for number in range(1, 21):
        said = run_and_kill(store.path, moments.randrange(1, 400))
        run = store.runs()[0]
        assert (run.id, run.status) == (f"loop-{number}", "interrupted")
        kept = store.trace("last")
        assert len(kept) == run.recorded >= said
        np.testing.assert_array_equal(kept.step, np.arange(len(kept)))
        np.testing.assert_array_equal(kept.loss, 1.0 / (kept.step + 1.0))
        assert kept.params is not None
        assert kept.gradient is not None
        np.testing.assert_array_equal(kept.params, np.repeat(kept.step[:, None], 3, axis=1))
        np.testing.assert_array_equal(kept.gradient, -kept.params)
        assert kept.stop.reason == "interrupted"
        assert f"was killed or lost; {len(kept):,} steps had been flushed" in kept.stop.because
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    with store.begin("after", {}) as writer:
        writer.finish(trace(), {})
    assert [run.status for run in store.runs()] == ["done"] + ["interrupted"] * 20


def test_a_killed_run_that_nobody_collected_is_interrupted(store: Store) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(store.path), "5"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
    assert store.runs()[0].status == "interrupted"
    child.wait()


def test_a_process_that_got_the_number_of_another_is_not_taken_for_it(store: Store) -> None:
    with store.begin("old", {}) as writer:
        assert store.runs()[0].status == "running"
        execute(store.path, "UPDATE runs SET started = '1'")
        assert store.runs()[0].status == "interrupted"
        writer.finish(trace(), {})


@pytest.mark.parametrize(("seconds", "status"), [(5, "running"), (300, "interrupted")])
def test_on_another_host_the_heartbeat_decides(store: Store, seconds: int, status: str) -> None:
    with store.begin("far", {}) as writer:
        heard = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
        execute(store.path, f"UPDATE runs SET host = 'elsewhere', heartbeat = '{heard}'")  # noqa: S608
        assert store.runs()[0].status == status
        writer.finish(trace(), {})


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()


# many at once

MANY = """
import sys
from types import SimpleNamespace
import numpy as np
from steepest.store import Store
from steepest.trace import Stop, Trace
for _ in range(4):
    with Store(sys.argv[1]).begin("many", {}) as writer:
        for step in range(200):
            writer.add(SimpleNamespace(step=step, loss=float(sys.argv[2]), learning_rate=0.1,
                                       params=np.zeros(2), gradient=np.zeros(2)))
            if step % 20 == 0:
                writer.flush()
        if sys.argv[2] == "1":
            writer.finish(Trace(step=np.arange(3), loss=np.ones(3), learning_rate=np.ones(3),
                                rule="r", names=(), stop=Stop("budget", "done")), {})
"""


def test_processes_write_their_runs_into_one_new_store_at_once(store: Store) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", MANY, str(store.path), str(kind)])
        for kind in (1, 2, 3)
    ]
    assert [child.wait() for child in children] == [0, 0, 0]
    runs = store.runs()
    assert [run.id for run in runs] == [f"many-{number}" for number in range(12, 0, -1)]
    for run in runs:
        read = store.trace(run.id)
        assert len(read) == (3 if run.status == "done" else 200)
        assert len(set(read.loss.tolist())) == 1
    assert [run.status for run in runs].count("done") == 4


def test_runs_of_one_process_write_at_once(store: Store) -> None:
    with store.begin("a", {}) as one, store.begin("b", {}) as two:
        for step in range(50):
            one.add(row(step))
            two.add(row(step, 1))
            one.flush()
            two.flush()
    assert (len(store.trace("a-1")), len(store.trace("b-1"))) == (50, 50)


# what cannot be used is refused and stays as it is


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_refused_untouched(store: Store, match: str) -> None:
    before = snapshot(store.path.parent)
    uses = (
        store.runs,
        lambda: store.resolve("last"),
        lambda: store.trace("last"),
        lambda: store.document("last", "request"),
        lambda: store.begin("new", {}),
    )
    for use in uses:
        with pytest.raises(InputError, match=match) as caught:
            use()
        assert "\n" not in str(caught.value)
    assert snapshot(store.path.parent) == before


def finished(store: Store, runs: int = 1) -> None:
    for _ in range(runs):
        with store.begin("houses", {"request": "asked " * 500}) as writer:
            writer.finish(trace(400), {})


@pytest.mark.parametrize(
    "content",
    [b"hello", b"step,loss\n0,1\n", random.Random(1).randbytes(9000), b"SQLite format 3\0"],  # noqa: S311
)
def test_a_file_that_is_no_store_is_refused(store: Store, content: bytes) -> None:
    store.path.write_bytes(content)
    assert_refused_untouched(store, "runs.db is not a store of runs, or it is damaged")


def test_a_zeroed_head_is_refused(store: Store) -> None:
    finished(store)
    data = store.path.read_bytes()
    store.path.write_bytes(bytes(100) + data[100:])
    assert_refused_untouched(store, "is not a store of runs, or it is damaged")


@pytest.mark.parametrize("kept", [50, 100, 4096, 5000, -4096])
def test_a_truncated_store_is_refused(store: Store, kept: int) -> None:
    finished(store)
    store.path.write_bytes(store.path.read_bytes()[:kept])
    assert_refused_untouched(store, "damaged")


def test_another_applications_file_is_refused(store: Store) -> None:
    execute(store.path, "CREATE TABLE runs (run INTEGER)")
    assert_refused_untouched(store, "is the SQLite file of another application")


def test_a_newer_store_is_refused(store: Store) -> None:
    finished(store)
    execute(store.path, f"PRAGMA user_version = {FORMAT + 1}")
    assert_refused_untouched(store, f"newer steepest .format {FORMAT + 1}; this one knows {FORMAT}")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; expected the file of a store"):
        Store(tmp_path).runs()


@pytest.mark.parametrize("seed", range(12))
def test_random_damage_is_refused_or_harmless(store: Store, seed: int) -> None:
    finished(store, runs=3)
    whole = store.trace("last")
    data = bytearray(store.path.read_bytes())
    dice = random.Random(seed)  # noqa: S311
    for _ in range(3):
        at = dice.randrange(100, len(data) - 600)
        data[at : at + 600] = dice.randbytes(600)
    store.path.write_bytes(data)
    for run_id in ("houses-1", "houses-2", "houses-3"):
        with suppress(InputError):  # and nothing but an InputError
            assert_same_trace(store.trace(run_id), whole)
        with suppress(InputError):
            assert store.document(run_id, "request") == "asked " * 500
    with suppress(InputError):
        assert {run.id for run in store.runs()} <= {"houses-1", "houses-2", "houses-3"}


@pytest.mark.parametrize(
    ("change", "use"),
    [
        ("UPDATE columns SET data = zeroblob(length(data)) WHERE name = 'loss'", "trace"),
        ("UPDATE columns SET shape = '[7, 7]' WHERE name = 'params'", "trace"),
        ("UPDATE columns SET dtype = '|O' WHERE name = 'loss'", "trace"),
        ("UPDATE documents SET body = 'otherwise' WHERE name = 'request'", "request"),
    ],
)
def test_a_changed_value_is_noticed(store: Store, change: str, use: str) -> None:
    finished(store)
    execute(store.path, change)
    with pytest.raises(InputError, match="damaged"):
        store.trace("last") if use == "trace" else store.document("last", use)


# finding runs


def test_an_unknown_run_is_refused_with_the_nearest(store: Store) -> None:
    for stem in ("houses", "flats", "houses"):
        with store.begin(stem, {}):
            pass
    with pytest.raises(InputError, match=r"no run 'house-2' in .*: houses-2, houses-1"):
        store.resolve("house-2")
    with pytest.raises(InputError, match=r"no run 'zzz' .* the nearest: houses-2, flats-1"):
        store.trace("zzz")


def test_a_missing_store_is_not_made_by_reading(store: Store) -> None:
    for use in (store.runs, lambda: store.trace("last"), lambda: store.document("a", "b")):
        with pytest.raises(InputError, match=r"there is no store at .*runs.db yet"):
            use()
    assert list(store.path.parent.iterdir()) == []


def test_an_empty_store_says_that_it_holds_no_runs(store: Store) -> None:
    with store.begin("gone", {}) as writer:
        pass
    execute(store.path, "DELETE FROM runs")
    assert store.runs() == []
    with pytest.raises(InputError, match="holds no runs yet"):
        store.resolve("last")
    assert writer.id == "gone-1"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder .*nowhere of the store runs.db does not"):
        Store(tmp_path / "nowhere" / "runs.db").begin("a", {})


def test_reading_leaves_nothing_behind(store: Store) -> None:
    finished(store)
    before = snapshot(store.path.parent)
    assert before.keys() == {"runs.db"}
    store.runs()
    store.trace("last")
    assert snapshot(store.path.parent) == before


def test_the_file_is_a_steepest_store_in_wal_mode(store: Store) -> None:
    finished(store)
    connection = sqlite3.connect(store.path)
    for question, answer in (
        ("application_id", APPLICATION),
        ("user_version", FORMAT),
        ("journal_mode", "wal"),
    ):
        assert connection.execute(f"PRAGMA {question}").fetchone() == (answer,)
    connection.close()


def test_nothing_in_the_file_is_a_pickle(store: Store) -> None:
    finished(store)
    connection = sqlite3.connect(store.path)
    kinds = connection.execute("SELECT DISTINCT dtype FROM columns").fetchall()
    blobs = [data for (data,) in connection.execute("SELECT data FROM columns")]
    connection.close()
    assert set(kinds) <= {("<f8",), ("<i8",)}
    assert all(len(blob) % 8 == 0 and not blob.startswith(b"\x80") for blob in blobs)


@pytest.mark.parametrize(("named", "expected"), [(None, "steepest.db"), ("/x/y.db", "/x/y.db")])
def test_the_default_store(
    monkeypatch: pytest.MonkeyPatch, named: str | None, expected: str
) -> None:
    monkeypatch.delenv("STEEPEST_STORE", raising=False)
    if named:
        monkeypatch.setenv("STEEPEST_STORE", named)
    assert default_store() == Path(expected)
    assert Store().path == Path(expected)


# folders that may not be written, and disks that are full

WITHOUT_PRIVILEGE = """
import ctypes, os, sys
if sys.platform == "linux" and os.geteuid() == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    for privilege in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: root obeys the modes too
        assert libc.prctl(24, privilege, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""
READ = """
import sys
from steepest.errors import InputError
from steepest.store import Store
store = Store(sys.argv[1])
print(store.runs()[0].status, len(store.trace("last")))
for place in (store, Store(sys.argv[1] + ".new")):
    try:
        place.begin("new", {})
    except InputError as error:
        print(error)
"""


def in_a_locked_folder(store: Store) -> list[str]:
    folder = store.path.parent
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", WITHOUT_PRIVILEGE, READ, str(store.path)]
        child = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o755)
    return child.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="folders there have no such modes")
@pytest.mark.parametrize("killed", [False, True])
def test_a_store_in_a_locked_folder_is_read_and_not_written(store: Store, killed: bool) -> None:
    if killed:
        write_killed(store.path, 400)
    else:
        finished(store)
    before = snapshot(store.path.parent)
    said = in_a_locked_folder(store)
    assert said[0] == ("interrupted 400" if killed else "done 400")
    assert len(said) == 3
    assert all("its file or folder may not be written" in line for line in said[1:])
    assert snapshot(store.path.parent) == before


FULL = """
import resource, sys
from types import SimpleNamespace
import numpy as np
from steepest.errors import InputError
from steepest.store import Store
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with Store(sys.argv[1]).begin("full", {}) as writer:
        for step in range(10**6):
            writer.add(SimpleNamespace(step=step, loss=1.0, learning_rate=0.1,
                                       params=np.zeros(9), gradient=np.zeros(9)))
            if step % 10 == 0:
                writer.flush()
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file sizes there")
@pytest.mark.parametrize("limit", [1, 300_000])
def test_a_disk_that_refuses_keeps_what_was_flushed(store: Store, limit: int) -> None:
    child = subprocess.run(
        [sys.executable, "-c", FULL, str(store.path), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the disk refused to write" in child.stdout
    if limit == 1:
        assert list(store.path.parent.iterdir()) == []
        return
    kept = store.trace("last")
    assert len(kept) > 10
    np.testing.assert_array_equal(kept.step, np.arange(len(kept)))
    with store.begin("after", {}) as writer:
        writer.finish(trace(), {})


def test_consecutive_flushes_leave_no_gap(store: Store) -> None:
    with store.begin("gaps", {}) as writer:
        for step in range(0, 60, 2):
            writer.add(row(step))
            if step % 7 == 0:
                writer.flush()
    steps = store.trace("last").step.tolist()
    assert all(later - earlier == 2 for earlier, later in pairwise(steps))


# a store that was made to harm: every checksum is right


@pytest.mark.parametrize(
    "shape", ["7", "[]", '"400"', "[-1]", "[400.0]", "[true]", "[800]", "[null]", "[", "[" * 99_999]
)
def test_a_shape_that_is_none_is_refused(store: Store, shape: str) -> None:
    finished(store)
    execute(store.path, f"UPDATE columns SET shape = '{shape}' WHERE name = 'loss'")  # noqa: S608
    with pytest.raises(InputError, match=r"damaged .* column loss"):
        store.trace("last")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE columns SET shape = '[' || (length(data) / 8) || ']' WHERE name = 'params'",
            "params has 1 dimensions",
        ),
        ("UPDATE columns SET shape = '[400, 1]' WHERE name = 'step'", "step has 2 dimensions"),
        ("UPDATE columns SET shape = '[200, 2]' WHERE name = 'loss'", "loss has 2 dimensions"),
        ("UPDATE columns SET dtype = '<f8' WHERE name = 'step'", "step is not whole numbers"),
        ("DELETE FROM columns WHERE name = 'loss'", "it lacks its loss"),
        ("DELETE FROM columns WHERE name = 'learning_rate'", "it lacks its learning_rate"),
        (
            "INSERT INTO columns SELECT run, name, 400, dtype, "
            "'[' || (length(data) / 8) || ', 1, 1]', data, checksum "
            "FROM columns WHERE name = 'params'",
            "pieces of the column params",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused(store: Store, statement: str, said: str) -> None:
    finished(store)
    execute(store.path, statement)
    with pytest.raises(InputError, match=said):
        store.trace("last")


@pytest.mark.parametrize(
    "change",
    [
        "recorded = 'many'",
        "recorded = 1.5",
        "last_step = 'the last'",
        "last_loss = 'small'",
        "last_loss = x'00'",
        "pid = '../1'",
        "created = 'yesterday'",
        "created = x'00'",
        "status = 'asleep'",
        "message = x'00'",
        "id = x'00'",
        "status = 'running', started = '', heartbeat = 'now'",
        "status = 'running', started = '', heartbeat = '2025-01-01T00:00:00'",
    ],
)
def test_a_row_with_other_kinds_is_refused(store: Store, change: str) -> None:
    finished(store)
    execute(store.path, f"UPDATE runs SET {change}")  # noqa: S608
    for use in (store.runs, lambda: store.row("last"), lambda: store.trace("last")):
        with pytest.raises(InputError, match="damaged"):
            use()


ENDLESS = (
    "WITH RECURSIVE more(run) AS (SELECT 1 UNION ALL SELECT run + 1 FROM more) "
    "SELECT max(run) AS run FROM more"
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["DROP TABLE runs", f"CREATE VIEW runs AS {ENDLESS}"], "view or trigger 'runs'"),
        (["DROP TABLE documents", f"CREATE VIEW documents AS {ENDLESS}"], "trigger 'documents'"),
        ([f"CREATE VIEW more AS {ENDLESS}"], "view or trigger 'more'"),
        (
            [f"CREATE TRIGGER more AFTER INSERT ON runs BEGIN {ENDLESS}; END"],
            "view or trigger 'more'",
        ),
        (["DROP TABLE columns"], "its tables are not those of a store"),
        (["ALTER TABLE runs ADD COLUMN more AS (run + 1)"], "tables are not those of a store"),
    ],
    ids=["runs", "documents", "a view besides", "a trigger", "no columns", "a computed column"],
)
def test_views_and_triggers_are_refused(store: Store, statements: list[str], said: str) -> None:
    finished(store)
    for statement in statements:
        execute(store.path, statement)
    assert_refused_untouched(store, said)


def test_documents_are_added_to_a_finished_run_and_replaced(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    for _ in range(2):
        with store.begin("a", {"request": "{}"}) as writer:
            writer.finish(trace(), {"model": "1"})
    store.add_documents("a-1", {"study": "x"})
    store.add_documents("a-1", {"study": "y", "more": "z"})
    assert [store.document("a-1", name) for name in ("study", "more", "model", "request")] == [
        *("y", "z", "1", "{}"),
    ]
    assert store.document("a-2", "study") is None
    assert store.row("a-1").status == "done"
    assert len(store.trace("a-1")) == 5
    with pytest.raises(InputError, match="there is no run 'b'"):
        store.add_documents("b", {"study": "x"})
    nowhere = tmp_path / "nothing.db"
    with pytest.raises(InputError, match="there is no store"):
        Store(nowhere).add_documents("a-1", {"study": "x"})
    assert not nowhere.exists()
