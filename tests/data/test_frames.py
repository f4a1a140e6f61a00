"""What is no table says what to do, and frames that Arrow takes only in part are read in parts."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.model import Model

B = [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "data",
    [
        pl.Series("a", B),
        pd.Series(B),
        pd.Index(B),
        pa.array(B),
        pa.chunked_array([B]),
    ],
    ids=lambda data: f"{type(data).__module__}.{type(data).__name__}",
)
def test_one_column_is_no_table(data: Any) -> None:
    with pytest.raises(InputError, match=r"what came is one column \(.*put it beside others"):
        read_table(data)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.coo_matrix])
def test_a_sparse_matrix_is_for_the_estimators(kind: Any) -> None:
    with pytest.raises(InputError, match=r"toarray\(\).*steepest\.sklearn"):
        read_table(kind(np.eye(3)))


def test_sparse_columns_of_pandas_are_numbers() -> None:
    frame = pd.DataFrame({"a": pd.arrays.SparseArray([0.0, 0.0, 1.5]), "b": B, "c": list("xyx")})
    read = read_table(frame).frame
    assert read["a"].to_list() == [0.0, 0.0, 1.5]
    assert read.schema == {"a": pl.Float64, "b": pl.Float64, "c": pl.String}


@pytest.mark.parametrize(
    "values", [[1j, 2j, None], [object(), object(), None], [1.0, 2j, float("nan")]]
)
@pytest.mark.parametrize("make", [pd.DataFrame, dict])
def test_what_no_column_can_hold_is_left_out(make: Any, values: list[Any]) -> None:
    data = make({"a": values * 4, "b": [1.0, 5.0, 2.0] * 4, "y": np.arange(12.0)})
    read = read_table(data).frame
    assert read["a"].dtype == pl.Object
    assert read["a"].null_count() == 4
    run = fit(data, "y", holdout=0, steps=5)
    (own,) = [column for column in run.contract.columns if column.name == "a"]
    assert (own.kind, own.role) == ("other", "left_out")


@pytest.mark.parametrize("values", [[1, "x", None], [[1], {"b": 2}, None], [True, 5.0, "a"]])
@pytest.mark.parametrize("make", [pd.DataFrame, dict])
def test_a_column_of_several_kinds_is_named(make: Any, values: list[Any]) -> None:
    with pytest.raises(InputError, match='column "mixed" holds values of several kinds'):
        read_table(make({"b": B, "mixed": values}))


def test_columns_of_one_name_in_a_relation_are_refused() -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        for names in ("1 as a, 2 as a", "1 as a, 2 as A"):
            with pytest.raises(InputError, match="columns 1 and 2 are both called"):
                read_table(connection.sql(f"select {names}, 3 as b"))
        assert read_table(connection.sql("select 1 as A, 2 as b")).frame.columns == ["A", "b"]


@pytest.mark.parametrize("asked", [{"target": "y"}, {"target": "x", "features": ["y"]}])
def test_the_index_of_a_frame_is_said_to_be_one(asked: dict[str, Any]) -> None:
    frame = pd.DataFrame({"x": B, "z": B}, index=pd.Index([1, 2, 3], name="y"))
    with pytest.raises(InputError, match=r'"y" is the index: reset_index\(\) makes it a column'):
        fit(frame, **asked)
    with pytest.raises(InputError, match="is the index"):
        fit(frame, "x", key="y")
    with pytest.raises(InputError, match="is the index"):
        fit(frame, "x", weight="y")
    with pytest.raises(InputError, match="there are x, z"):
        fit(frame.reset_index(drop=True), "y")


NOT_NUMBERS = [
    pl.Series("size", [object(), object()], dtype=pl.Object),
    pl.Series("size", [[1.0], [2.0]]),
    pl.Series("size", np.eye(2)),
    pl.Series("size", [None, {"a": 1}]),
    pl.Series("size", [datetime.timedelta(1), None]),
    pl.Series("size", [datetime.date(2020, 1, 1), None]),
    pl.Series("size", [b"1", b"2"]),
    pl.Series("size", ["1", "2"]),
]


@pytest.fixture(scope="module")
def model() -> Model:
    return fit("houses", "price", steps=5).model


@pytest.mark.parametrize("column", NOT_NUMBERS, ids=lambda column: str(column.dtype))
def test_a_column_that_holds_no_numbers_is_refused_in_a_sentence(
    column: pl.Series, model: Model
) -> None:
    with pytest.raises(InputError, match=r'column "size" holds .* in data row') as caught:
        model.predict(pl.DataFrame([column]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("column", NOT_NUMBERS, ids=lambda column: str(column.dtype))
def test_one_without_a_value_is_missing_of_whatever_kind(column: pl.Series, model: Model) -> None:
    empty = pl.DataFrame([pl.Series("size", [None, None], dtype=column.dtype)])
    missing = model.predict({"size": [None, None]})
    assert model.predict(empty).tolist() == missing.tolist()
