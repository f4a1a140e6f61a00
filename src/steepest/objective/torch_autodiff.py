"""Derivatives by PyTorch: one backward pass for the gradient, a second one for the Hessian.

The parameters come to the function as a tensor of doubles on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.objective.derivatives import Derivatives, Function, NotDifferentiableError
from steepest.trace import Array

__all__ = ["torch_derivatives"]


def torch_derivatives(function: Function, point: Array) -> Derivatives:
    """The derivatives of a function of the parameters (p,), tried once at a point (p,).

    Raises NotDifferentiableError where PyTorch cannot follow the function, ImportError where
    it is not installed. Source: Pearlmutter 1994, "Fast exact multiplication by the Hessian".
    """
    torch: Any = __import__("torch")
    derivatives = _derivatives(function, torch)
    try:
        derivatives.value_and_gradient(point)
        derivatives.hessian_vector(point)(np.ones_like(point))
    except NotDifferentiableError:
        raise
    except Exception as error:  # whatever the user's function or PyTorch may raise
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NotDifferentiableError(first) from error
    return derivatives


def _derivatives(function: Function, torch: Any) -> Derivatives:
    def forward(params: Array) -> tuple[Any, Any]:
        leaf = torch.tensor(params, dtype=torch.float64, requires_grad=True)
        with torch.enable_grad():
            return leaf, _checked(torch, function(leaf))

    def value_and_gradient(params: Array) -> tuple[float, Array]:
        leaf, value = forward(params)
        (gradient,) = torch.autograd.grad(value, leaf)
        return float(value.detach()), _own(gradient)

    def hessian_vector(params: Array) -> Callable[[Array], Array]:
        leaf, value = forward(params)
        (slope,) = torch.autograd.grad(value, leaf, create_graph=True)

        def product(vector: Array) -> Array:
            if not slope.requires_grad:  # the function is linear
                return np.zeros_like(params)
            along = torch.tensor(vector, dtype=torch.float64)
            (image,) = torch.autograd.grad(slope, leaf, along, retain_graph=True, allow_unused=True)
            return np.zeros_like(params) if image is None else _own(image)

        return product

    def hessian(params: Array) -> Array:
        product = hessian_vector(params)
        table = np.column_stack([product(unit) for unit in np.eye(len(params))])
        return 0.5 * (table + table.T)

    how = "automatic differentiation by PyTorch"
    return Derivatives(value_and_gradient, hessian, hessian_vector, how)


def _own(tensor: Any) -> Array:
    """The numbers of a tensor, copied: its memory may be shared, or zeros that are nowhere."""
    return np.array(tensor.numpy(force=True), dtype=np.float64)


def _checked(torch: Any, value: Any) -> Any:
    """The value as a tensor of no dimensions; NotDifferentiableError where it is none."""
    if not isinstance(value, torch.Tensor):
        raise NotDifferentiableError(
            f"it returns a {type(value).__name__} instead of a tensor (float() and NumPy "
            "leave PyTorch's view)"
        )
    tensor: Any = value
    if not tensor.requires_grad:
        raise NotDifferentiableError("no path leads from its value back to the parameters")
    if tensor.dtype != torch.float64:
        raise NotDifferentiableError(
            f"its value is {tensor.dtype}; take constants and casts that are float64"
        )
    return tensor.reshape(())
