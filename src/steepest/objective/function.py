"""Any Python function as an objective."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from steepest.arguments import function as check_function
from steepest.arguments import shown, texts, whole
from steepest.errors import InputError
from steepest.objective.autodiff import FRAMEWORKS, derivatives_by, first_derivatives
from steepest.objective.derivatives import Derivatives
from steepest.objective.objective import Powers
from steepest.trace import Array, Fact

__all__ = ["FunctionObjective", "central_gradient", "objective_from"]

EXACT = float(np.finfo(np.float64).eps)
DIFFERENCED = EXACT ** (2 / 3)


class FunctionObjective:
    """A cost given by functions of the parameters; made by `objective_from`.

    value_and_gradient:  params (p,) -> J and its gradient (p,)
    powers:              what more it can do
    gradient_noise:      the relative error of the gradient: rounding, or that of differences
    """

    def __init__(
        self,
        value_and_gradient: Callable[[Array], tuple[float, Array]],
        names: tuple[str, ...],
        powers: Powers,
        gradient_noise: float = EXACT,
    ) -> None:
        self._value_and_gradient = value_and_gradient
        self._names = names
        self._powers = powers
        self.gradient_noise = gradient_noise

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the p parameters."""
        return self._names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J(params) and its gradient (p,), as the given functions say.

        Infinite and NaN values come back as they are, without a warning; what Python itself
        calls an overflow (its own floats, the module math) comes back as infinity with a
        gradient of NaN. Raises InputError where the gradient has another shape than the
        parameters.
        """
        try:
            with np.errstate(all="ignore"):
                return self._value_and_gradient(params)
        except OverflowError:
            return float("inf"), np.full_like(params, np.nan)

    def powers(self) -> Powers:
        """Hessian and its products, where they were given or a framework works them out."""
        return self._powers


def objective_from(
    function: Callable[[Any], Any],
    gradient: Callable[[Array], ArrayLike] | None = None,
    *,
    names: Sequence[str] | int = 1,
    hessian: Callable[[Array], ArrayLike] | None = None,
    autodiff: Literal["auto", "jax", "torch", "differences"] = "auto",
) -> FunctionObjective:
    """An objective from a function of the parameters (p,), float64.

    gradient:  params (p,) -> (p,); without it, `autodiff` says where it comes from
    names:     the names of the parameters, or how many there are
    hessian:   params (p,) -> (p, p), for the curvature; needs `gradient` beside it
    autodiff:  "jax" or "torch": automatic differentiation, exact to rounding, with the Hessian
               and its products; write the function with operations of jax.numpy or torch (plain
               arithmetic, @ and indexing are both). "differences": central differences, 2p
               evaluations a step and about ten correct digits. "auto": JAX or PyTorch where
               one is installed and can follow the function, else differences, with a
               UserWarning that says what would make it exact

    "auto", "jax" and "torch" call the function a few times at a point between 0.3 and 0.5.
    Raises InputError where a framework is asked for that is not installed or cannot
    differentiate the function.

    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w, names=("w", "b"))
    >>> value, slope = bowl.value_and_gradient(np.array([3.0, 4.0]))
    >>> value, slope.tolist()
    (25.0, [6.0, 8.0])
    """
    named = _named(names)
    for name, given in (("the cost", function), ("gradient", gradient), ("hessian", hessian)):
        if given is not None or name == "the cost":
            check_function(name, given, "the parameters")
    if gradient is not None:
        return _given(function, gradient, hessian, named)
    if hessian is not None:
        raise InputError("a hessian was given without a gradient; pass gradient= as well")
    if not isinstance(autodiff, str) or autodiff not in ("auto", "differences", *FRAMEWORKS):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"autodiff is {shown(autodiff)}; expected 'auto', 'jax', 'torch' or 'differences'"
        )
    if autodiff in FRAMEWORKS:
        return _differentiated(derivatives_by(autodiff, function, len(named)), named)
    if autodiff == "auto":
        derivatives, reasons = first_derivatives(function, len(named))
        if derivatives is not None:
            return _differentiated(derivatives, named)
        warnings.warn(
            "no gradient was given: central differences stand in for it (2p evaluations a step, "
            "about ten correct digits); to be exact pass gradient=, or write the function with "
            f"operations of JAX or PyTorch ({reasons}); autodiff='differences' asks for this",
            UserWarning,
            stacklevel=2,
        )
    return _differenced(function, named)


def _named(names: Sequence[str] | int) -> tuple[str, ...]:
    if isinstance(names, str):
        return (names,)
    if not isinstance(names, Iterable):
        count = whole("names", names, 1, also=": at least one parameter, or their names")
        return ("w",) if count == 1 else tuple(f"w_{i}" for i in range(count))
    named = texts("names", names)
    if not named:
        raise InputError("names is empty; an objective needs at least one parameter")
    return named


def _given(
    function: Callable[[Array], Any],
    gradient: Callable[[Array], ArrayLike],
    hessian: Callable[[Array], ArrayLike] | None,
    names: tuple[str, ...],
) -> FunctionObjective:
    def value_and_gradient(params: Array) -> tuple[float, Array]:
        slope = _numbers("the gradient", gradient(params.copy())).reshape(-1)
        if slope.shape != params.shape:
            raise InputError(
                f"the gradient has {slope.size} entries for {params.size} parameters; "
                "return one slope for each parameter, in their order"
            )
        return _number(function(params.copy())), slope

    def curvature(params: Array) -> Array:
        assert hessian is not None  # noqa: S101
        table = _numbers("the Hessian", hessian(params.copy()))
        if table.shape not in ((params.size, params.size), (1,) * table.ndim):
            raise InputError(
                f"the Hessian has shape {table.shape}; expected {(params.size, params.size)}"
            )
        return table.reshape(params.size, params.size)

    powers = Powers() if hessian is None else Powers(hessian=curvature)
    return FunctionObjective(value_and_gradient, names, powers)


def _differentiated(derivatives: Derivatives, names: tuple[str, ...]) -> FunctionObjective:
    powers = Powers(
        hessian=derivatives.hessian,
        hessian_vector=derivatives.hessian_vector,
        facts={"gradient_from": Fact(derivatives.how, "chosen when the objective was made")},
    )
    return FunctionObjective(derivatives.value_and_gradient, names, powers)


def _differenced(function: Callable[[Array], Any], names: tuple[str, ...]) -> FunctionObjective:
    def value(params: Array) -> float:
        return _number(function(params.copy()))

    def value_and_gradient(params: Array) -> tuple[float, Array]:
        return value(params), central_gradient(value, params)

    how = "central differences of the cost, about ten correct digits"
    powers = Powers(facts={"gradient_from": Fact(how, "chosen when the objective was made")})
    return FunctionObjective(value_and_gradient, names, powers, DIFFERENCED)


def _number(value: Any) -> float:
    """The cost as a float; InputError where it is not one number."""
    if type(value) is float:
        return value
    array = _numbers("the cost", value)
    if array.size != 1:
        raise InputError(f"the cost has shape {array.shape}; expected one number")
    return float(array.reshape(()))


def _numbers(what: str, value: Any) -> Array:
    """What a function of the user returned as numbers of our own, which stay as they are.

    It may hand out the same memory every time. Raises InputError for what are no numbers.
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return np.array(array, dtype=np.float64)
        if array.dtype.kind == "O":  # float() takes whole numbers of any size, but no None
            flat = [float(number) for number in array.ravel().tolist()]
            return np.array(flat).reshape(array.shape)
    except (TypeError, ValueError, RuntimeError):
        pass
    raise InputError(f"{what} that the function returned is {shown(value)}; expected real numbers")


def central_gradient(function: Callable[[Array], float], params: Array) -> Array:
    """The gradient (p,) by central differences, error about eps^(2/3) relative.

    The step eps^(1/3)·max(1, |θ_j|) balances truncation against rounding (Nocedal and
    Wright 2006, section 8.1).
    """
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(params))
    gradient = np.empty_like(params)
    for j, size in enumerate(steps):
        there, back = params.copy(), params.copy()
        there[j] += size
        back[j] -= size
        gradient[j] = (function(there) - function(back)) / (there[j] - back[j])
    return gradient
