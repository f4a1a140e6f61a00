from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from steepest.data.survey import read_contract
from steepest.data.table import Table, read_table, target_values, usable_rows
from steepest.errors import InputError

COLUMNS: dict[str, list[Any]] = {
    "size": [1.5, None, 3.0],
    "rooms": [1, 2, 3],
    "place": ["sea", "hill", None],
    "new": [True, False, True],
}


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (COLUMNS, "a mapping of columns"),
        (pl.DataFrame(COLUMNS), "a polars DataFrame"),
        (pl.LazyFrame(COLUMNS), "a polars LazyFrame"),
        (pd.DataFrame(COLUMNS), "a pandas DataFrame"),
        (pd.DataFrame(COLUMNS, index=[7, 8, 9]), "a pandas DataFrame"),
        (pa.table(COLUMNS), "an Arrow Table"),
        (pa.RecordBatch.from_pydict(COLUMNS), "an Arrow Table"),
    ],
)
def test_every_kind_of_table_reads_the_same(data: object, source: str) -> None:
    table = read_table(data)
    assert table.source == source
    assert table.frame.to_dict(as_series=False) == COLUMNS
    assert table.frame.dtypes == [pl.Float64, pl.Int64, pl.String, pl.Boolean]


def test_a_duckdb_relation_is_read() -> None:
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.from_arrow(pa.table(COLUMNS))
    table = read_table(relation)
    assert table.source == "a DuckDB relation"
    assert table.frame.to_dict(as_series=False) == COLUMNS
    with pytest.raises(InputError, match="a DuckDB relation has column names but no rows"):
        read_table(relation.filter("rooms > 7"))


def test_whatever_offers_arrows_stream_is_read() -> None:
    class Mine:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.table(COLUMNS).__arrow_c_stream__(requested_schema)

    table = read_table(Mine())
    assert table.source.endswith(" Mine")
    assert table.frame.to_dict(as_series=False) == COLUMNS


def test_a_matrix_has_columns_by_number() -> None:
    table = read_table(np.array([[1.0, np.nan], [3.0, 4.0]]))
    assert table.source == "a NumPy array"
    assert table.frame.to_dict(as_series=False) == {"x0": [1.0, 3.0], "x1": [None, 4.0]}
    halves = read_table(np.ones((2, 1), dtype=np.float16))
    assert halves.frame.dtypes == [pl.Float64]


def test_objects_and_masks_of_numpy_are_values_and_gaps() -> None:
    mixed = read_table(np.array([[1.5, "sea"], [2.5, "hill"]], dtype=object))
    assert mixed.frame.rows() == [(1.5, "sea"), (2.5, "hill")]
    masked = read_table(np.ma.MaskedArray([[1.0, 2.0]], mask=[[False, True]]))
    assert masked.frame.rows() == [(1.0, None)]


def test_a_structured_array_has_its_names() -> None:
    rows = np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")])
    assert read_table(rows).frame.to_dict(as_series=False) == {"a": [1, 3], "b": [2.5, 4.5]}
    assert read_table(rows.view(np.recarray)).frame.columns == ["a", "b"]


