"""The look takes rows from all over, knows where they are, and goes on until it saw two classes."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.errors import InputError
from steepest.passes.drawing import below, row_keys
from steepest.run import Request
from steepest.scaling import first_look
from steepest.scaling.first_look import look, look_further
from steepest.scaling.preparing import look_first


def table(rows: int = 1_000) -> pl.DataFrame:
    return pl.DataFrame({"x": np.arange(rows), "y": np.zeros(rows)})


def test_rows_come_from_the_first_piece_to_the_last(cut: Any) -> None:
    seen = look(cut(table(4_000), 100), rows=160)
    assert seen.table.frame["x"].to_list()[:2] == [0, 1]
    assert seen.table.frame["x"].max() == 3_909
    assert seen.table.frame.height == 160
    assert not seen.whole


def test_a_small_table_is_seen_whole(cut: Any) -> None:
    for known in (True, False):
        seen = look(cut(table(), 300, known))
        assert seen.whole
        assert seen.table.frame.equals(table())
    assert not look(cut(table(), 300, False), rows=100).whole


def test_of_many_columns_fewer_rows_are_taken(cut: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_look, "ROOM", 8 * 2 * 64)
    assert look(cut(table(), 300)).table.frame.height == 64


def test_only_rows_that_train_are_learned_from(cut: Any) -> None:
    source = cut(table(), 300)
    train = look(source).training(0.2, 5)["x"].to_numpy()
    keys = np.concatenate([row_keys(5, p.place, 0, p.rows or 0) for p in source.pieces])
    assert np.array_equal(train, np.flatnonzero(~below(keys, 0.2)))
    assert look(source).training(0.0, 5).height == 1_000


def test_errors_name_the_row_of_the_whole_table(cut: Any) -> None:
    seen = look(cut(table(4_000), 100), rows=160)
    with pytest.raises(InputError, match="data row 303 is bad"), seen.rows_named():
        raise InputError("data row 13 is bad")


def test_the_look_goes_on_until_it_has_seen_a_second_class(cut: Any) -> None:
    frame = table(4_000).with_columns(y=(pl.col("x") == 2_650).cast(pl.Float64))
    seen = look_further(look(cut(frame, 100), rows=160), "y", "auto")
    assert set(seen.table.frame["y"].to_list()) == {0.0, 1.0}
    row = int(np.flatnonzero(seen.table.frame["y"].to_numpy())[0])
    with pytest.raises(InputError, match="data row 2,651"), seen.rows_named():
        raise InputError(f"data row {row + 1}")


@pytest.mark.parametrize(("loss", "value"), [("squared", 0.0), ("auto", 7.5)])
def test_a_number_needs_no_second_value(cut: Any, loss: str, value: float) -> None:
    seen = look(cut(table(4_000).with_columns(y=pl.lit(value)), 100), rows=160)
    assert look_further(seen, "y", loss) is seen


def test_a_target_that_begins_late_is_found(cut: Any) -> None:
    late = pl.when(pl.col("x") >= 3_950).then(pl.lit(2.5)).otherwise(None)
    seen = look_further(look(cut(table(4_000).with_columns(y=late), 100), rows=160), "y", "squared")
    assert seen.table.frame["y"].null_count() < seen.table.frame.height


def test_columns_that_were_not_read_are_left_out_of_the_contract_by_name(cut: Any) -> None:
    frame = table().with_columns(z=pl.col("x") * 2, y=pl.col("x") % 7)
    looked = look_first(cut(frame, 300), Request("rows", "y", features=("z",)))
    assert looked.seen.table.frame.columns == ["y", "z"]
    columns = looked.layout.contract.columns
    assert [(c.name, c.role) for c in columns] == [
        ("x", "left_out"), ("y", "target"), ("z", "feature"),
    ]  # fmt: skip
    assert "not read" in columns[0].reason
    with pytest.raises(InputError, match='no column "w"; there are x, y, z'):
        look_first(cut(frame, 300), Request("rows", "y", features=("w",)))


def test_means_are_taken_part_by_part(cut: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = table().with_columns(y=pl.col("x") % 7)
    monkeypatch.setattr(first_look, "AT_ONCE", 1)
    looked = look_first(cut(frame, 300), Request("rows", "y", holdout=0))
    assert looked.shift.tolist() == pytest.approx([499.5, frame["y"].mean()])
