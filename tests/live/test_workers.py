"""A run whose rows come piece by piece, as the bench tells it: from before its first step on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from steepest.descent.recorder import Row
from steepest.errors import InputError
from steepest.live import saved_runs
from steepest.live.bench import Bench
from steepest.run import Request
from steepest.scaling.origin import Origin
from steepest.scaling.told import Told, ToldPass, ToldWorker
from steepest.storage.writer import RunWriter
from steepest.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def begin(store: Store) -> RunWriter:
    """A run over a file that nobody may read again."""
    request = Request("s3://far/away.parquet", "y", engine="ray")
    origin = Origin(request, "zeros", "far/away", named=True)
    documents = {"request": encoded(request), "origin": origin.to_json()}
    return store.begin("away", documents, rule="gradient_descent", names=("w", "b"))


def encoded(part: Any) -> str:
    """Plain JSON of what a run is begun with."""
    return msgspec.json.encode(part).decode()


def tell(
    writer: RunWriter, number: int, pieces: int, ages: tuple[float, ...] = (0.5,), **walk: Any
) -> None:
    """Write the document as a fit does."""
    heard = [datetime.now(UTC) - timedelta(seconds=age) for age in ages]
    workers = [
        ToldWorker(f"worker {at + 1}", 5, 500, 5_000, 1.5, moment.isoformat(), "working", at)
        for at, moment in enumerate(heard)
    ]
    told = ToldPass("step", number, pieces, 10, 100 * pieces, 1_000, 2.5, **walk)
    writer.extend({}, {"workers": encoded(Told(told, "ray", tuple(workers)))})


def step(writer: RunWriter, number: int) -> None:
    params = np.array([2.0, 1.0]) * 0.5**number
    writer.add(Row(number, float(params @ params), params, 2 * params, 0.25))
    writer.flush()


def parts(bench: Bench) -> Iterator[dict[str, Any]]:
    for part in bench.answer({"ask": "follow"}):
        yield json.loads(json.dumps(part, allow_nan=False))


def after(stream: Iterator[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The next part of a kind."""
    return next(part for part in stream if part["part"] == kind)


@pytest.fixture(autouse=True)
def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of such a run may be more than there is memory."""

    def refuse(_: Any) -> None:
        raise AssertionError("the rows were read")

    monkeypatch.setattr(saved_runs, "source_of", refuse)
    monkeypatch.setattr(saved_runs, "EVERY", 0.02)


def test_the_page_opens_before_the_first_step_and_follows_to_the_end(store: Store) -> None:
    with begin(store) as writer:
        bench = Bench.of_run("last", store)
        assert (bench.setup.played, bench.setup.workers, bench.setup.growing) == (None, None, True)
        stream = parts(bench)
        assert next(stream) == {"part": "waiting"}
        tell(writer, 1, 3)
        told = after(stream, "workers")
        assert told["workers"]["now"] == {
            "what": "step", "number": 1, "pieces": 3, "of_pieces": 10, "rows": None,
            "of_rows": None, "size": 300, "of_size": 1_000, "seconds": 2.5,
        }  # fmt: skip
        assert told["workers"]["status"] == "running"
        assert told["words"].endswith(": 0 steps, running.")
        assert next(stream) == {"part": "waiting"}
        step(writer, 0)
        grown = after(stream, "record")["record"]
        assert (grown["steps"], grown["growing"], grown["fit"]) == (0, True, None)
        tell(writer, 2, 1, rows=100, of_rows=1_000)
        assert after(stream, "workers")["workers"]["now"]["rows"] == 100
        step(writer, 1)
        assert after(stream, "record")["record"]["step"] == [0, 1]
    assert after(stream, "workers")["workers"]["status"] == "interrupted"
    assert [part["part"] for part in stream] == ["record"]


def test_workers_by_how_long_nothing_was_heard(store: Store) -> None:
    with begin(store) as writer:
        tell(writer, 1, 3, ages=(0.0, 11.0))
        workers = Bench.of_run("last", store).setup.workers
        assert workers is not None
        first, second = workers.workers
        assert first.age is not None
        assert second.age is not None
        assert second.age - first.age == pytest.approx(11.0, abs=0.01)
        assert (second.name, second.restarts, second.rows) == ("worker 2", 1, 500)


def test_ages_end_with_the_run(store: Store) -> None:
    with begin(store) as writer:
        tell(writer, 1, 3)
        step(writer, 0)
    setup = Bench.of_run("last", store).setup
    assert setup.workers is not None
    assert [worker.age for worker in setup.workers.workers] == [None]
    assert (setup.workers.status, setup.growing) == ("interrupted", False)
    assert setup.played is not None
    assert setup.played.note.startswith("Its rows came piece by piece")
    assert (setup.choices.apply, setup.choices.branch) == (False, False)


def test_a_run_that_ended_without_a_step_is_refused(store: Store) -> None:
    with begin(store) as writer:
        bench = Bench.of_run("last", store)
        stream = parts(bench)
        assert next(stream) == {"part": "waiting"}
        tell(writer, 1, 3)
    assert [part["part"] for part in stream][-1] == "workers"
    with pytest.raises(InputError, match="holds no step yet to show"):
        Bench.of_run("last", store)


@pytest.mark.parametrize("heartbeat", ["yesterday", "2026-11-21T20:00:00"])
def test_a_heartbeat_that_is_none_is_refused(store: Store, heartbeat: str) -> None:
    worker = ToldWorker("worker 1", 1, 1, 1, 1.0, heartbeat, "working", 0)
    told = Told(ToldPass("step", 1, 1, 1, 1, 1, 1.0), "ray", (worker,))
    with begin(store) as writer:
        writer.extend({}, {"workers": encoded(told)})
        with pytest.raises(InputError, match="a heartbeat of the run away-1 cannot be read"):
            Bench.of_run("last", store)


def test_runs_in_memory_have_no_workers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from steepest.fitting import fit
    from steepest.live.run_sources import source_of

    monkeypatch.setattr(saved_runs, "source_of", source_of)
    fit("houses", "price", store=store, steps=5)
    setup = Bench.of_run("last", store).setup
    assert (setup.workers, setup.growing) == (None, False)
