"""Every fault by its kind, its coordinates and its number; and no fault where there is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steepest.diagnosis.gradients.gradient_fault import GradientFault
from steepest.diagnosis.record.record import Context, Record
from steepest.trace import Array, Trace

Walk = Callable[..., Trace]
Bug = Callable[[Array, Array], Array]
Cost = Callable[[Array], tuple[float, Array]]
HARSH = [{}, {"digits": 6}, {"digits": 4}, {"every": 10}, {"kind": np.float32}]
HARSH += [{"every": 10, "digits": 4}]


def fault(trace: Trace) -> GradientFault | None:
    return Record(trace, Context()).fault


def found(trace: Trace) -> GradientFault:
    seen = fault(trace)
    assert seen is not None
    return seen


def masked(count: int, factor: float, which: list[int]) -> Bug:
    factors = np.ones(count)
    factors[which] = factor
    return lambda _, slope: factors * slope


@pytest.mark.parametrize("factor", [-1.0, 0.5, 2.0, 3.0, 1 / 64, 64.0])
@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_a_factor_in_all_coordinates(
    walk: Walk, bowl: Callable[..., Cost], seed: int, count: int, factor: float
) -> None:
    rate = 0.6 / max(1.0, abs(factor)) if factor > 0.1 or factor < 0 else 10.0
    trace = walk(
        bowl(seed, count, 20.0), np.full(count, 3.0), rate, 25, bug=lambda _, g: factor * g
    )
    seen = found(trace)
    assert (seen.kind, seen.coordinates) == ("scale", tuple(range(count)))
    assert seen.values[0] == pytest.approx(factor, rel=1e-6)
    assert seen.unexplained < 1e-3


@pytest.mark.parametrize("factor", [-1.0, 0.5, 2.0, 1 / 64, 64.0])
@pytest.mark.parametrize("which", [[0], [3], [0, 1, 2], [1, 2, 3]])
@pytest.mark.parametrize("seed", range(3))
def test_a_factor_in_some_coordinates(
    walk: Walk, bowl: Callable[..., Cost], seed: int, which: list[int], factor: float
) -> None:
    """One, all but the last (the intercept), all but the first."""
    start = np.random.default_rng(seed).normal(size=4) * 3.0
    rate = 0.6 / max(1.0, abs(factor))
    bug = masked(4, factor, which)
    seen = found(walk(bowl(seed, 4, 5.0), start, rate, 40 if factor > 0 else 25, bug=bug))
    assert (seen.kind, seen.coordinates) == ("scale", tuple(which))
    assert seen.values[0] == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8])
@pytest.mark.parametrize("how", HARSH, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_no_fault_on_a_bowl(
    walk: Walk, bowl: Callable[..., Cost], seed: int, how: dict[str, object], condition: float
) -> None:
    rng = np.random.default_rng(seed)
    for count in (2, 3, 7):
        start, rate = rng.normal(size=count) * 3, float(rng.uniform(0.1, 1.9))
        rows = int(rng.integers(20, 400))
        assert fault(walk(bowl(seed, count, condition), start, rate, rows, **how)) is None


@pytest.mark.parametrize("seed", range(50))
def test_no_fault_on_logistic_regression(
    walk: Walk, logistic: Callable[..., Cost], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    cost = logistic(seed, 80, count)
    start, rate = rng.normal(size=count + 1) * 2, float(10 ** rng.uniform(-2, 0.6))
    for how in HARSH:
        assert fault(walk(cost, start, rate, int(rng.integers(20, 200)), **how)) is None


def network(seed: int, hidden: int = 4) -> tuple[Cost, Array]:
    """A layer of tanh on a sine, and a start: neither convex nor of constant curvature."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, 60)
    y = np.sin(2 * x) + 0.1 * rng.normal(size=60)

    def cost(place: Array) -> tuple[float, Array]:
        inner, shift, outer, last = np.split(place.astype(np.float64), np.arange(1, 4) * hidden)
        units = np.tanh(np.outer(x, inner) + shift)
        rest = units @ outer + last - y
        back = rest[:, None] * outer * (1 - units**2) / 60
        slope = np.r_[back.T @ x, back.sum(axis=0), units.T @ rest / 60, rest.mean()]
        return float(rest @ rest) / 120, slope

    return cost, rng.normal(size=3 * hidden + 1)


