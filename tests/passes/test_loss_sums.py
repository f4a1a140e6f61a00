"""Sums over pieces are those over rows in memory, to the bit for any number of threads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.table import target_values
from steepest.data.weights import row_weights
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.loss_sums import HessianSums, HessianVectorSums, LinearLoss, LossSums


def table(rows: int = 700) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    return pl.DataFrame(
        {
            "x": x,
            "z": z,
            "w": rng.integers(0, 3, rows).astype(float),
            "number": x + rng.normal(size=rows),
            "two": np.where(x + rng.normal(size=rows) > 0, "yes", "no"),
            "three": rng.choice(["a", "b", "c"], rows),
            "count": rng.poisson(np.exp(0.3 * z)),
        }
    )


CASES = [
    ("squared", "number", None, 1),
    ("huber", "number", 1.5, 1),
    ("logistic", "two", None, 1),
    ("poisson", "count", None, 1),
    ("softmax", "three", None, 3),
]


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize(("loss", "target", "delta", "classes"), CASES)
def test_sums_over_pieces_are_those_over_rows_in_memory(
    cut: Any,
    laid: Callable[..., Layout],
    asking: Callable[..., Ask],
    loss: str,
    target: str,
    delta: float | None,
    classes: int,
    weight: str | None,
) -> None:
    kept = ["x", "z", target] + ([] if weight is None else [weight])
    frame = table().select(kept)
    layout = laid(frame, target, loss=loss, weight=weight, holdout=0.0)
    of = LinearLoss(loss, delta, classes, True)
    weights = row_weights(frame, layout.contract)
    memory = GeneralizedLinear(
        frame.select("x", "z").to_numpy(),
        target_values(frame, layout.contract),
        loss=of.loss,
        weight=weights,
    )
    total = 700.0 if weights is None else float(weights.sum())
    params = np.random.default_rng(1).normal(size=3 * classes) * 0.3
    vector = np.random.default_rng(2).normal(size=3 * classes)
    ask = asking(cut(frame, 150), layout)
    value, gradient = memory.value_and_gradient(params)
    sums = ask(LossSums(of, params)).values / total
    assert sums[0] == pytest.approx(value, rel=1e-13)
    assert sums[1:] == pytest.approx(gradient, rel=1e-12, abs=1e-14)
    hessian = ask(HessianSums(of, params)).values / total
    assert hessian == pytest.approx(memory.hessian(params), rel=1e-11, abs=1e-13)
    product = ask(HessianVectorSums(of, params, vector)).values / total
    assert product == pytest.approx(hessian @ vector, rel=1e-11, abs=1e-13)


def test_any_number_of_threads_and_any_room_give_the_same_bits(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().select("x", "z", "two")
    layout = laid(frame, "two", loss="logistic")
    asked = LossSums(LinearLoss("logistic", None, 1, True), np.array([0.3, -0.2, 0.1]))
    found = [
        asking(cut(frame, 90), layout, threads, room)(asked).values.tobytes()
        for threads, room in ((1, 0), (2, 0), (4, 10**8), (2, 3_000))
    ]
    assert len(set(found)) == 1


def test_a_piece_of_which_no_row_trains_adds_nothing(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().select("x", "z", "number")
    gone = pl.int_range(pl.len()) < 300
    some = frame.with_columns(pl.when(gone).then(None).otherwise("number").alias("number"))
    asked = LossSums(LinearLoss("squared", None, 1, True), np.array([0.3, -0.2, 0.1]))
    layout = laid(some, "number", loss="squared", holdout=0.0)
    whole = asking(cut(some, 150), layout)(asked).values
    left = asking(cut(frame[300:], 150), layout)(asked).values
    assert whole == pytest.approx(left, rel=1e-14)
