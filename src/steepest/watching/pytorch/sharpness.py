"""The largest curvature of a loss, from products of its Hessian with vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.watching.doors import framework
from steepest.watching.pytorch.aside import Aside

__all__ = ["PRODUCTS", "dot", "norm", "sharpness_of", "twice_differentiable"]

torch = framework("torch", "torch")

PRODUCTS = 8
DIFFERENCE = 1e-3
AGREED = 0.5  # a kink of a rectifier within the difference makes a part of it


def sharpness_of(place: Aside, gradient: Sequence[Any]) -> float | None:
    """λ_max of the Hessian there, by Lanczos, to some per cent; None where no product is finite.

    gradient:  of the loss, with its own graph; without one, where no second derivative can be
               taken (a fused attention, a compiled model), the products are differences of
               gradients instead

    The basis is not kept, so that it needs four vectors of the size of the parameters and no
    more: the largest Ritz value does not suffer from what orthogonality is lost (Paige 1971).
    It lies below λ_max, by little after eight products that begin at the gradient, which has most
    of its length along the steepest directions.
    """
    start = [part.detach().clone() for part in gradient]
    length = norm(start)
    if not 0 < length < float("inf"):
        return None
    direction = [part / length for part in start]
    before = [torch.zeros_like(part) for part in direction]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(PRODUCTS):
        image = _product(place, gradient, direction)
        here = dot(image, direction)
        if not np.isfinite(here):
            return None
        diagonal.append(here)
        last = beside[-1] if beside else 0.0
        rest = [
            part - here * now - last * old
            for part, now, old in zip(image, direction, before, strict=True)
        ]
        size = norm(rest)
        if not size > 1e-6 * max(map(abs, diagonal)):
            break
        beside.append(size)
        before, direction = direction, [part / size for part in rest]
    count = len(diagonal)
    ritz = np.diag(diagonal) + np.diag(beside[: count - 1], 1) + np.diag(beside[: count - 1], -1)
    return float(np.linalg.eigvalsh(ritz)[-1])


def twice_differentiable(place: Aside, gradient: Sequence[Any], slope: Sequence[Any]) -> bool:
    """Whether Hessian-vector products agree with differences of gradients, along the gradient.

    A function of the user's own may cut the graph of its backward pass without a word.
    """
    length = norm(slope)
    if not 0 < length < float("inf") or not any(part.requires_grad for part in gradient):
        return False
    direction = [part / length for part in slope]
    exact, rough = _exact(place, gradient, direction), _rough(place, direction)
    apart = norm([one - other for one, other in zip(exact, rough, strict=True)])
    return apart <= AGREED * max(norm(rough), norm(exact))


def _product(place: Aside, gradient: Sequence[Any], direction: Sequence[Any]) -> list[Any]:
    """The Hessian times a unit vector."""
    if any(part.requires_grad for part in gradient):
        return _exact(place, gradient, direction)
    return _rough(place, direction)


def _exact(place: Aside, gradient: Sequence[Any], direction: Sequence[Any]) -> list[Any]:
    pairs = [
        (part, along) for part, along in zip(gradient, direction, strict=True) if part.requires_grad
    ]
    found = torch.autograd.grad(
        [part for part, _ in pairs],
        place.params,
        grad_outputs=[along for _, along in pairs],
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )
    return [part.detach() for part in found]


def _rough(place: Aside, direction: Sequence[Any]) -> list[Any]:
    step = DIFFERENCE * max(norm(place.origin()), 1e-3)
    ends: list[Any] = []
    for sign in (1.0, -1.0):
        place.move(direction, sign * step)
        ends.append(
            torch.autograd.grad(
                place.graph(), place.params, allow_unused=True, materialize_grads=True
            )
        )
    place.move(direction, 0.0)
    return [(ahead - behind) / (2 * step) for ahead, behind in zip(*ends, strict=True)]


def dot(one: Sequence[Any], other: Sequence[Any]) -> float:
    """The inner product of two vectors in parts, in double precision."""
    parts = [torch.sum(a.double() * b.double()) for a, b in zip(one, other, strict=True)]
    return sum(float(part) for part in parts)


def norm(parts: Sequence[Any]) -> float:
    """The length of a vector in parts."""
    return dot(parts, parts) ** 0.5
