"""JAX and PyTorch as makers of gradients: exact where they can be, out of the way elsewhere."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings

import mpmath
import numpy as np
import pytest

from steepest.errors import InputError
from steepest.objective.classic_functions import CLASSICS, classic
from steepest.objective.function import objective_from

FRAMEWORKS = ["jax", "torch"]
frameworks = pytest.mark.parametrize("name", FRAMEWORKS)


def numbers_of(name: str):
    """The module of a framework's functions, jax.numpy or torch; skips where it is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip({"jax": "jax.numpy", "torch": "torch"}[name])


def rosenbrock(w):
    return 100.0 * (w[1] - w[0] ** 2) ** 2 + (1.0 - w[0]) ** 2


def himmelblau(w):
    return (w[0] ** 2 + w[1] - 11.0) ** 2 + (w[0] + w[1] ** 2 - 7.0) ** 2


@frameworks
@pytest.mark.parametrize("function", [rosenbrock, himmelblau], ids=lambda f: f.__name__)
def test_derivatives_are_those_in_closed_form(name: str, function) -> None:
    numbers_of(name)
    objective, known = objective_from(function, names=2, autodiff=name), classic(function.__name__)
    assert known.name in CLASSICS
    powers, vector = objective.powers(), np.array([0.3, -1.7])
    for point in np.random.default_rng(3).uniform(-2, 2, size=(5, 2)):
        value, gradient = objective.value_and_gradient(point)
        hessian = known.hessian(point)
        assert value == pytest.approx(known.value(point), rel=1e-13)
        np.testing.assert_allclose(gradient, known.gradient(point), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(powers.hessian(point), hessian, rtol=1e-12, atol=1e-12)
        product = powers.hessian_vector(point)
        np.testing.assert_allclose(product(vector), hessian @ vector, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(product(2 * vector), 2 * hessian @ vector, rtol=1e-11)
        assert gradient.dtype == np.float64


@frameworks
def test_transcendental_functions_have_all_digits(name: str) -> None:
    m = numbers_of(name)
    objective = objective_from(
        lambda w: m.exp(w[0]) * m.sin(w[1]) + m.log1p(m.exp(-w[0] * w[1])), names=2, autodiff=name
    )

    def exact(x, y):
        return mpmath.exp(x) * mpmath.sin(y) + mpmath.log1p(mpmath.exp(-x * y))

    at = (0.7, -1.3)
    with mpmath.workdps(30):
        wanted = [float(mpmath.diff(exact, at, order)) for order in ((1, 0), (0, 1))]
        bend = [float(mpmath.diff(exact, at, order)) for order in ((2, 0), (1, 1), (0, 2))]
        height = float(exact(*map(mpmath.mpf, at)))
    value, gradient = objective.value_and_gradient(np.array(at))
    assert value == pytest.approx(height, rel=1e-15)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-14)
    np.testing.assert_allclose(
        objective.powers().hessian(np.array(at))[[0, 0, 1], [0, 1, 1]], bend, rtol=1e-13
    )


@frameworks
def test_a_model_over_many_parameters(name: str) -> None:
    m = numbers_of(name)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 20)), rng.normal(size=50)
    table, target = (X, y) if name == "jax" else (m.tensor(X), m.tensor(y))
    objective = objective_from(
        lambda w: 0.5 * ((table @ w - target) ** 2).mean(), names=20, autodiff=name
    )
    w, v = rng.normal(size=(2, 20))
    np.testing.assert_allclose(
        objective.value_and_gradient(w)[1], X.T @ (X @ w - y) / 50, rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(
        objective.powers().hessian_vector(w)(v), X.T @ (X @ v) / 50, rtol=1e-12, atol=1e-14
    )


@frameworks
def test_linear_and_single_valued_functions(name: str) -> None:
    numbers_of(name)
    linear = objective_from(lambda w: 3.0 * w[0] - w[1], names=2, autodiff=name)
    assert linear.value_and_gradient(np.array([1.0, 2.0]))[1].tolist() == [3.0, -1.0]
    assert linear.powers().hessian_vector(np.ones(2))(np.ones(2)).tolist() == [0.0, 0.0]
    assert linear.powers().hessian(np.ones(2)).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    single = objective_from(lambda w: w**2, autodiff=name)  # a value of shape (1,)
    assert single.value_and_gradient(np.array([3.0]))[0] == 9.0
    assert single.powers().hessian(np.array([3.0])).tolist() == [[2.0]]


@frameworks
def test_branches_on_values_are_followed(name: str) -> None:
    numbers_of(name)
    objective = objective_from(lambda w: w[0] ** 2 if w[0] > 0 else -3.0 * w[0], autodiff=name)
    assert objective.value_and_gradient(np.array([2.0]))[1].tolist() == [4.0]
    assert objective.value_and_gradient(np.array([-2.0]))[1].tolist() == [-3.0]


@frameworks
def test_values_that_are_not_finite_pass_silently(name: str) -> None:
    m = numbers_of(name)
    objective = objective_from(lambda w: m.exp(w[0]) + m.log(w[1]), names=2, autodiff=name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert objective.value_and_gradient(np.array([1e4, 1.0]))[0] == math.inf
        assert math.isnan(objective.value_and_gradient(np.array([1.0, -1.0]))[0])


LOST = {
    "float()": lambda w: float(w @ w),
    "NumPy on the values": lambda w: np.exp(w[0]) * np.sin(w[1]),
    "math on the values": lambda w: math.exp(w[0]),
    "part by float()": lambda w: float(w[0]) ** 2 + w[1] ** 2,
    "no cost at all": lambda w: w,
}


@frameworks
@pytest.mark.parametrize("how", [how for how in LOST if how != "part by float()"])
def test_what_cannot_be_followed_is_said_where_it_was_asked_for(name: str, how: str) -> None:
    numbers_of(name)
    with pytest.raises(InputError, match="cannot differentiate the function"):
        objective_from(LOST[how], names=2, autodiff=name)


@pytest.mark.parametrize("how", LOST)
def test_what_cannot_be_followed_falls_through_to_differences(how: str) -> None:
    for name in FRAMEWORKS:
        numbers_of(name)
    with pytest.warns(UserWarning, match="JAX cannot: .*PyTorch cannot: "):
        objective = objective_from(LOST[how], names=2)
    assert "differences" in objective.powers().facts["gradient_from"].value
    if how == "part by float()":
        np.testing.assert_allclose(
            objective.value_and_gradient(np.array([1.0, 2.0]))[1], [2.0, 4.0], rtol=1e-9
        )


def test_a_part_that_is_cut_off_is_noticed() -> None:
    numbers_of("torch")
    with pytest.warns(UserWarning, match="leaves the framework's view"):
        objective_from(lambda w: w.detach() @ w.detach() + w.sum(), names=2)


@frameworks
def test_single_precision_is_refused(name: str) -> None:
    m = numbers_of(name)
    cast = {
        "jax": lambda w: (w.astype(m.float32) ** 2).sum(),
        "torch": lambda w: (w.to(m.float32) ** 2).sum(),
    }[name]
    with pytest.raises(InputError, match="float32; take constants and casts that are float64"):
        objective_from(cast, names=2, autodiff=name)


@frameworks
def test_auto_takes_the_framework_that_the_function_is_written_in(name: str) -> None:
    m = numbers_of(name)
    objective = objective_from(lambda w: m.exp(w).sum(), names=3)
    label = {"jax": "JAX", "torch": "PyTorch"}[name]
    assert objective.powers().facts["gradient_from"].value.endswith(label)
    gradient = objective.value_and_gradient(np.zeros(3))[1]
    np.testing.assert_allclose(gradient, 1.0, rtol=1e-15)
    gradient[0] = 5.0  # the caller's own, to do with as it likes
    assert gradient.tolist() == [5.0, 1.0, 1.0]


def test_too_few_names_are_noticed_before_jax_reads_the_last_one_twice() -> None:
    numbers_of("jax")
    for how in ("auto", "jax"):
        with pytest.raises(InputError, match=r"more parameters than 1.*names="):
            objective_from(rosenbrock, autodiff=how)


def test_jax_stays_in_single_precision_outside() -> None:
    m = numbers_of("jax")
    objective = objective_from(rosenbrock, names=2, autodiff="jax")
    objective.value_and_gradient(np.zeros(2))
    objective.powers().hessian_vector(np.zeros(2))(np.ones(2))
    assert m.ones(2).dtype == np.float32


def test_no_framework_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys\nimport numpy as np\n"
        "from steepest.objective.function import objective_from\n"
        "objective_from(lambda w: w @ w, lambda w: 2 * w).value_and_gradient(np.ones(1))\n"
        "objective_from(lambda w: w @ w, autodiff='differences').value_and_gradient(np.ones(1))\n"
        "print([name for name in ('jax', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_auto_tries_what_is_already_imported_first() -> None:
    numbers_of("torch")
    numbers_of("jax")
    code = (
        "import sys, torch\n"
        "from steepest.objective.function import objective_from\n"
        "objective = objective_from(lambda w: w @ w, names=2)\n"
        "print(objective.powers().facts['gradient_from'].value, 'jax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "automatic differentiation by PyTorch False"
