from __future__ import annotations

import math

import pytest

from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.objective.curve import Curve
from steepest.objective.function import objective_from
from steepest.views.epoch_lines import epoch_line, epoch_lines


def test_lines_of_a_descent():
    trace = descend(Curve.of("w**2"), [10.0], learning_rate=0.1, steps=2, tolerance=0.0)
    assert list(epoch_lines(trace)) == [
        "Starting weight: 10.0, Starting Loss: 100.0",
        "Epoch 1: Weight = 8.0000, Loss = 64.0000",
        "Epoch 2: Weight = 6.4000, Loss = 40.9600",
    ]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (999_999_999.0, "999999999.0000"),
        (1e9, "1.0000e+09"),
        (-2.5e200, "-2.5000e+200"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (1e-9, "0.0000"),
    ],
)
def test_large_and_missing_numbers(number, written):
    assert epoch_line(3, number, number) == f"Epoch 3: Weight = {written}, Loss = {written}"


def test_a_descent_in_two_variables_has_no_such_lines():
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w, names=2)
    trace = descend(bowl, [1.0, 1.0], learning_rate=0.1, steps=1, tolerance=0.0)
    with pytest.raises(InputError, match="one variable"):
        list(epoch_lines(trace))
