from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Contract, Fingerprint
from steepest.data.fingerprint import fingerprint, row_hashes
from steepest.data.same_rows import same_rows
from steepest.data.survey import read_contract
from steepest.data.table import read_table

ROWS = 300


def table() -> pl.DataFrame:
    random = np.random.default_rng(0)
    gaps = random.normal(size=ROWS)
    return pl.DataFrame(
        {
            "size": np.where(random.random(ROWS) < 0.1, np.nan, gaps),
            "rooms": random.integers(1, 9, ROWS),
            "place": random.choice(["sea", "hill", "moor"], ROWS),
            "new": random.random(ROWS) < 0.3,
            "y": random.normal(size=ROWS),
        }
    )


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read_contract(read_table(table()), "y")


def of(contract: Contract, frame: pl.DataFrame) -> Fingerprint:
    frame = read_table(frame).frame
    return fingerprint(frame, contract, frame["y"].to_numpy())


def test_it_is_the_same_for_every_version_of_polars() -> None:
    frame = pl.DataFrame({"a": [1.5, None, -0.0], "b": ["x", None, "y"], "y": [1.0, 2.0, 4.0]})
    contract = read_contract(read_table(frame), "y", features=["a", "b"])
    assert of(contract, frame) == Fingerprint(
        target="2387cdadc08c93a85d86966c",
        rows="9989bbe98b1648f40b777593",
        unordered="781d5b354eb3fec5478d42d9",
    )


def test_types_columns_and_their_order_do_not_matter(contract: Contract) -> None:
    before = of(contract, table())
    other = table().with_columns(
        pl.col("rooms").cast(pl.Float32),
        pl.col("new").cast(pl.Int8),
        pl.col("place").cast(pl.Categorical),
        pl.col("size").cast(pl.String),
        more=1,
    )
    assert of(contract, other.select(sorted(other.columns))) == before


@pytest.mark.parametrize(
    "change",
    [
        pl.col("size").fill_nan(0.0),
        pl.col("rooms") + (pl.int_range(ROWS) == 7),
        pl.when(pl.int_range(ROWS) == 7).then(pl.lit("sky")).otherwise("place").alias("place"),
        pl.when(pl.int_range(ROWS) == 7).then(~pl.col("new")).otherwise("new").alias("new"),
        pl.col("y") * (1 + 1e-15),
        pl.col("rooms").reverse(),
    ],
)
def test_any_other_value_makes_other_rows(contract: Contract, change: pl.Expr) -> None:
    before, after = of(contract, table()), of(contract, table().with_columns(change))
    assert before.rows != after.rows
    assert before.unordered != after.unordered


def test_another_order_is_told_from_other_rows(contract: Contract) -> None:
    frame = table()
    target = frame["y"].to_numpy()
    known = replace(contract, fingerprint=of(contract, frame))
    order = np.random.default_rng(1).permutation(ROWS)
    assert same_rows(known, frame[order], target[order]) == "another order"
    assert same_rows(known, frame[order], target) == "other rows"
    assert same_rows(contract, frame, target) == "unknown"


def test_values_that_change_columns_make_another_row() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.0], "y": [0.0, 0.0]})
    contract = read_contract(read_table(frame), "y", features=["a", "b"])
    hashes = row_hashes(frame, contract, frame["y"].to_numpy())
    assert hashes[0] != hashes[1]


def test_columns_beside_count_whatever_they_hold() -> None:
    days = [date(2024, 1, 1 + i) for i in range(4)]
    frame = pl.DataFrame(
        {"x": range(4), "day": days, "list": [[i] for i in range(4)], "y": [0.0] * 4}
    )
    contract = read_contract(read_table(frame), "y", features=["x"])
    target = frame["y"].to_numpy()
    plain = fingerprint(frame, contract, target)
    for name in ("day", "list"):
        one = fingerprint(frame, contract, target, [name])
        other = fingerprint(frame.with_columns(pl.col(name).reverse()), contract, target, [name])
        assert len({plain.rows, one.rows, other.rows}) == 3
