"""A large table as one meets it: measurements, prices in cents, counts, categories, gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["FEATURES", "TARGET", "make_table"]

MEASURES, PRICES, COUNTS, GAPS = 8, 4, 3, 2
KINDS = ("north", "east", "south", "west", "abroad")
MAKERS = tuple(f"maker {letter}" for letter in "ABCDEFGHIJKL")
TARGET = "cost"
FEATURES = (
    *(f"measure{j}" for j in range(MEASURES)),
    *(f"price{j}" for j in range(PRICES)),
    *(f"count{j}" for j in range(COUNTS)),
    *(f"gap{j}" for j in range(GAPS)),
    "member",
    "kind",
    "maker",
)


def make_table(path: Path, size: float, group: int = 1 << 18, *, wide: int = 0) -> int:
    """Write a Parquet file (Snappy) of at least so many bytes; the rows it has.

    group:  rows a row group
    wide:   if not 0, so many columns of float64 with all their digits and nothing else
    """
    rows, number = 0, 0
    table = _plain(number, group, wide) if wide else _group(number, group)
    with pq.ParquetWriter(path, table.schema, compression="snappy") as writer:
        while path.stat().st_size < size:
            writer.write_table(table, row_group_size=group)
            rows, number = rows + group, number + 1
            table = _plain(number, group, wide) if wide else _group(number, group)
    return rows


def _plain(number: int, rows: int, wide: int) -> pa.Table:
    generator = np.random.default_rng([7, number])
    X = generator.standard_normal((wide, rows))
    y = X.T @ np.linspace(1.0, 2.0, wide) + generator.standard_normal(rows)
    return pa.table({**{f"x{j}": X[j] for j in range(wide)}, TARGET: y})


def _group(number: int, rows: int) -> pa.Table:
    generator = np.random.default_rng([8, number])
    columns: dict[str, pa.Array] = {}
    y = generator.standard_normal(rows) * 20.0 + 100.0
    for j in range(MEASURES):
        x = generator.standard_normal(rows) * 3.0**j
        y += x / 3.0**j * (j + 1)
        columns[f"measure{j}"] = pa.array(x)
    for j in range(PRICES):
        price = np.round(np.exp(generator.standard_normal(rows) + 4.0), 2)
        y += 0.05 * price
        columns[f"price{j}"] = pa.array(price)
    for j in range(COUNTS):
        count = generator.poisson(4.0 * (j + 1), rows).astype(np.int64 if j else np.int32)
        y -= 2.0 * count
        columns[f"count{j}"] = pa.array(count)
    for j in range(GAPS):
        x = np.round(generator.standard_normal(rows) * 10.0, 1)
        y += x
        columns[f"gap{j}"] = pa.array(x, mask=generator.random(rows) < 0.05)
    member = generator.random(rows) < 0.3
    kind, maker = generator.integers(5, size=rows), generator.integers(12, size=rows)
    y += 15.0 * member + 4.0 * kind - 3.0 * maker
    columns["member"] = pa.array(member)
    columns["kind"] = _words(KINDS, kind)
    columns["maker"] = _words(MAKERS, maker)
    columns[TARGET] = pa.array(np.round(y, 2))
    return pa.table(columns)


def _words(names: tuple[str, ...], places: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(places.astype(np.int32), list(names)).cast(pa.string())
