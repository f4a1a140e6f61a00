"""Least squares on one Parquet file by steepest and by others, each in a process of its own.

python benchmarks/scale/peer_programs.py NAME FILE      one JSON object

Run by `peers.py`. Knows nothing of the other files here, so that any Python that has pyarrow and
NumPy can run it: the others are imported where they are used.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

TARGET = "cost"
THREADS = 2
ROWS = 32_768
Found = dict[str, Any]


def columns_of(path: str) -> list[str]:
    """The columns of numbers that have no gaps, but for the target."""
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    kinds = ("double", "float", "int32", "int64")
    names = [field.name for field in schema if str(field.type) in kinds]
    return [name for name in names if name != TARGET and not name.startswith("gap")]


def batches(path: str, names: list[str], groups: list[int] | None = None) -> Iterator[Any]:
    """X (rows, d) and y (rows,) batch by batch, decoded by the thread that asks."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        wanted = [*names, TARGET]
        for batch in file.iter_batches(ROWS, groups, columns=wanted, use_threads=False):
            columns = [np.asarray(batch[name], dtype=np.float64) for name in wanted]
            yield np.stack(columns[:-1], axis=1), columns[-1]


def raw_read(path: str, _: list[str]) -> Found:
    """Every byte of the file into a buffer."""
    buffer = bytearray(1 << 22)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return {}


def decode(path: str, names: list[str]) -> Found:
    """The columns as Arrow batches, by two threads, and nothing done with them."""
    import pyarrow.parquet as pq

    def walk(groups: list[int]) -> None:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for _ in file.iter_batches(ROWS, groups, columns=[*names, TARGET], use_threads=False):
                pass

    _by_threads(path, walk)
    return {}


def steepest(path: str, names: list[str]) -> Found:
    """The whole fit: path, facts, minimum and account."""
    from steepest import fit

    run = fit(path, TARGET, features=names, memory="400MB", holdout=0, threads=THREADS)
    least = run.minimum
    assert least is not None
    stds = {c.name: c.std for c in run.contract.columns if c.name in (*names, TARGET)}
    return {"coefficients": dict(least.coefficients), "stds": stds}


def numpy_sums(path: str, names: list[str]) -> Found:
    """Sums of squares and products of [1, X, y] by two threads, then the normal equations."""

    def walk(groups: list[int]) -> Any:
        total = np.zeros((len(names) + 2, len(names) + 2))
        for X, y in batches(path, names, groups):
            A = np.column_stack([np.ones(len(y)), X, y])
            total += A.T @ A
        return total

    return _solved(np.sum(_by_threads(path, walk), axis=0), names)


def sgd(path: str, names: list[str]) -> Found:
    """scikit-learn: StandardScaler in one pass, SGDRegressor.partial_fit in a second."""
    from sklearn.linear_model import SGDRegressor
    from sklearn.preprocessing import StandardScaler

    scaler, model = StandardScaler(), SGDRegressor(random_state=0)
    for X, _ in batches(path, names):
        scaler.partial_fit(X)
    for X, y in batches(path, names):
        model.partial_fit(scaler.transform(X), y)
    return {"coefficients": dict(zip(names, (model.coef_ / scaler.scale_).tolist(), strict=True))}


def duckdb_sums(path: str, names: list[str]) -> Found:
    """DuckDB: one query of sums of products, then the normal equations."""
    every = ["1.0", *(f'"{name}"' for name in names), f'"{TARGET}"']
    pairs = [(i, j) for i in range(len(every)) for j in range(i, len(every))]
    sums = ", ".join(f"sum({every[i]}::DOUBLE * {every[j]}::DOUBLE)" for i, j in pairs)
    row = _duckdb(path, sums)
    total = np.zeros((len(every), len(every)))
    for (i, j), value in zip(pairs, row, strict=True):
        total[i, j] = total[j, i] = value
    return _solved(total, names)


def duckdb_slopes(path: str, names: list[str]) -> Found:
    """DuckDB: regr_slope of the target on each column alone, in one query."""
    slopes = ", ".join(f'regr_slope("{TARGET}", "{name}")' for name in names)
    _duckdb(path, slopes)
    return {}


