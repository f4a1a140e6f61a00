"""What this machine does a second: the constants of the cost model, each measured by itself.

python benchmarks/scale/rates.py            a table of them
"""

from __future__ import annotations

import os
import pickle
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from made_table import TARGET, make_table

from steepest import fit
from steepest.data.blocks import Block
from steepest.data.sources.parquet import parquet_source
from steepest.objective.factor import Factor, factors_of, joined
from steepest.objective.losses import loss_named
from steepest.objective.row_pass import RowPass
from steepest.passes.kept import KeptRows

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import THREADS, read_once

__all__ = ["WIDTHS", "Data", "Latency", "Rates", "cold", "data_of", "measure", "raw_read"]

WIDTHS = (20, 100)
FRAME = 26_000  # rows of a block: as many as train of a frame of 32,768
REPEATS = 5
CALLS = 200
LONG = 3.0  # seconds of one measurement beyond which three times do


@dataclass(frozen=True, slots=True)
class Latency:
    """What a cluster adds to a step: call + answer · W.

    call:    s of one call to one worker, less the driver's own
    answer:  s of the driver's processor for each worker's answer, with four workers
    by_workers:  W -> s for a call to each, until all have answered
    """

    call: float
    answer: float
    by_workers: dict[int, float]


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds, each the median of a few; by width d, and by threads where it says so.

    disk, cached:  bytes a second of a raw read, from the disk and from the page cache
    stream:  bytes a second of a read of memory by all threads
    decode:  (d, threads) -> s a number of a Parquet file that is in the page cache
    survey:  (d, threads) -> s a row that is in memory already: statistics, triangle, drawn rows
    gram, qr:  d -> s a row of the survey's triangles alone, by sums of squares and by QR
    loss:    (d, threads) -> s a row of a logistic loss and its gradient, from memory
    copy:    d -> s a row of the compact copy on disk, from the page cache
    merge:   d -> s for two triangles
    fixed:   d -> s for the look at the first rows, the judgement and the report of a fit
    task:    s to hand a piece of one row to a thread, with its loss and gradient
    packed:  d -> s to pickle and read again loss and gradient
    footer:  s to open a Parquet file and look at its footer
    journal: s to commit the answer of a step to the store's kind of file
    spread:  standard deviation of a pass over its mean
    """

    disk: float
    cached: float
    stream: float
    decode: dict[tuple[int, int], float]
    survey: dict[tuple[int, int], float]
    gram: dict[int, float]
    qr: dict[int, float]
    loss: dict[tuple[int, int], float]
    copy: dict[int, float]
    merge: dict[int, float]
    fixed: dict[int, float]
    task: float
    packed: dict[int, float]
    footer: float
    journal: float
    spread: float
    ray: Latency | None


@dataclass(frozen=True, slots=True)
class Data:
    """A file of float64 columns with all their digits, at every width."""

    width: int
    path: Path
    rows: int

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


def data_of(folder: Path, width: int, *, quick: bool) -> Data:
    """About 170 MB, or 5 MB, in at least a dozen row groups."""
    size = 5e6 if quick else 1.7e8
    group = (8_192 if quick else 65_536) if width < 50 else (4_096 if quick else 16_384)
    path = folder / f"{width}.parquet"
    return Data(width, path, make_table(path, size, group, wide=width))


def measure(folder: Path, *, quick: bool = False) -> Rates:
    """All of them; files of up to 350 MB are written to the folder."""
    data = [data_of(folder, width, quick=quick) for width in WIDTHS]
    first = data[0]
    loss = {(d.width, t): _loss(d.width, t, quick) for d in data for t in (1, THREADS)}
    surveys = {(d.width, t): _survey(d, t) for d in data for t in (1, THREADS)}
    return Rates(
        disk=first.size / _often(lambda: cold(first.path) and raw_read(first.path)),
        cached=first.size / _often(lambda: raw_read(first.path)),
        stream=_stream(quick),
        decode={(d.width, t): _decode(d, t) for d in data for t in (1, THREADS)},
        survey={key: seconds for key, (seconds, _) in surveys.items()},
        gram={d.width: _gram(d.width) for d in data},
        qr={d.width: _qr(d.width) for d in data},
        loss={key: seconds for key, (seconds, _) in loss.items()},
        copy={d.width: _copy(d.width, folder) for d in data},
        merge={d.width: _merge(d.width) for d in data},
        fixed={d.width: surveys[d.width, THREADS][1] for d in data},
        task=_task(),
        packed={d.width: _packed(d.width) for d in data},
        footer=_footer(folder),
        journal=_journal(folder),
        spread=loss[WIDTHS[0], THREADS][1],
        ray=_ray(),
    )


def raw_read(path: Path) -> float:
    """Seconds to read the file once, into a buffer that is used again."""
    buffer = bytearray(1 << 22)
    begin = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.perf_counter() - begin


def cold(path: Path) -> bool:
    """Let go of what the page cache holds of the file; True."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    return True


