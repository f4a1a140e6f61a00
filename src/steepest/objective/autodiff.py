"""Which framework differentiates a function: the one asked for, or the first that can.

Nothing is imported before it is asked for. A function is tried at a harmless point; what the
frameworks cannot follow (float(), NumPy on the values) is told apart there, and so is what they
follow only in part, whose slope is not that of the function.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.objective.derivatives import Derivatives, Function, NotDifferentiableError
from steepest.objective.jax_autodiff import jax_derivatives
from steepest.objective.torch_autodiff import torch_derivatives
from steepest.trace import Array

__all__ = ["FRAMEWORKS", "derivatives_by", "first_derivatives"]

FRAMEWORKS: dict[str, tuple[str, Callable[[Function, Array], Derivatives]]] = {
    "jax": ("JAX", jax_derivatives),
    "torch": ("PyTorch", torch_derivatives),
}
LARGEST_SLIP = 1e-3


def derivatives_by(name: str, function: Function, count: int) -> Derivatives:
    """The derivatives of a function of `count` parameters by "jax" or "torch".

    Raises InputError where it is not installed, or cannot differentiate the function.
    """
    label = FRAMEWORKS[name][0]
    if find_spec(name) is None:
        raise InputError(f"{label} is not installed; install it with: pip install {name}")
    point = harmless_point(count)
    check_count(function, point)
    try:
        return _attempt(name, function, point)
    except NotDifferentiableError as error:
        raise InputError(
            f"{label} cannot differentiate the function: {str(error).rstrip('.')}; write it with "
            f"operations of {label}, pass gradient=, or take autodiff='differences'"
        ) from error
    except ImportError as error:
        raise InputError(
            f"{label} is installed but cannot be imported ({error}); mend it with: "
            f"pip install --force-reinstall {name}"
        ) from error


def first_derivatives(function: Function, count: int) -> tuple[Derivatives | None, str]:
    """The derivatives by the first framework that can, and why the others cannot.

    Frameworks that the process has already imported come first, then those installed.
    """
    point = harmless_point(count)
    names = [name for name in FRAMEWORKS if find_spec(name) is not None]
    if names:
        check_count(function, point)
    reasons = [
        f"{label} is not installed (pip install {name})"
        for name, (label, _) in FRAMEWORKS.items()
        if name not in names
    ]
    for name in sorted(names, key=lambda name: name not in sys.modules):
        try:
            derivatives = _attempt(name, function, point)
            check_slope(function, derivatives, point)
        except (NotDifferentiableError, ImportError) as error:
            reasons.append(f"{FRAMEWORKS[name][0]} cannot: {str(error).rstrip('.')}")
        else:
            return derivatives, ""
    return None, "; ".join(reasons)


def _attempt(name: str, function: Function, point: Array) -> Derivatives:
    # what a framework says while it is imported or finds out is no news for the user
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return FRAMEWORKS[name][1](function, point)


def harmless_point(count: int) -> Array:
    """Parameters (p,) between 0.3 and 0.5, all different: inside most domains, off most kinks."""
    return 0.3 + 0.2 * np.mod(np.arange(1, count + 1) * 0.6180339887498949, 1.0)


def check_count(function: Function, point: Array) -> None:
    """Raise InputError where the function reads more parameters than there are.

    JAX reads the last parameter instead, without a word.
    """
    try:
        _quietly(function, point)
    except IndexError as error:
        raise InputError(
            f"the function reads more parameters than {len(point)} ({error}); say how many "
            "there are with names="
        ) from error
    except Exception:  # noqa: S110  # a function of tensors need not take arrays
        pass


def check_slope(function: Function, derivatives: Derivatives, point: Array) -> None:
    """Raise NotDifferentiableError where the gradient is not the slope of the function.

    A part that float() or detach() hides from a framework counts for it as a constant.
    """
    value, gradient = derivatives.value_and_gradient(point)
    along = np.cos(np.arange(len(point)) + 0.5)
    size = 1e-4 / np.linalg.norm(along)
    ends = [derivatives.value_and_gradient(point + sign * size * along)[0] for sign in (1, -1)]
    told, met = float(gradient @ along), float(ends[0] - ends[1]) / (2 * size)
    if not (np.isfinite(told) and np.isfinite(met)):
        return
    noise = 1e-11 * (abs(value) + abs(ends[0])) / size
    weight = float(np.abs(gradient) @ np.abs(along)) + abs(met)
    if abs(told - met) > LARGEST_SLIP * weight + noise:
        raise NotDifferentiableError(
            "a part of it leaves the framework's view (float(), item(), detach())"
        )


def _quietly(function: Function, point: Array) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(point.copy())