def dask_tsqr(path: str, names: list[str]) -> Found:
    """Dask: dask.array.linalg.lstsq, which is TSQR, over delayed row groups, by two threads."""
    import dask
    import dask.array as da

    X, y = _dask_arrays(path, names)
    ones = da.ones((X.shape[0], 1), chunks=(X.chunks[0], 1))
    A = da.concatenate([ones, X], axis=1).rechunk((X.chunks[0], len(names) + 1))
    with dask.config.set(scheduler="threads", num_workers=THREADS):
        found = da.linalg.lstsq(A, y)[0].compute()
    return {"coefficients": dict(zip(names, found[1:].tolist(), strict=True))}


def dask_ml(path: str, names: list[str]) -> Found:
    """dask-ml: StandardScaler, then LinearRegression with its gradient descent, 100 iterations."""
    import dask
    from dask_ml.linear_model import LinearRegression
    from dask_ml.preprocessing import StandardScaler

    X, y = _dask_arrays(path, names)
    with dask.config.set(scheduler="threads", num_workers=THREADS):
        scaler = StandardScaler().fit(X)
        solver = {"solver": "gradient_descent", "max_iter": 100, "penalty": "l2", "C": 1e12}
        model = LinearRegression(**solver).fit(scaler.transform(X), y)
    slopes = np.asarray(model.coef_) / np.asarray(scaler.scale_)
    return {"coefficients": dict(zip(names, slopes.tolist(), strict=True))}


def spark(path: str, names: list[str]) -> Found:
    """Spark ML: LinearRegression by normal equations, local[2]; its start is not counted."""
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{THREADS}]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.memory", "2g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    begin = time.perf_counter()
    try:
        frame = session.read.parquet(path).select(*names, TARGET)
        rows = VectorAssembler(inputCols=names, outputCol="features").transform(frame)
        model = LinearRegression(labelCol=TARGET, solver="normal", regParam=0.0).fit(rows)
        slopes = model.coefficients.toArray().tolist()
        seconds = time.perf_counter() - begin
        return {"coefficients": dict(zip(names, slopes, strict=True)), "seconds": seconds}
    finally:
        session.stop()


PROGRAMS: dict[str, Callable[[str, list[str]], Found]] = {
    program.__name__: program
    for program in (
        raw_read,
        decode,
        steepest,
        numpy_sums,
        sgd,
        duckdb_sums,
        duckdb_slopes,
        dask_tsqr,
        dask_ml,
        spark,
    )
}


def _by_threads(path: str, walk: Callable[[list[int]], Any]) -> list[Any]:
    import pyarrow.parquet as pq

    groups = list(range(pq.read_metadata(path).num_row_groups))
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(walk, [groups[i::THREADS] for i in range(THREADS)]))


def _solved(total: Any, names: list[str]) -> Found:
    slopes = np.linalg.solve(total[:-1, :-1], total[:-1, -1])
    return {"coefficients": dict(zip(names, slopes[1:].tolist(), strict=True))}


def _duckdb(path: str, what: str) -> Any:
    import duckdb

    with duckdb.connect() as base:
        base.execute(f"SET threads = {THREADS}; SET memory_limit = '400MB'")
        base.read_parquet(path).create_view("rows")
        return base.execute(f"SELECT {what} FROM rows").fetchone()  # noqa: S608


def _dask_arrays(path: str, names: list[str]) -> tuple[Any, Any]:
    import dask
    import dask.array as da
    import pyarrow.parquet as pq

    def load(group: int) -> Any:
        parts = [np.column_stack([X, y]) for X, y in batches(path, names, [group])]
        return np.concatenate(parts)

    meta, width = pq.read_metadata(path), len(names) + 1
    blocks = []
    for group in range(meta.num_row_groups):
        shape = (meta.row_group(group).num_rows, width)
        blocks.append(da.from_delayed(dask.delayed(load)(group), shape, np.float64))
    whole = da.concatenate(blocks)
    return whole[:, :-1], whole[:, -1]


def main() -> None:
    """Run one, and say what it took."""
    name, path = sys.argv[1:3]
    names = columns_of(path)
    begin = time.perf_counter()
    found = PROGRAMS[name](path, names)
    seconds = time.perf_counter() - begin
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps({"seconds": seconds, "memory": max(peaks) * 1024, **found}))


if __name__ == "__main__":
    main()