def test_units_are_read_from_arrows_fields(tmp_path: Path) -> None:
    schema = pa.schema(
        [
            pa.field("size", pa.float64(), metadata={"unit": "m2"}),
            pa.field("price", pa.float64(), metadata={"units": "EUR 1,000"}),
            pa.field("rooms", pa.int64(), metadata={"about": "how many"}),
        ]
    )
    arrow = pa.table([[1.0, 2.0], [3.0, 5.0], [1, 2]], schema=schema)
    units = {"size": "m2", "price": "EUR 1,000"}
    assert read_table(arrow).units == units
    importlib.import_module("pyarrow.parquet").write_table(arrow, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").units == units
    contract = read_contract(read_table(arrow), "price", units={"size": "square metres"})
    assert [column.unit for column in contract.columns] == ["square metres", "EUR 1,000", ""]


def test_nothing_is_loaded_that_the_table_did_not_load() -> None:
    code = (
        "import sys, polars as pl; from steepest.data.table import read_table\n"
        "read_table(pl.DataFrame({'a': [1]})); read_table({'a': [1]})\n"
        "print([m for m in ('pandas', 'pyarrow', 'duckdb', 'narwhals') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_is_taken_as_it_is() -> None:
    table = read_table(COLUMNS)
    assert read_table(table) is table


def test_a_subclass_of_a_pandas_frame_is_one() -> None:
    class Mine(pd.DataFrame):
        pass

    assert read_table(Mine({"a": [1], "b": [2]})).frame.rows() == [(1, 2)]


def test_pandas_columns_without_text_names_get_them() -> None:
    assert read_table(pd.DataFrame(np.zeros((2, 2)))).frame.columns == ["0", "1"]


def test_pandas_categories_are_levels() -> None:
    frame = pd.DataFrame(
        {"place": pd.Categorical(["sea", "hill", "sea"]), "price": [1.0, 2.0, 4.0]}
    )
    contract = read_contract(read_table(frame), "price")
    assert contract.features[0].kind == "text"
    assert contract.features[0].levels == (("sea", 2), ("hill", 1))


def test_nan_is_missing() -> None:
    frame = pl.DataFrame(
        {"a": [1.0, float("nan")], "b": pl.Series([float("nan"), 1], dtype=pl.Float32)}
    )
    table = read_table(frame)
    assert table.frame.rows() == [(1.0, None), (None, 1.0)]
    assert table.frame.dtypes == frame.dtypes


def test_a_built_in_data_set_is_known_by_name() -> None:
    table = read_table("houses")
    assert table.source == "houses"
    assert table.frame.shape == (50, 2)


def test_a_file_comes_before_a_built_in_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "houses").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    assert read_table("houses").frame.columns == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (7, "expected a table"),
        (np.zeros(3), r"the NumPy array has the shape \(3,\); a table has two dimensions"),
        (np.zeros((2, 2, 2)), "reshape it"),
        (np.zeros((2, 0)), "has no columns"),
        (np.zeros((0, 2)), "no rows"),
        (pd.DataFrame, "type came"),
        (pl.Series([1]), "what came is one column"),
        ([{"a": 1}], "list came"),
        ({}, "has no columns"),
        ({"a": [], "b": []}, "no rows"),
        ({"a": [1, 2], "b": [1, 2, 3]}, "could not be read"),
        ({"": [1], "b": [1]}, "column 1 has no name"),
        ({1: [1], "1": [1]}, 'both called "1"'),
        (pl.DataFrame({"a": [1], "  ": [2]}), "column 2 has no name"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), 'both called "a"'),
        (pd.DataFrame({"a": [1, "x", object()]}), "holds values of several kinds"),
        (pa.table([[1], [2]], names=["a", "a"]), 'both called "a"'),
        (pl.LazyFrame({"a": [1]}).select("b"), "a polars LazyFrame could not be read"),
    ],
)
def test_what_is_no_table_is_refused(data: object, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_table(data)
    assert "\n" not in str(caught.value)


GAPS = {
    "size": [1.0, None, 3.0, 4.0],
    "place": ["sea", "sea", None, "hill"],
    "other": [None, 5.0, 6.0, 7.0],
    "price": [1.0, 2.0, 3.0, None],
}


@pytest.mark.parametrize(("missing", "sizes"), [("impute", [1.0, None, 3.0]), ("drop", [1.0])])
def test_rows_without_a_target_go_and_others_as_asked(
    missing: Literal["impute", "drop"], sizes: list[float | None]
) -> None:
    table = read_table(GAPS)
    contract = read_contract(table, "price", features=["size", "place"])
    assert usable_rows(table, contract, missing)["size"].to_list() == sizes


def test_missing_values_can_be_refused() -> None:
    table = read_table(GAPS)
    contract = read_contract(table, "price", features=["size", "place"])
    with pytest.raises(InputError, match=r'"size" has no value in data row 2 \(1 such rows\)'):
        usable_rows(table, contract, "refuse")
    table = read_table({"size": [1.0, 2.0, None], "price": [1.0, 2.0, None]})
    contract = read_contract(table, "price")
    assert usable_rows(table, contract, "refuse").height == 2


def test_a_frame_without_gaps_is_not_copied() -> None:
    table = read_table("houses")
    assert usable_rows(table, read_contract(table, "price"), "drop") is table.frame


def test_dropping_every_row_is_refused() -> None:
    table = read_table(
        {"a": [1.0, None, 2.0, None], "b": [None, 1.0, None, 3.0], "y": [1, 2, 3, 4]}
    )
    with pytest.raises(InputError, match="no row is left"):
        usable_rows(table, read_contract(table, "y"), "drop")


def test_other_tables_must_have_the_columns() -> None:
    table = read_table(GAPS)
    contract = read_contract(table, "price")
    with pytest.raises(InputError, match=r'has no column "price"; did you mean "prize"'):
        usable_rows(read_table({"prize": [1.0]}), contract)
    with pytest.raises(InputError, match="missing is 'guess'"):
        usable_rows(table, contract, "guess")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "classes", "values"),
    [
        ([1, 2, 4], (), [1.0, 2.0, 4.0]),
        (["b", "a", "b"], ("a", "b"), [1.0, 0.0, 1.0]),
        ([True, False, True], ("false", "true"), [1.0, 0.0, 1.0]),
        ([0, 1, 1], ("0", "1"), [0.0, 1.0, 1.0]),
        ([0.0, 1.0, 1.0], ("0", "1"), [0.0, 1.0, 1.0]),
    ],
)
def test_target_values_are_numbers_or_classes(
    target: list[object], classes: tuple[str, ...], values: list[float]
) -> None:
    table = read_table({"x": [1.0, 2.0, 4.0], "y": target})
    contract = read_contract(table, "y")
    assert contract.classes == classes
    found = target_values(table.frame, contract)
    assert found.dtype == np.float64
    assert found.tolist() == values


