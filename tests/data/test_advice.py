"""Remarks that advise, and stay silent where there is nothing to say."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

from steepest.data.contract import Contract, Remark
from steepest.data.near_collinear import variance_inflation
from steepest.data.survey import read_contract
from steepest.data.table import read_table

ROWS = 400


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def contract_of(columns: dict[str, Any], **options: Any) -> Contract:
    return read_contract(read_table(pl.DataFrame(columns)), "y", **options)


def of(contract: Contract, code: str) -> list[Remark]:
    return [remark for remark in contract.remarks if remark.code == code]


def test_the_factor_is_what_a_regression_on_the_others_says(rng: np.random.Generator) -> None:
    X = rng.normal(size=(ROWS, 4))
    X[:, 3] = X[:, 0] - X[:, 1] + 0.1 * rng.normal(size=ROWS)
    factors = variance_inflation(X)
    for j in range(4):
        others = np.delete(X, j, axis=1)
        r2 = LinearRegression().fit(others, X[:, j]).score(others, X[:, j])
        assert factors[j] == pytest.approx(1 / (1 - r2))


def test_columns_that_nearly_follow_are_named(rng: np.random.Generator) -> None:
    a, b, y = rng.normal(size=(3, ROWS))
    near = a + 0.1 * rng.normal(size=ROWS)
    (said,) = of(contract_of({"a": a, "b": b, "near": near, "y": y}), "near_collinear")
    assert set(said.columns) == {"a", "near"}
    assert said.severity == "info"
    assert "Predictions do not suffer." in said.sentence
    assert not of(contract_of({"a": a, "b": b, "y": y}), "near_collinear")


def test_what_follows_exactly_is_said_once(rng: np.random.Generator) -> None:
    a, b, y = rng.normal(size=(3, ROWS))
    contract = contract_of({"a": a, "b": b, "sum": a + b, "y": y})
    assert of(contract, "collinear")
    assert not of(contract, "near_collinear")


def test_repeated_rows_are_counted(rng: np.random.Generator) -> None:
    frame = pl.DataFrame({"a": rng.normal(size=ROWS), "y": rng.normal(size=ROWS)})
    twice = pl.concat([frame, frame.head(12)])
    contract = read_contract(read_table(twice), "y")
    (said,) = of(contract, "repeated_rows")
    assert said.sentence.startswith("12 rows of 412 repeat an earlier row")
    assert contract.repeated == 12
    assert read_contract(read_table(frame), "y").repeated == 0


def test_rows_that_repeat_by_chance_are_not_spoken_of(rng: np.random.Generator) -> None:
    contract = contract_of({"a": rng.integers(0, 4, ROWS), "y": rng.integers(0, 2, ROWS) + 5})
    assert contract.repeated == ROWS - 4
    assert not of(contract, "repeated_rows")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("counts", "poisson"),
        ("grades", "softmax"),
        ("digits", "softmax"),
        ("floats", "poisson"),
        ("prices", ""),
        ("years", ""),
        ("two", ""),
        ("fractions", ""),
        ("few rows each", ""),
    ],
)
def test_another_loss_is_advised_where_one_may_fit(
    rng: np.random.Generator, target: str, said: str
) -> None:
    targets = {
        "counts": rng.poisson(2.0, ROWS),
        "grades": rng.integers(1, 6, ROWS),
        "digits": rng.integers(0, 10, ROWS),
        "floats": rng.poisson(2.0, ROWS).astype(float),
        "prices": rng.normal(size=ROWS),
        "years": rng.integers(1950, 2020, ROWS),
        "two": rng.integers(0, 2, ROWS) * 7 + 1,
        "fractions": rng.integers(0, 8, ROWS) / 2,
        "few rows each": np.arange(ROWS),
    }
    found = of(contract_of({"x": rng.normal(size=ROWS), "y": targets[target]}), "other_loss")
    assert bool(found) == bool(said)
    assert all(said in remark.sentence and remark.severity == "info" for remark in found)
    both = said == "poisson"
    assert all(("softmax" in r.sentence and "poisson" in r.sentence) == both for r in found)


@pytest.mark.parametrize("loss", ["squared", "poisson", "softmax"])
def test_who_chose_a_loss_is_not_advised(rng: np.random.Generator, loss: str) -> None:
    table = {"x": rng.normal(size=ROWS), "y": rng.poisson(1.0, ROWS)}
    assert not of(contract_of(table, loss=loss), "other_loss")