def rosenbrock(place: Array) -> tuple[float, Array]:
    x, y = place.astype(np.float64).tolist()
    bend = y - x * x
    return (1 - x) ** 2 + 100 * bend**2, np.array([-2 * (1 - x) - 400 * x * bend, 200 * bend])


def double_well(place: Array) -> tuple[float, Array]:
    w = place.astype(np.float64)
    return float(np.sum(w**4 - 3 * w**2 + w)), 4 * w**3 - 6 * w + 1


@pytest.mark.parametrize("seed", range(50))
def test_no_fault_on_costs_that_are_not_convex(walk: Walk, seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    cost, start = network(seed)
    runs: list[tuple[Cost, Array, float, int]] = [
        (cost, start, 10 ** rng.uniform(-2, -0.3), int(rng.integers(20, 200))),
        (rosenbrock, rng.uniform(-1.5, 1.5, 2), 10 ** rng.uniform(-3.5, -2.9), 200),
        (double_well, rng.uniform(-2, 2, 1 + seed % 3), 10 ** rng.uniform(-2.5, -1.2), 100),
    ]
    for one, begin, rate, rows in runs:
        for how in HARSH:
            assert fault(walk(one, begin, rate, rows, **how)) is None


@pytest.mark.parametrize("how", HARSH[:2] + HARSH[3:5], ids=str)
@pytest.mark.parametrize("strength", [0.05, 0.2, -0.1])
def test_a_penalty_that_only_the_loss_has(
    walk: Walk, bowl: Callable[..., Cost], strength: float, how: dict[str, object]
) -> None:
    cost, start = bowl(2, 3, 5.0), [3.0, -2.0, 4.0]
    ridge = found(walk(cost, start, 0.1, 60, bug=lambda p, g: g - strength * p, **how))
    assert (ridge.kind, ridge.coordinates) == ("l2", (0, 1, 2))
    assert ridge.values[0] == pytest.approx(strength, rel=1e-3)


@pytest.mark.parametrize("one", range(3))
def test_a_constant_that_is_missing(walk: Walk, bowl: Callable[..., Cost], one: int) -> None:
    unit = np.eye(3)[one]
    start = [3.0, -2.0, 4.0]
    seen = found(walk(bowl(2, 3, 5.0), start, 0.3, 60, bug=lambda _, g: g - 0.3 * unit))
    assert (seen.kind, seen.coordinates) == ("constant", (one,))
    assert seen.values[0] == pytest.approx(0.3, rel=1e-6)


@pytest.mark.parametrize("how", HARSH, ids=str)
def test_a_coordinate_that_is_missing(
    walk: Walk, bowl: Callable[..., Cost], how: dict[str, object]
) -> None:
    trace = walk(bowl(2, 3, 5.0), [3.0, -2.0, 4.0], 0.3, 60, bug=lambda _, g: g * [1, 0, 1], **how)
    seen = found(trace)
    assert (seen.kind, seen.coordinates) == ("zero", (1,))


def test_a_bowl_that_has_a_flat_coordinate_lacks_it_too(walk: Walk) -> None:
    """It cannot be told from a missing one: the rule says so, and names it."""
    trace = walk(lambda p: (float(p[0] ** 2), np.array([2 * p[0], 0.0])), [3.1, 1.7], 0.1, 30)
    assert found(trace).kind == "zero"


ORDERS = [[[0], [1], [2]], [[2], [1], [0]], [[0, 1], [2]], [[2], [0, 1]], [[1, 2], [0]]]
ORDERS += [[[0], [1, 2]]]


@pytest.mark.parametrize("how", [{}, {"digits": 8}, {"kind": np.float32}], ids=str)
@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_updates_in_turn(
    walk: Walk,
    bowl: Callable[..., Cost],
    in_turn: Callable[..., Bug],
    seed: int,
    order: list[list[int]],
    how: dict[str, object],
) -> None:
    cost = bowl(seed, 3, 8.0)
    start = np.random.default_rng(seed).normal(size=3) * 3
    seen = found(walk(cost, start, 0.5, 60, bug=in_turn(cost, 0.5, order), **how))
    assert seen.kind == "sequential"
    assert seen.values[0] == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("order", [[[0], [1]], [[1], [0]]], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_updates_in_turn_of_logistic_regression(
    walk: Walk,
    logistic: Callable[..., Cost],
    in_turn: Callable[..., Bug],
    seed: int,
    order: list[list[int]],
) -> None:
    plain = logistic(seed, 80, 1)

    def cost(place: Array) -> tuple[float, Array]:
        """Not centred: slope and intercept go together."""
        loss, slope = plain(np.array([place[0], place[1] + 1.5 * place[0]]))
        return loss, np.array([slope[0] + 1.5 * slope[1], slope[1]])

    bug = in_turn(cost, 1.0, order)
    assert found(walk(cost, [2.0, -2.0], 1.0, 120, bug=bug)).kind == "sequential"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.02), st.integers(1, 4))
