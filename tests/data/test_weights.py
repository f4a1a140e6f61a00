from __future__ import annotations

from typing import Any

import pytest

from steepest.data.survey import read_contract
from steepest.data.table import read_table, usable_rows
from steepest.data.weights import row_weights
from steepest.errors import InputError

X, Y = [1.0, 2.0, 3.0, 5.0], [1.0, 2.5, 2.0, 7.0]


def weighed(weights: list[Any], y: list[Any] = Y, **options: Any) -> Any:
    table = read_table({"x": X, "n": weights, "y": y})
    contract = read_contract(table, "y", weight="n", **options)
    return contract, row_weights(usable_rows(table, contract), contract)


def test_the_weights_are_no_feature() -> None:
    contract, weights = weighed([1, 0, 2, 30])
    assert weights.tolist() == [1.0, 0.0, 2.0, 30.0]
    assert [column.name for column in contract.features] == ["x"]
    (column,) = [column for column in contract.columns if column.name == "n"]
    assert (column.role, column.reason) == ("weight", "weights of the rows")
    assert contract.weight == "n"


def test_what_the_weights_do_is_said() -> None:
    contract, _ = weighed([1, 0, 2, 30])
    (remark,) = [remark for remark in contract.remarks if remark.code == "weights"]
    assert remark.columns == ("n",)
    assert "The evaluation counts every row the same." in remark.sentence
    assert '"n" weighs the rows, from 0 to 30: in training' in remark.sentence


def test_true_and_false_are_weights() -> None:
    assert weighed([True, False, True, True])[1].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_a_row_without_a_target_needs_no_weight() -> None:
    contract, weights = weighed([1.0, None, 2.0, 3.0], [1.0, None, 2.0, 7.0])
    assert weights.tolist() == [1.0, 2.0, 3.0]
    assert contract.rows == 3


def test_without_a_column_of_weights_there_are_none() -> None:
    table = read_table({"x": X, "y": Y})
    contract = read_contract(table, "y")
    assert contract.weight is None
    assert row_weights(table.frame, contract) is None


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1.0, 2.0, -3.0, 1.0], 'the weights "n" must be numbers from 0 up, and in data row 3'),
        ([1.0, 2.0, -3.0, 1.0], "it is -3; put one there, 0 for a row that is not to count"),
        ([1.0, float("inf"), 3.0, 1.0], "in data row 2 it is infinity"),
        ([1.0, 2.0, 3.0, None], "in data row 4 it is missing"),
        ([1.0, float("nan"), 3.0, 1.0], "in data row 2 it is missing"),
        ([0, 0, 0, 0], "are 0 in every row, so that none counts"),
        (["a", "b", "c", "d"], "are of type String; numbers from 0 up are expected"),
        ([None] * 4, "are of type Null"),
    ],
)
def test_weights_that_are_none_are_refused(weights: list[Any], said: str) -> None:
    with pytest.raises(InputError, match="a mapping of columns: ") as caught:
        weighed(weights)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("weight", "features", "said"),
    [
        ("m", None, 'has no column "m" to weigh the rows by'),
        ("y", None, '"y" is the target and cannot weigh the rows too'),
        ("n", ["x", "n"], '"n" weighs the rows and cannot be a feature too'),
        ("x", "x", '"x" weighs the rows and cannot be a feature too'),
    ],
)
def test_a_column_that_cannot_weigh_is_refused(weight: str, features: Any, said: str) -> None:
    table = read_table({"x": X, "n": [1, 2, 3, 4], "y": Y})
    with pytest.raises(InputError) as caught:
        read_contract(table, "y", weight=weight, features=features)
    assert said in str(caught.value)


def test_a_weight_that_goes_wrong_later_is_refused() -> None:
    contract, _ = weighed([1, 0, 2, 30])
    for weights, said in (([0, 0, 0, 0], "0 in every row"), ([1, 2, 3, -1], "data row 4 it is -1")):
        with pytest.raises(InputError, match=said):
            row_weights(read_table({"x": X, "n": weights, "y": Y}).frame, contract)
    with pytest.raises(InputError, match='no column "n" to weigh'):
        row_weights(read_table({"x": X}).frame, contract)
