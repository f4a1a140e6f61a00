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
        if self._straight and not any(g is not None and g.is_sparse for g in gradients):
            self._copy(gradients)
            row[...] = self._both
            return
        tensors = [parameter.detach() for parameter in self._parameters]
        parts = [_taken(tensor, at) for tensor, at in zip(tensors, self._places, strict=True)]
        parts += [
            self._gradient_part(at, gradient, parts[at]) for at, gradient in enumerate(gradients)
        ]
        row[...] = _on_host(parts).reshape(row.shape)

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
            piece[...] = 0.0 if gradient is None else gradient.detach().numpy()

    def _gradient_part(self, at: int, gradient: Any, like: Any) -> Any:
        """The recorded coordinates of one gradient."""
        if gradient is None:
            return torch.zeros_like(like)
        if gradient.is_sparse:
            return _of_sparse(gradient.detach(), self._places[at])
        return _taken(gradient.detach(), self._places[at])


def _taken(tensor: Any, places: Any) -> Any:
    flat = tensor.reshape(-1)
    return flat if places is None else flat.index_select(0, places)


def _of_sparse(gradient: Any, places: Any) -> Any:
    """The recorded coordinates of a gradient that has rows for some places only, as those of an
    embedding do; nothing of its full size is made."""
    held = gradient.coalesce()
    if places is None or held.sparse_dim() != 1:
        return _taken(held.to_dense(), places)
    values = held.values().reshape(held.values().shape[0], -1)
    rows = torch.div(places, values.shape[1], rounding_mode="floor")
    here = held.indices()[0]
    if here.numel() == 0:
        return values.new_zeros(len(places))
    found = torch.searchsorted(here, rows).clamp(max=here.numel() - 1)
    part = values[found, places % values.shape[1]]
    return torch.where(here[found] == rows, part, torch.zeros_like(part))


def _on_host(parts: list[Any]) -> Numbers:
    """All parts as one array on the host."""
    try:
        joined = torch.cat(parts)
    except RuntimeError:  # parts of several devices
        joined = torch.cat([part.cpu() for part in parts])
    if joined.dtype not in FLOATS:
        joined = joined.float()
    return joined.cpu().numpy()


def _pieces(row: Numbers, parameters: Sequence[Any]) -> list[Any]:
    """A row (s,) as one array for each parameter, of its shape, on the same memory."""
    ends = np.cumsum([parameter.numel() for parameter in parameters])[:-1]
    pieces = np.split(row, ends)
    return [piece.reshape(p.shape) for piece, p in zip(pieces, parameters, strict=True)]
