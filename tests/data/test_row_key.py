from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Contract
from steepest.data.row_key import first_repeated
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError

TABLE: dict[str, list[Any]] = {
    "shop": ["a", "a", "b", "b", "c", "c", "d", "d"],
    "day": [1, 2, 1, 2, 1, 2, 1, 2],
    "size": [1.0, 2.5, 3.0, 4.0, 5.5, 6.0, 7.0, 9.0],
    "sales": [2.0, 4.0, 7.0, 7.5, 11.0, 13.0, 13.5, 18.0],
}


def contract_of(columns: dict[str, list[Any]] | None = None, **options: Any) -> Contract:
    return read_contract(read_table(TABLE | (columns or {})), "sales", **options)


def test_a_key_is_remembered_and_its_columns_are_no_features() -> None:
    contract = contract_of(key=("shop", "day"))
    assert contract.key == ("shop", "day")
    assert [column.name for column in contract.features] == ["size"]
    reasons = {column.name: column.reason for column in contract.columns}
    assert reasons["shop"] == reasons["day"] == "part of the key"


def test_one_column_may_be_the_key() -> None:
    contract = contract_of({"row": list(range(8))}, key="row")
    assert contract.key == ("row",)
    (row,) = (column for column in contract.columns if column.name == "row")
    assert (row.role, row.reason) == ("left_out", "the key, which names the row")


def test_without_a_key_nothing_is_remembered() -> None:
    assert contract_of().key == ()


@pytest.mark.parametrize(
    ("columns", "options", "said"),
    [
        ({}, {"key": ["shop"]}, r'"shop" does not name each row: data rows 1 and 2 are both a;'),
        ({"day": [1, 2, 1, 2, 1, 1, 1, 2]}, {"key": ["shop", "day"]}, "rows 5 and 6 are both c, 1"),
        ({}, {"key": ["shopp"]}, r'no column "shopp" of the key; did you mean "shop"'),
        ({}, {"key": ["sales"]}, "is the target and cannot name the rows"),
        ({}, {"key": ["day"], "features": ["day", "size"]}, "cannot be a feature too"),
        ({"day": [1, 2, None, 2, 1, 2, 1, 2]}, {"key": ["day"]}, "no value in data row 3; fill"),
        ({}, {"units": {"sise": "m2"}}, r'no column "sise" to have a unit; did you mean "size"'),
    ],
)
def test_a_key_that_is_none_is_refused(
    columns: dict[str, list[Any]], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        contract_of(columns, **options)


def test_units_belong_to_their_columns() -> None:
    contract = contract_of(units={"size": "m2", "sales": "EUR"})
    assert {c.name: c.unit for c in contract.columns if c.unit} == {"size": "m2", "sales": "EUR"}


def test_columns_that_count_have_a_sketch() -> None:
    contract = contract_of(features=["size"])
    held = {column.name for column in contract.columns if column.sketch is not None}
    assert held == {"size", "sales"}


def test_the_first_of_many_repeated_rows_is_found() -> None:
    numbers = np.arange(1_000)
    numbers[700] = 300
    numbers[900] = 5
    assert first_repeated(pl.DataFrame({"id": numbers}), ["id"]) == (301, 701, "300")
    assert first_repeated(pl.DataFrame({"id": numbers}), []) is None
