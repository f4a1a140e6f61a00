"""Any function as an objective."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.objective.function import central_gradient, objective_from


def test_without_a_gradient_it_says_so_and_still_descends() -> None:
    with pytest.warns(UserWarning, match="central differences"):
        objective = objective_from(lambda w: float(np.sum((w - 3.0) ** 2)), names=("a", "b"))
    trace = descend(objective, [0.0, 1.0], learning_rate=0.1, steps=200)
    np.testing.assert_allclose(trace.last_params, [3.0, 3.0], atol=1e-7)


def test_central_gradient_has_about_ten_digits() -> None:
    point = np.array([0.3, -1.2])
    found = central_gradient(lambda w: float(np.exp(w[0]) * np.sin(w[1])), point)
    wanted = [np.exp(0.3) * np.sin(-1.2), np.exp(0.3) * np.cos(-1.2)]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_a_gradient_of_another_size_is_refused() -> None:
    objective = objective_from(lambda w: 0.0, lambda w: np.zeros(3), names=2)
    with pytest.raises(InputError, match="3 entries for 2 parameters"):
        objective.value_and_gradient(np.zeros(2))


def test_no_parameters_are_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        objective_from(lambda w: 0.0, lambda w: w, names=0)