def _often(seconds: Callable[[], float], times: int = REPEATS) -> float:
    """The median; few where one takes long."""
    found: list[float] = []
    while len(found) < times and (sum(found) < LONG or len(found) < 3):
        found.append(seconds())
    return median(found)


def _clocked(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _each(work: Callable[[], Any], times: int) -> float:
    """Seconds of one of `times`, the median, after one that does not count."""
    work()
    return _often(lambda: _clocked(work), times)


def _stream(quick: bool) -> float:
    numbers = np.ones(1_000_000 if quick else 20_000_000)
    read = read_once([numbers])
    read()
    return numbers.nbytes / _often(read)


def _decode(data: Data, threads: int) -> float:
    from concurrent.futures import ThreadPoolExecutor

    source = parquet_source([str(data.path)], str(data.path))
    columns = list(source.schema)

    def piece(one: Any) -> int:
        return sum(rows.height for rows in source.batches(one, columns, 32_768))

    with ThreadPoolExecutor(threads) as pool:
        seconds = _each(lambda: list(pool.map(piece, source.pieces)), REPEATS)
    return seconds / (data.rows * len(columns))


def _survey(data: Data, threads: int) -> tuple[float, float]:
    """Seconds a row, and what else a fit takes, over rows that are in memory already; of two."""
    frame = pl.read_parquet(data.path).rechunk()
    found: list[tuple[float, float]] = []
    for _ in range(2):
        begin = time.perf_counter()
        seconds = fit(frame, TARGET, engine="local", threads=threads).seconds
        found.append((seconds["survey"], time.perf_counter() - begin - seconds["survey"]))
    return min(s for s, _ in found) / data.rows, min(rest for _, rest in found)


def _block(width: int) -> Block:
    random = np.random.default_rng(0)
    X = np.asfortranarray(random.standard_normal((FRAME, width)))
    return Block(X, (random.random(FRAME) < 0.5).astype(float))


def _factor(block: Block) -> Callable[[], Factor]:
    """The triangle of rows of which a fifth is held out, as in a survey."""
    columns = np.vstack([np.ones(len(block.y)), np.asarray(block.X).T, block.y])
    held = np.random.default_rng(1).random(len(block.y)) < 0.2
    return lambda: factors_of(columns, np.zeros(len(columns) - 1), held)[0]


def _gram(width: int) -> float:
    work = _factor(_block(width))
    assert work().squared > 0
    return _each(work, 20) / FRAME


def _qr(width: int) -> float:
    block = _block(width)
    block.X[:, 1] = block.X[:, 0] * (1 + 1e-12)
    work = _factor(block)
    assert work().squared == 0
    return _each(work, 5) / FRAME


def _merge(width: int) -> float:
    factor = _factor(_block(width))()
    return _each(lambda: joined([factor, factor]), 20)


def _loss(width: int, threads: int, quick: bool) -> tuple[float, float]:
    """Seconds a row over more than any cache holds, and how they vary."""
    from concurrent.futures import ThreadPoolExecutor

    numbers = 1e6 if quick else 1.6e7
    block = _block(width)
    blocks = [_block(width) for _ in range(max(2, round(numbers / FRAME / width)))]
    params = np.full(width + 1, 0.01)
    logistic = loss_named("logistic")

    def one(block: Block) -> object:
        return RowPass([block], logistic, intercept=True, threads=1).sums(params)

    one(block)  # compiled from here on
    with ThreadPoolExecutor(threads) as pool:
        taken = [_clocked(lambda: list(pool.map(one, blocks))) for _ in range(12)][2:]
    spread = float(np.std(taken) / np.mean(taken))
    return median(taken) / (FRAME * len(blocks)), spread


def _copy(width: int, folder: Path) -> float:
    kept = KeptRows(folder)
    try:
        for _ in kept.keep(0, iter([_block(width)] * 4)):
            pass
        return _each(lambda: list(kept.blocks(0)), 10) / (4 * FRAME)
    finally:
        kept.close()


def _task() -> float:
    from concurrent.futures import ThreadPoolExecutor

    whole = _block(WIDTHS[0])
    row, params = Block(whole.X[:1], whole.y[:1]), np.zeros(WIDTHS[0] + 1)
    logistic = loss_named("logistic")

    def one() -> object:
        return RowPass([row], logistic, intercept=True, threads=1).sums(params)

    with ThreadPoolExecutor(1) as pool:
        return _each(lambda: pool.submit(one).result(), 200)


def _packed(width: int) -> float:
    answer = np.zeros(1 + width + 1)
    return _each(lambda: pickle.loads(pickle.dumps(answer, protocol=5)), 200)  # noqa: S301


def _footer(folder: Path) -> float:
    """Of files of one row group, as a folder of many has them."""
    path = folder / "small.parquet"
    make_table(path, 1_000, 1_000, wide=20)
    return _each(lambda: parquet_source([str(path)] * 50, "many"), REPEATS) / 50


def _journal(folder: Path) -> float:
    answer = np.zeros(1 + 21).tobytes()
    with sqlite3.connect(folder / "journal.db", isolation_level=None) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("CREATE TABLE answers (node BLOB)")
        write = partial(file.execute, "INSERT INTO answers VALUES (?)", (answer,))
        seconds = _each(write, 100)
    file.close()
    return seconds


def _ray() -> Latency | None:
    """Calls to 1, 2 and 4 idle workers, each with the parameters of d = 20 to and fro."""
    try:
        import ray
    except ImportError:
        return None

    class Echo:  # in here, so that it is sent as it is and need not be found in a module
        def back(self, vector: Any) -> Any:
            return vector

    vector, found, spent = np.zeros(22), {}, 0.0
    with _quiet():
        ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        echo = ray.remote(num_cpus=1)(Echo)
        for workers in (1, 2, 4):
            actors = [echo.remote() for _ in range(workers)]
            ask = partial(_answers, ray, actors, vector)
            ask()
            busy = time.process_time()
            found[workers] = _each(ask, CALLS)
            spent = (time.process_time() - busy) / ((CALLS + 1) * workers)
            for actor in actors:
                ray.kill(actor)
    finally:
        ray.shutdown()
    return Latency(max(0.0, found[1] - spent), spent, found)


def _answers(ray: Any, actors: list[Any], vector: Any) -> Any:
    return ray.get([actor.back.remote(vector) for actor in actors])


@contextmanager
def _quiet() -> Iterator[None]:
    with redirect_stderr(StringIO()):
        yield


def main() -> None:
    """Measure and print."""
    from measured_page import rates_table

    with tempfile.TemporaryDirectory() as folder:
        print(rates_table(measure(Path(folder), quick="--quick" in sys.argv)))


if __name__ == "__main__":
    main()
