"""Ray's workers answer as the local engine does, to the bit, whoever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from steepest.cluster import ray_engine
from steepest.cluster.doors import ray_module
from steepest.cluster.ray_engine import RayEngine
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.parquet import parquet_source
from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.objective.objective import Objective
from steepest.passes.asking import Ask
from steepest.passes.engine import Engine
from steepest.passes.forest import Forest
from steepest.passes.local import LocalEngine
from steepest.passes.loss_sums import LinearLoss, LossSums
from steepest.passes.worker import Worker
from steepest.run import Request
from steepest.scaling.preparing import Looked, look_first, prepare
from steepest.trace import Array

pytest.importorskip("ray")

ROOM = 10**8
PIECES = 13


@pytest.fixture(scope="module", autouse=True)
def embedded() -> Iterator[None]:
    """One Ray for all of these, which the engine finds begun and leaves so."""
    from steepest.cluster.joining import join, leave

    joined = join("local", 4, 0)
    yield
    leave(joined)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((PIECES * 400 - 150, 4))
    z = X @ [1.0, -2.0, 0.5, 0.0] + 0.3
    return pl.DataFrame({f"x{j}": X[:, j] for j in range(4)}).with_columns(
        kind=pl.Series(generator.choice(["a", "b", "c"], len(X))),
        price=pl.Series(10 + z + generator.standard_normal(len(X))),
        sold=pl.Series(np.where(generator.random(len(X)) < 1 / (1 + np.exp(-z)), "yes", "no")),
    )


def looked_at(rows: pl.DataFrame, target: str, folder: Path) -> Looked:
    """A file of thirteen row groups with one of the targets, and what a first look tells."""
    path = folder / f"{target}.parquet"
    other = {"price": "sold", "sold": "price"}[target]
    rows.drop(other).write_parquet(path, row_group_size=400)
    source = parquet_source([str(path)], str(path))
    assert len(source.pieces) == PIECES
    return look_first(source, Request(str(path), target))


def local(looked: Looked) -> LocalEngine:
    return LocalEngine(Worker(looked.source, looked.layout, ROOM), 2)


def walked(engine: Engine, looked: Looked) -> list[Array]:
    """The triangle of the survey, and values and gradients of thirty steps."""
    with engine:
        ready = prepare(Ask(engine), looked)
        return [ready.found.train.R, *stepped(ready.objective)]


def stepped(objective: Objective) -> list[Array]:
    params = np.zeros(len(objective.names))
    told: list[Array] = []
    for _ in range(30):
        value, gradient = objective.value_and_gradient(params)
        params = params - 0.5 * gradient
        told.append(np.append(gradient, value))
    return told


def same(left: list[Array], right: list[Array]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize(("target", "counts"), [("price", (2,)), ("sold", (1, 2, 4))])
def test_any_number_of_workers_gives_the_bits_of_the_local_engine(
    target: str, counts: tuple[int, ...], rows: pl.DataFrame, tmp_path: Path
) -> None:
    looked = looked_at(rows, target, tmp_path)
    known = walked(local(looked), looked)
    for workers in counts:
        engine = RayEngine(looked.source, looked.layout, workers, ROOM)
        assert same(walked(engine, looked), known), f"{workers} workers"
    assert ray_module().is_initialized(), "who began Ray ends it"


def test_a_frame_in_memory_that_is_one_piece_for_two_workers(rows: pl.DataFrame) -> None:
    source = FrameSource(read_table(rows.drop("price")))
    looked = look_first(source, Request("rows", "sold"))
    assert len(source.pieces) == 1
    found = walked(RayEngine(source, looked.layout, 2, ROOM), looked)
    assert same(found, walked(local(looked), looked))


# ---- one engine of two workers, whose workers are killed


@pytest.fixture(scope="module")
def looked(rows: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    return looked_at(rows, "sold", tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def engine(looked: Looked) -> Iterator[RayEngine]:
    with RayEngine(looked.source, looked.layout, 2, ROOM) as engine:
        yield engine


def question(looked: Looked, scale: float) -> LossSums:
    width = len(looked.layout.representation.names) + 1
    return LossSums(LinearLoss("logistic", None, 1, True), scale * np.ones(width))


def answer(engine: Engine, asked: LossSums, kill_after: int | None = None) -> Array:
    """Of all rows; the worker that has just answered is killed after so many parts."""
    forest = Forest(PIECES, asked.merge)
    taken: list[int] = []
    for count, part in enumerate(engine.parts(asked, range(PIECES))):
        for (level, place), state in part.nodes:
            forest.add((level, place), state)
            taken += range(place << level, min((place + 1) << level, PIECES))
        if count == kill_after and isinstance(engine, RayEngine):
            process = engine.processes()[int(part.worker.removeprefix("worker ")) - 1]
            if process:
                os.kill(process, signal.SIGKILL)
    assert sorted(taken) == list(range(PIECES)), "each piece once"
    return forest.whole.values


def test_workers_that_are_killed_change_nothing(engine: RayEngine, looked: Looked) -> None:
    with local(looked) as beside:
        known = [answer(beside, question(looked, 0.1 * step)) for step in range(6)]
    found = [
        answer(engine, question(looked, 0.1 * step), kill_after)
        for step, kill_after in enumerate((0, 1, 0, 2, 0, None))
    ]
    assert same(found, known)
    assert sum(worker.restarts for worker in engine.workers()) >= 3


def test_a_pass_that_is_left_early_leaves_nothing_in_the_next(
    engine: RayEngine, looked: Looked
) -> None:
    walk = engine.parts(question(looked, 9.0), range(PIECES))
    next(walk)
    walk.close()  # type: ignore[attr-defined]
    with local(looked) as beside:
        known = answer(beside, question(looked, 0.2))
    assert np.array_equal(answer(engine, question(looked, 0.2)), known)


def test_the_workers_are_told_of(engine: RayEngine, looked: Looked) -> None:
    answer(engine, question(looked, 0.3))
    told = engine.workers()
    assert [worker.name for worker in told] == ["worker 1", "worker 2"]
    assert sum(worker.pieces for worker in told) == PIECES
    assert sum(worker.rows or 0 for worker in told) == PIECES * 400 - 150
    assert {worker.state for worker in told} <= {"idle", "lost"}
    assert all(worker.heartbeat.endswith("+00:00") for worker in told if worker.seconds)


def test_a_worker_that_dies_again_and_again_is_given_up(
    engine: RayEngine, looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "MOST_DEATHS", 0)
    answer(engine, question(looked, 0.1))
    with pytest.raises(InputError, match=r"worker \d died 1 times in a row while it answered"):
        kill_often(engine, looked)


def kill_often(engine: RayEngine, looked: Looked) -> None:
    for _ in range(100):
        answer(engine, question(looked, 0.1), kill_after=0)


def test_a_damaged_file_is_told_of_and_not_tried_again(rows: pl.DataFrame, tmp_path: Path) -> None:
    looked = looked_at(rows, "sold", tmp_path)
    path = tmp_path / "sold.parquet"
    with RayEngine(looked.source, looked.layout, 2, ROOM) as engine:
        path.write_bytes(path.read_bytes()[:3000])
        with pytest.raises(InputError, match=r"sold\.parquet is damaged or cut off"):
            answer(engine, question(looked, 0.1))
        assert [worker.restarts for worker in engine.workers()] == [0, 0]


# ---- a Ray of its own


def test_a_cluster_that_is_not_there_is_told_of_at_once() -> None:
    script = "from steepest.cluster.joining import join; join('127.0.0.1:9', 1, 0)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert "no Ray cluster answers at '127.0.0.1:9' (" in done.stderr
    assert "host:port" in done.stderr


SCRIPT = """
import sys, time
from pathlib import Path
from steepest.cluster.joining import _children
from steepest.cluster.ray_engine import RayEngine
from steepest.data.sources.parquet import parquet_source
from steepest.passes.loss_sums import LinearLoss, LossSums
from steepest.run import Request
from steepest.scaling.preparing import look_first
import numpy as np, os, signal

