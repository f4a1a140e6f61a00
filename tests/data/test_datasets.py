from __future__ import annotations

import re

import numpy as np
import pytest

from steepest.data import datasets
from steepest.data.contract import loss_for
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError


@pytest.mark.parametrize("name", datasets.names())
def test_each_is_as_it_is_described(name: str) -> None:
    description, frame = datasets.describe(name), datasets.load(name)
    assert description.name == name
    assert frame.shape == (description.rows, description.columns)
    assert description.target in frame.columns
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in frame.columns)
    assert sum(frame.null_count().row(0)) == 0
    assert description.sentence.endswith(".")
    assert description.source


@pytest.mark.parametrize("name", datasets.names())
def test_each_fits_its_loss(name: str) -> None:
    description, table = datasets.describe(name), read_table(name)
    assert loss_for(read_contract(table, description.target)) == description.loss


@pytest.mark.parametrize("name", ["houses", "diabetes", "breast_cancer", "iris", "wine"])
def test_real_tables_are_not_accused(name: str) -> None:
    contract = read_contract(read_table(name), datasets.describe(name).target)
    advice = {"near_collinear", "repeated_rows", "other_loss"}
    assert {remark.code for remark in contract.remarks} <= advice
    assert {remark.severity for remark in contract.remarks} <= {"info"}


def test_malignant_is_the_positive_class() -> None:
    contract = read_contract(read_table("breast_cancer"), "diagnosis")
    assert contract.classes == ("benign", "malignant")


def test_digits_has_pixels_that_are_always_empty() -> None:
    contract = read_contract(read_table("digits"), "digit")
    constant = [remark for remark in contract.remarks if remark.code == "constant"]
    assert [remark.columns for remark in constant] == [
        ("pixel_0_0",),
        ("pixel_4_0",),
        ("pixel_4_7",),
    ]


def test_the_houses_are_the_same_everywhere() -> None:
    frame = datasets.load("houses")
    assert frame["size"].sum() == 80_660
    assert round(10 * frame["price"].sum()) == 141_914
    assert frame.row(0) == (1590, 253.9)
    assert frame.row(49) == (1120, 224.7)


def test_the_houses_show_the_bowls_that_the_recipe_promises() -> None:
    frame = datasets.load("houses")
    size, price = frame["size"].to_numpy().astype(float), frame["price"].to_numpy()
    design = np.column_stack([size, np.ones(50)])
    (slope, base), *_ = np.linalg.lstsq(design, price, rcond=None)
    assert (round(slope, 4), round(base, 2)) == (0.1386, 60.22)
    assert round(float(np.std(price - design @ [slope, base])), 1) == 29.7
    assert np.linalg.cond(design) ** 2 == pytest.approx(2.35e7, rel=0.005)
    thousands = np.column_stack([size / 1000, np.ones(50)])
    assert np.linalg.cond(thousands) ** 2 == pytest.approx(39.9, rel=0.005)


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(InputError, match='no built-in data set "house"; did you mean "houses"'):
        datasets.load("house")
