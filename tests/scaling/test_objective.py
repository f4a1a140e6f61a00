"""The cost over pieces is that of `GeneralizedLinear` over the same rows in memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.table import target_values
from steepest.descent.start import start_from
from steepest.objective.objective import Objective
from steepest.passes.asking import Ask
from steepest.run import Request
from steepest.scaling import objective as scaling_objective
from steepest.scaling.preparing import Ready, look_first, prepare
from steepest.training import prepare as prepare_in_memory

CASES = [
    ("squared", "number"), ("huber", "number"), ("logistic", "two"), ("softmax", "three"),
    ("poisson", "count"),
]  # fmt: skip
SETTINGS: list[dict[str, Any]] = [
    {},
    {"weight": "w"},
    {"l2": 0.1},
    {"l1": 0.1},
    {"weight": "w", "l2": 0.1, "intercept": False},
    {"degree": 2},
    {"scale": "none"},
]


def table(rows: int = 1_500) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    a, b = rng.normal(3, 2, rows), rng.normal(-1, 0.5, rows)
    score = 0.5 * a - b - 2
    return pl.DataFrame(
        {
            "a": pl.Series(a).set(pl.Series(rng.random(rows) < 0.02), None),
            "b": b,
            "t": rng.choice(["u", "v", "w"], rows, p=[0.5, 0.3, 0.2]),
            "w": rng.integers(0, 4, rows).astype(float),
            "number": score + rng.normal(size=rows),
            "two": np.where(rng.random(rows) < 1 / (1 + np.exp(-score)), "yes", "no"),
            "three": rng.choice(["p", "q", "r"], rows),
            "count": rng.poisson(np.exp(np.clip(score / 2, -3, 3))),
        }
    )


@pytest.fixture
def both(
    cut: Any, asking: Callable[..., Ask], training_rows: Callable[..., pl.DataFrame]
) -> Callable[..., tuple[Ready, Objective, Ask]]:
    """Ready by pieces, and the cost over the same rows in memory."""

    def make(
        loss: str, target: str, threads: int = 2, room: int = 10**8, **settings: Any
    ) -> tuple[Ready, Objective, Ask]:
        source = cut(table(), 200)
        request = Request("cut", target, features=("a", "b", "t"), loss=loss, **settings)
        looked = look_first(source, request)
        ask = asking(source, looked.layout, threads, room)
        ready = prepare(ask, looked)
        rows = training_rows(source)
        memory = prepare_in_memory(
            rows,
            target_values(rows, ready.contract),
            ready.contract,
            ready.looked.request,
            lambda names: start_from("zeros", names, 0),
        )
        assert memory.objective.names == ready.objective.names
        assert np.array(ready.representation.spread) == pytest.approx(
            np.array(memory.representation.spread), rel=1e-12
        )
        return ready, memory.objective, ask

    return make


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(("loss", "target"), CASES)
def test_value_gradient_and_curvature_are_those_in_memory(
    both: Callable[..., Any], loss: str, target: str, settings: dict[str, Any]
) -> None:
    ready, memory, _ = both(loss, target, **settings)
    rng = np.random.default_rng(3)
    params, vector = rng.normal(0, 0.3, (2, len(memory.names)))
    ours, theirs = ready.objective.powers(), memory.powers()
    value, gradient = ready.objective.value_and_gradient(params)
    expected, slope = memory.value_and_gradient(params)
    assert value == pytest.approx(expected, rel=1e-12)
    assert gradient == pytest.approx(slope, rel=1e-12, abs=1e-12 * np.abs(slope).max())
    product, other = (p.hessian_vector(params)(vector) for p in (ours, theirs))
    assert product == pytest.approx(other, rel=1e-10, abs=1e-12 * np.abs(other).max())
    assert set(theirs.facts) == set(ours.facts)
    if "sharpness_bound" in theirs.facts:
        bound = theirs.facts["sharpness_bound"].number
        assert ours.facts["sharpness_bound"].number == pytest.approx(bound, rel=1e-10)
    for name in ("unbounded", "unbounded_along", "distance_bound"):
        if loss != "squared":
            assert (getattr(ours, name) is None) == (getattr(theirs, name) is None)


def test_the_bound_on_the_distance_is_that_in_memory(both: Callable[..., Any]) -> None:
    ready, memory, _ = both("logistic", "two")
    params = np.zeros(len(memory.names))
    gradient = 1e-6 * memory.value_and_gradient(params)[1]
    ours = ready.objective.powers().distance_bound(params, gradient)
    assert ours == pytest.approx(memory.powers().distance_bound(params, gradient), rel=1e-9)


def test_products_with_a_hessian_that_is_not_formed_are_the_same(
    both: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, memory, _ = both("softmax", "three", l2=0.1)
    params, vector = np.random.default_rng(0).normal(size=(2, len(memory.names)))
    monkeypatch.setattr(scaling_objective, "FEW_PARAMS", 1)
    product = ready.objective.powers().hessian_vector(params)(vector)
    assert ready.objective.powers().hessian is None
    expected = memory.powers().hessian_vector(params)(vector)
    assert product == pytest.approx(expected, rel=1e-11)


def test_the_rows_of_the_ends_are_walked_over_once(both: Callable[..., Any]) -> None:
    ready, _, ask = both("logistic", "two")
    params = np.zeros(len(ready.objective.names))
    powers, gradient = ready.objective.powers(), 1e-9 * np.ones(len(params))
    before = ask.passes
    powers.distance_bound(params, gradient)
    powers.distance_bound(params, gradient)
    assert ask.passes == before + 3  # two Hessians, and the longest row


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_threads_and_room_leave_every_bit_as_it_is(both: Callable[..., Any], loss: str) -> None:
    target = dict(CASES)[loss]
    found: set[bytes] = set()
    for threads, room in ((1, 10**8), (2, 0), (4, 20_000)):
        ready, _, _ = both(loss, target, threads, room)
        value, gradient = ready.objective.value_and_gradient(
            np.full(len(ready.objective.names), 0.1)
        )
        found.add(np.append(gradient, value).tobytes())
    assert len(found) == 1