path, ending = sys.argv[1:]
looked = look_first(parquet_source([path], path), Request(path, "sold"))
asked = LossSums(LinearLoss("logistic", None, 1, True), np.zeros(7))
with RayEngine(looked.source, looked.layout, 2, 10**8) as engine:
    parts = list(engine.parts(asked, range(13)))
    os.kill(max(engine.processes()), signal.SIGKILL)
    parts = list(engine.parts(asked, range(13)))
    print(*_children(), *[p for p in engine.processes() if p], file=sys.stderr, flush=True)
    print(engine._joined.own.folder, file=sys.stderr, flush=True)
    if ending == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if ending == "interrupted":
        raise KeyboardInterrupt
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("ending", ["interrupted", "killed"])
def test_no_process_is_left_behind(
    ending: str, looked: Looked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    command = [sys.executable, "-c", SCRIPT, looked.source.text, ending]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "", "standard output is not Ray's"
    processes = [int(word) for word in done.stderr.splitlines()[0].split()]
    assert len(processes) > 2
    end = time.monotonic() + 30
    while any(lives(process) for process in processes) and time.monotonic() < end:
        time.sleep(0.05)
    assert [process for process in processes if lives(process)] == []
    folder = Path(done.stderr.splitlines()[1])
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not folder.exists()


def lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
