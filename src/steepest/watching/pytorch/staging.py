"""Parameters and gradients copied to the host, from the recorded coordinates, as fast as it goes.

On the CPU each tensor is copied straight into its place of one row on the host, without anything
being made on the way. On a device the pieces are joined there first, and come over at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.watching.captures import Numbers
from steepest.watching.coordinates import Coordinates
from steepest.watching.doors import framework

__all__ = ["Staging"]

torch = framework("torch", "torch")


class Staging:
    """One row of s numbers for the parameters and one for the gradient, filled again and again.

    parameters:  the tensors, in the order of the coordinates
    """

    def __init__(self, parameters: Sequence[Any], where: Coordinates) -> None:
        self._parameters = tuple(parameters)
        self._places = [
            None if places is None else torch.from_numpy(places).to(parameter.device)
            for places, parameter in zip(where.places, parameters, strict=True)
        ]
        self._zeros: dict[int, Any] = {}
        self._sparse: frozenset[int] | None = None
        on_host = all(parameter.is_cpu for parameter in parameters)
        self._straight = on_host and where.whole
        wide = any(parameter.dtype == torch.float64 for parameter in parameters)
        kind: Any = np.float64 if wide else np.float32
        self._params: Numbers = np.zeros(where.count, dtype=kind)
        self._gradient: Numbers = np.zeros(where.count, dtype=kind)
        if self._straight:
            self._into_params = _views(self._params, self._parameters)
            self._into_gradient = _views(self._gradient, self._parameters)

    def fill(self) -> tuple[Numbers, Numbers]:
        """The parameters and the gradient, (s,) each, where there is none zeros; the next call
        writes over both."""
        tensors = [parameter.detach() for parameter in self._parameters]
        gradients = [parameter.grad for parameter in self._parameters]
        if self._sparse is None:
            self._sparse = _sparse(gradients)
        for at, gradient in enumerate(gradients):
            if gradient is None:
                gradients[at] = self._zero(at)
            elif at in self._sparse:
                gradients[at] = gradient.to_dense()
        if self._straight:
            torch._foreach_copy_(self._into_params, tensors)
            torch._foreach_copy_(self._into_gradient, gradients)
            return self._params, self._gradient
        return self._joined(tensors), self._joined(gradients)

    def _joined(self, tensors: list[Any]) -> Numbers:
        with torch.no_grad():
            parts = [
                tensor.reshape(-1) if places is None else tensor.reshape(-1).index_select(0, places)
                for tensor, places in zip(tensors, self._places, strict=True)
            ]
            try:
                flat = torch.cat(parts)
            except RuntimeError:  # parts of several devices
                flat = torch.cat([part.cpu() for part in parts])
            if flat.dtype not in (torch.float32, torch.float64):
                flat = flat.float()
            return flat.cpu().numpy()

    def _zero(self, at: int) -> Any:
        if at not in self._zeros:
            self._zeros[at] = torch.zeros_like(self._parameters[at]).detach()
        return self._zeros[at]


def _sparse(gradients: Sequence[Any]) -> frozenset[int]:
    """Which gradients are sparse: those of embeddings that were asked for it, from the start on."""
    held = enumerate(gradients)
    return frozenset(at for at, gradient in held if gradient is not None and gradient.is_sparse)


def _views(row: Numbers, parameters: Sequence[Any]) -> list[Any]:
    """The row as one tensor for each parameter, of its shape, on the same memory."""
    sizes = [parameter.numel() for parameter in parameters]
    pieces = torch.from_numpy(row).split(sizes)
    return [piece.view(p.shape) for piece, p in zip(pieces, parameters, strict=True)]
