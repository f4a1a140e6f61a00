from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from steepest.data import trained_rows as module
from steepest.data.contract import Contract
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.data.trained_rows import Seen, TrainedRows, seen_rows, trained_rows


def table(rows: int, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    return pl.DataFrame({"x": random.normal(size=rows), "y": random.normal(size=rows)})


def kept(frame: pl.DataFrame, train: int) -> tuple[Contract, TrainedRows]:
    contract = read_contract(read_table(frame), "y")
    return contract, trained_rows(frame, contract, frame["y"].to_numpy(), np.arange(train))


def seen(contract: Contract, known: TrainedRows, frame: pl.DataFrame) -> Seen:
    return seen_rows(known, frame, contract, frame["y"].to_numpy())


def test_every_row_is_known_where_few_trained() -> None:
    frame = table(500)
    contract, known = kept(frame, 400)
    order = np.random.default_rng(1).permutation(500)
    found = seen(contract, known, frame[order])
    assert found.whole
    assert (found.trained == (order < 400)).all()
    assert found.said() == "of which 400 trained the model"
    assert seen(contract, known, frame[:400]).said("a") == "all of which trained a"
    assert seen(contract, known, table(500, seed=5)).said() == ""


def test_a_sample_of_them_tells_the_share_where_many_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_HASHES", 256)
    frame = table(4_000)
    contract, known = kept(frame, 2_000)
    assert (known.rows, known.whole, known.alike) == (2_000, False, 0.0)
    found = seen(contract, known, frame)
    assert not found.whole
    assert found.found == 256
    assert found.found / found.asked == pytest.approx(0.5, abs=0.07)
    assert found.said().startswith(f"of which about {25600 / found.asked:.0f} % trained the model")
    assert found.trained[2_000:].sum() == 0
    assert seen(contract, known, table(4_000, seed=5)).said() == ""


def test_rows_that_are_equal_by_chance_did_not_train() -> None:
    random = np.random.default_rng(0)
    frame = pl.DataFrame(random.integers(0, 4, (600, 3)), schema=["a", "b", "y"])
    contract = read_contract(read_table(frame), "y", loss="squared")
    known = trained_rows(frame, contract, frame["y"].cast(float).to_numpy(), np.arange(300))
    found = seen_rows(known, frame[300:], contract, frame["y"][300:].cast(float).to_numpy())
    assert found.found > 250
    assert found.by_chance
    assert found.said() == ""
