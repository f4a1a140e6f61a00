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

FLOATS = (torch.float32, torch.float64)


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
        plain = all(p.is_cpu and p.dtype in FLOATS for p in parameters)
        self._straight = plain and where.whole
        if self._straight:
            wide = any(parameter.dtype == torch.float64 for parameter in parameters)
            kind: Any = np.float64 if wide else np.float32
            self._both: Numbers = np.zeros((2, where.count), dtype=kind)
            self._into = [_pieces(part, self._parameters) for part in self._both]
            self._seen: list[Any] = []
            self._at: list[int] = []

    def fill(self, row: Numbers) -> None:
        """Copy the parameters and the gradient, where there is none zeros, into a row (2, s)."""
        gradients = [parameter.grad for parameter in self._parameters]
        if self._sparse is None:
            self._sparse = _sparse(gradients)
        for at, gradient in enumerate(gradients):
            if gradient is None:
                gradients[at] = self._zero(at)
            elif at in self._sparse:
                gradients[at] = gradient.to_dense()
        if self._straight:
            self._copy(gradients)
            row[...] = self._both
        else:
            tensors = [tensor.detach() for tensor in (*self._parameters, *gradients)]
            row[...] = self._joined(tensors).reshape(row.shape)

    def _copy(self, gradients: list[Any]) -> None:
        """Straight from the memory of the tensors, which is looked up again where it has moved."""
        at = [parameter.data_ptr() for parameter in self._parameters]
        if at != self._at:
            self._at = at
            self._seen = [parameter.detach().numpy() for parameter in self._parameters]
        into_params, into_gradient = self._into
        for piece, seen in zip(into_params, self._seen, strict=True):
            piece[...] = seen
        for piece, gradient in zip(into_gradient, gradients, strict=True):
            piece[...] = gradient.detach().numpy()

    def _joined(self, tensors: list[Any]) -> Numbers:
        """(2 s,) the recorded coordinates of parameters, then of gradients, on the host."""
        flat = [tensor.reshape(-1) for tensor in tensors]
        parts = [
            part if places is None else part.index_select(0, places)
            for part, places in zip(flat, (*self._places, *self._places), strict=True)
        ]
        try:
            joined = torch.cat(parts)
        except RuntimeError:  # parts of several devices
            joined = torch.cat([part.cpu() for part in parts])
        if joined.dtype not in (torch.float32, torch.float64):
            joined = joined.float()
        return joined.cpu().numpy()

    def _zero(self, at: int) -> Any:
        if at not in self._zeros:
            self._zeros[at] = torch.zeros_like(self._parameters[at]).detach()
        return self._zeros[at]


def _sparse(gradients: Sequence[Any]) -> frozenset[int]:
    """Which gradients are sparse: those of embeddings that were asked for it, from the start on."""
    held = enumerate(gradients)
    return frozenset(at for at, gradient in held if gradient is not None and gradient.is_sparse)


def _pieces(row: Numbers, parameters: Sequence[Any]) -> list[Any]:
    """A row (s,) as one array for each parameter, of its shape, on the same memory."""
    ends = np.cumsum([parameter.numel() for parameter in parameters])[:-1]
    pieces = np.split(row, ends)
    return [piece.reshape(p.shape) for piece, p in zip(pieces, parameters, strict=True)]