def test_classes_are_found_again_whatever_their_type_in_a_new_table() -> None:
    contract = read_contract(read_table({"x": [1.0, 2.0, 4.0], "y": [0, 1, 1]}), "y")
    for new in ([1.0, 0.0], ["1", "0"], pd.Series([1, 0], dtype="int8")):
        assert target_values(read_table({"y": new}).frame, contract).tolist() == [1.0, 0.0]


def test_targets_of_a_category_type_have_classes() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 4.0], "y": ["no", "yes", "no"]})
    for kind in (pl.Categorical(), pl.Enum(["yes", "no"])):
        table = Table(frame.with_columns(pl.col("y").cast(kind)), "here")
        contract = read_contract(table, "y")
        assert contract.classes == ("no", "yes")
        assert target_values(table.frame, contract).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (["a", "c"], r"is 'c' in data row 2; expected one of a and b"),
        (["a", None], "no value in data row 2"),
        ([1.0, 2.0], r"is 1.0 in data row 1; expected one of a and b"),
    ],
)
def test_a_class_that_is_not_known_is_refused(target: list[object], said: str) -> None:
    contract = read_contract(read_table({"x": [1.0, 2.0], "y": ["a", "b"]}), "y")
    with pytest.raises(InputError, match=said):
        target_values(read_table({"y": target}).frame, contract)


@pytest.mark.parametrize("bad", [["1", "x"], [1.0, float("inf")]])
def test_a_target_that_is_no_number_is_refused(bad: list[object]) -> None:
    contract = read_contract(read_table({"x": [1.0, 2.0, 5.0], "y": [1.0, 2.0, 5.0]}), "y")
    with pytest.raises(InputError, match="in data row 2; expected a number"):
        target_values(read_table({"y": bad}).frame, contract)
    with pytest.raises(InputError, match='there is no column "y"'):
        target_values(read_table({"z": [1.0]}).frame, contract)