def test_sums_of_gradients(seed: int, rate: float, count: int) -> None:
    rng = np.random.default_rng(seed)
    curvature, place = rng.uniform(0.2, 1.0, count), rng.normal(size=count) + 3.0
    total, rows = np.zeros(count), []
    for _ in range(60):
        total = total + curvature * place
        rows.append(np.r_[0.5 * place @ (curvature * place), place, total])
        place = place - rate * total
    table = np.array(rows)
    assume(np.ptp(table[:, 0]) > 0)
    seen = found(record(table, count))
    assert (seen.kind, len(seen.coordinates)) == ("accumulated", count)


def record(table: Array, count: int) -> Trace:
    """Rows of (loss, parameters, gradient)."""
    from steepest.trace import Stop

    return Trace(
        np.arange(len(table)),
        table[:, 0],
        np.full(len(table), np.nan),
        "unknown",
        tuple(f"w_{i}" for i in range(count)),
        Stop("budget", "the log ends"),
        loss_of="unknown",
        params=table[:, 1 : count + 1],
        gradient=table[:, count + 1 :],
    )


@pytest.mark.parametrize("seed", range(20))
def test_momentum_and_adam_are_no_fault(bowl: Callable[..., Cost], seed: int) -> None:
    """What the loop does with a right gradient is another matter."""
    rng = np.random.default_rng(seed)
    cost, adam = bowl(seed, 3, 20.0), seed % 2
    place, first, second, rows = rng.normal(size=3) * 3, np.zeros(3), np.zeros(3), []
    for step in range(1, 80):
        loss, slope = cost(place)
        rows.append(np.r_[loss, place, slope])
        first = 0.9 * first + (0.1 if adam else 1.0) * slope
        second = 0.999 * second + 0.001 * slope**2
        root = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        place = place - (0.05 * first / (1 - 0.9**step) / root if adam else 0.1 * first)
    assert fault(record(np.array(rows), 3)) is None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("batch", [1, 8, 32])
def test_the_noise_of_batches_is_no_fault(seed: int, batch: int) -> None:
    """The loss of all rows beside the gradients of some."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(200, 3)), np.ones(200)])
    y = X @ rng.normal(size=4) + rng.normal(size=200)
    place, rows = np.zeros(4), []
    for _ in range(200):
        some = rng.integers(0, 200, batch)
        slope = X[some].T @ (X[some] @ place - y[some]) / batch
        rows.append(np.r_[0.5 * np.mean((X @ place - y) ** 2), place, slope])
        place = place - 0.05 * slope
    assert fault(record(np.array(rows), 4)) is None


def test_few_rows_that_differ_do_not_ask_for_many_numbers(walk: Walk) -> None:
    """In single precision the later moves agree; only the first five, on which the curvature
    changes, seem not to, and twelve numbers of a Hessian would explain anything."""
    for seed, rate, rows in ((7, 0.1, 55), (18, 0.15, 45), (23, 0.06, 42)):
        cost, start = network(seed)
        for digits in (5, 6, 7):
            assert fault(walk(cost, start, rate, rows, digits=digits)) is None


def test_a_thinned_record_shows_no_sums(walk: Walk) -> None:
    """Between its rows a sum of gradients would have grown by ten of them."""
    rng = np.random.default_rng(57)
    start, rate = rng.uniform(-2, 2, 2), float(10 ** rng.uniform(-2.5, -1.2))
    assert fault(walk(double_well, start, rate, 100, every=10)) is None
