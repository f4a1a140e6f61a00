"""Arguments of `fit`: taken as meant, or refused in one sentence before anything is written."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.descent.rules import GradientDescent
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.store import Store


@pytest.fixture
def table() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    return pl.DataFrame({"age": X[:, 0], "size": X[:, 1], "price": X @ [1.0, 2.0] + 3.0})


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("target", [3, None]),
        ("features", [3, ["age", 3], ["age", "age"], b"age"]),
        ("loss", [3, None, ["squared"], "hinge"]),
        ("learning_rate", [None, [1], True, 10**400, 1j, GradientDescent()]),
        ("rule", [None, 3, GradientDescent()]),
        ("batch", [2.5, "full", True, 0, [4]]),
        ("steps", [1.5, "a", True, -1, math.nan]),
        ("tolerance", ["x", None, 1.0]),
        ("start", [None, {"age": "a"}, ["a", 2, 3], object(), {"age": math.nan}, [1.0, 2.0]]),
        ("scale", [3, None]),
        ("degree", [1.5, "2", None, 0, True]),
        ("intercept", ["no", None]),
        ("holdout", ["a", None, 1.5, -0.1, math.nan]),
        ("missing", [[], None]),
        ("max_levels", ["a", 1.5, 0]),
        ("seed", [1.5, "a", -1, None, 2**32]),
        ("weight", [3, ["age"]]),
        ("key", [3, ["age", "age"], ["", ""], b"age", "age,age", ","]),
        ("l2", ["a", None, -1.0, 1e308, [0.1]]),
        ("l1", ["a", None, -1.0]),
        ("huber_delta", ["a", 0.0, True]),
        ("average", ["x", None]),
        ("full_loss_every", [2.5, "a"]),
        ("threads", ["x", None, 1.5, 0, True]),
        ("store", [3, ["steepest.db"], True]),
        ("on_step", [3]),
    ],
)
def test_what_cannot_be_used_is_named_in_one_sentence(
    table: pl.DataFrame, tmp_path: Path, argument: str, values: list[Any]
) -> None:
    store = tmp_path / "s.db"
    loss = {"loss": "huber"} if argument == "huber_delta" else {}
    for value in values:
        arguments: dict[str, Any] = {"target": "price", "store": store, **loss, argument: value}
        with pytest.raises(InputError) as refused:
            fit(table, **arguments)
        said = str(refused.value)
        assert argument.replace("_", " ") in said.replace("_", " "), value
        assert "\n" not in said
    assert not store.exists()


def test_one_feature_may_be_given_by_its_name_alone(table: pl.DataFrame) -> None:
    run = fit(table, "price", features="age", holdout=0, steps=10)
    assert list(run.coefficients) == ["age"]
    assert run.request.features == ("age",)


def test_numbers_of_numpy_are_kept_as_plain_numbers(table: pl.DataFrame, tmp_path: Path) -> None:
    run = fit(
        table,
        "price",
        learning_rate=np.float32(0.25),
        steps=np.int64(5),
        degree=np.int8(1),
        holdout=np.float64(0.25),
        seed=np.uint16(3),
        l2=np.float32(0.5),
        batch=8.0,  # type: ignore[arg-type]
        store=Store(tmp_path / "s.db"),
    )
    request = run.request
    kinds = {"learning_rate": float, "steps": int, "degree": int, "holdout": float, "seed": int}
    for name, kind in {**kinds, "l2": float, "batch": int}.items():
        assert type(getattr(request, name)) is kind, name


def test_all_threads_are_asked_for_by_one_word_only(table: pl.DataFrame) -> None:
    one, every = (fit(table, "price", threads=threads, steps=20) for threads in (1, "all"))
    assert one.trace.loss.tolist() == every.trace.loss.tolist()


def test_a_row_on_the_way_cannot_be_written_into(table: pl.DataFrame, tmp_path: Path) -> None:
    def scribble(row: Any) -> None:
        row.params[:] = 0.0

    with pytest.raises(ValueError, match="read-only"):
        fit(table, "price", rule="adam", steps=5, on_step=scribble, store=tmp_path / "s.db")
