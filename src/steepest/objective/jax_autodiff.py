"""Derivatives by JAX: reverse mode for the gradient, forward over reverse for the Hessian.

Float64 is switched on for each call only (JAX computes in float32 by default), so nothing
that runs beside it changes. The function is compiled where it can be; one that branches on
values is differentiated uncompiled, step by step in Python.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from steepest.objective.derivatives import Derivatives, Function, NotDifferentiableError
from steepest.trace import Array

__all__ = ["jax_derivatives"]


def jax_derivatives(function: Function, point: Array) -> Derivatives:
    """The derivatives of a function of the parameters (p,), tried once at a point (p,).

    Raises NotDifferentiableError where JAX cannot trace the function, ImportError where JAX is
    not installed. Source: Pearlmutter 1994, "Fast exact multiplication by the Hessian";
    Griewank and Walther 2008, "Evaluating Derivatives", chapter 3.
    """
    jax: Any = __import__("jax")
    try:
        return _tried(_derivatives(function, jax, jax.jit), jax, point)
    except Exception:  # whatever the user's function or JAX may raise
        return _tried_plainly(function, jax, point)


def _tried_plainly(function: Function, jax: Any, point: Array) -> Derivatives:
    """The same without compiling, where branches on values are allowed."""
    try:
        return _tried(_derivatives(function, jax, _as_it_is), jax, point)
    except NotDifferentiableError:
        raise
    except Exception as error:  # whatever the user's function or JAX may raise
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NotDifferentiableError(first) from error


def _as_it_is(function: Any) -> Any:
    return function


def _tried(derivatives: Derivatives, jax: Any, point: Array) -> Derivatives:
    derivatives.value_and_gradient(point)
    derivatives.hessian_vector(point)(np.ones_like(point))
    return derivatives


def _derivatives(function: Function, jax: Any, compiled: Callable[[Any], Any]) -> Derivatives:
    def scalar(params: Any) -> Any:
        value = jax.numpy.reshape(function(params), ())
        if value.dtype != jax.numpy.float64:
            raise NotDifferentiableError(
                f"its value is {value.dtype}; take constants and casts that are float64"
            )
        return value

    slope = jax.grad(scalar)

    def product(params: Any, vector: Any) -> Any:
        return jax.jvp(slope, (params,), (vector,))[1]

    pair, times = compiled(jax.value_and_grad(scalar)), compiled(product)
    full = compiled(jax.jacfwd(slope))
    double = _double_precision(jax)

    def value_and_gradient(params: Array) -> tuple[float, Array]:
        with double():
            value, gradient = pair(jax.numpy.asarray(params))
            return float(value), np.array(gradient, dtype=np.float64)

    def hessian(params: Array) -> Array:
        with double():
            table = np.array(full(jax.numpy.asarray(params)), dtype=np.float64)
        return 0.5 * (table + table.T)

    def hessian_vector(params: Array) -> Callable[[Array], Array]:
        return partial(_times, params.copy())

    def _times(params: Array, vector: Array) -> Array:
        with double():
            image = times(jax.numpy.asarray(params), jax.numpy.asarray(vector))
            return np.array(image, dtype=np.float64)

    how = "automatic differentiation by JAX"
    return Derivatives(value_and_gradient, hessian, hessian_vector, how)


def _double_precision(jax: Any) -> Callable[[], Any]:
    """A context in which JAX keeps float64; older versions had it elsewhere."""
    try:
        return partial(jax.enable_x64, True)
    except AttributeError:
        experimental: Any = __import__("jax.experimental", fromlist=["enable_x64"])
        return partial(experimental.enable_x64, True)
