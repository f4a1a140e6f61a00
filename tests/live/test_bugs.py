"""The four bugs: their gradients by hand, and that the diagnosis finds each."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.lessons.houses import houses
from steepest.live.bench import Bench
from steepest.live.bugs import Bugged
from steepest.live.setting import Bug
from steepest.objective.least_squares import LeastSquares

RATE = 0.1
VERDICTS = {
    "sign": "gradient_sign",
    "factor": "gradient_scale",
    "bias": "gradient_missing_term",
    "order": "sequential_update",
}


@pytest.fixture(scope="module")
def line() -> LeastSquares:
    return houses().objective(1000.0)


def used(line: LeastSquares, bug: Bug) -> tuple[float, list[float]]:
    value, gradient = Bugged(line, bug, 50, RATE).value_and_gradient(np.array([-100.0, 900.0]))
    return value, gradient.tolist()


def test_gradients_by_hand(line: LeastSquares) -> None:
    value, right = line.value_and_gradient(np.array([-100.0, 900.0]))
    assert used(line, "sign") == (value, (-right).tolist())
    assert used(line, "factor") == (value, (50 * right).tolist())
    assert used(line, "bias") == (value, [right[0], 0.0])
    moved = np.array([-100.0 - RATE * right[0], 900.0])
    assert used(line, "order") == (value, [right[0], line.value_and_gradient(moved)[1][1]])


@pytest.mark.parametrize("bug", VERDICTS)
def test_the_diagnosis_finds_the_bug(bug: Bug) -> None:
    bench = Bench.of_table()
    setting = {"features": ["size"], "bug": bug, "steps": 60}
    (part,) = bench.answer({"ask": "record", "setting": setting})
    found = part["record"]
    assert found["diagnosis"]["verdict"] == VERDICTS[bug]
    assert found["facts"]["largest_stable_rate"] == pytest.approx(2 * found["rate"][0])


@pytest.mark.parametrize("bug", ["sign", "factor", "bias"])
def test_the_diagnosis_finds_the_bug_in_logistic_regression(bug: Bug) -> None:
    bench = Bench.of_table("breast_cancer", ["mean_radius", "mean_texture"])
    names = list(bench.setup.setting.features)
    setting = {"features": names, "bug": bug, "steps": 60, "scale": "standard", "loss": "logistic"}
    *_, part = bench.answer({"ask": "record", "setting": setting})
    assert part["record"]["diagnosis"]["verdict"] == VERDICTS[bug]


def test_batches_have_the_bug_of_their_own_size(line: LeastSquares) -> None:
    batches = Bugged(line, "factor", 50, RATE).powers().batches
    right = line.powers().batches
    assert batches is not None
    assert right is not None
    at, rows = np.array([1.0, 2.0]), np.array([3, 7, 9])
    wrong = batches().value_and_gradient_on(at, rows)[1]
    assert wrong == pytest.approx(3 * right().value_and_gradient_on(at, rows)[1])
