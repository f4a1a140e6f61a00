"""Which coordinates of a model are recorded: all, or a fixed random sample of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["MOST", "Coordinates", "Tensor", "coordinates_of"]

MOST = 1024
LEAST = 8
LAYERS = 48


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of parameters: its name ("blocks.0.linear.weight") and how many numbers it has."""

    name: str
    size: int

    @property
    def layer(self) -> str:
        """The name of what it belongs to: without its last part, where it has more than one."""
        return self.name.rpartition(".")[0] or self.name


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """s coordinates of t tensors of L layers.

    tensors:  the tensors, in the order of the model
    places:   for each tensor, which of its entries, rising; None: all of them
    scale:    (s,) how many coordinates of the model each one stands for: an unbiased estimate
              of a sum over all coordinates is the sum over these, each times its scale
    layers:   the names of the layers, in order
    starts:   (L,) where each layer begins among the s
    whole:    whether all coordinates are recorded
    """

    tensors: tuple[Tensor, ...]
    places: tuple[NDArray[np.int64] | None, ...]
    scale: Array
    layers: tuple[str, ...]
    starts: NDArray[np.int64]
    whole: bool

    @property
    def count(self) -> int:
        """How many coordinates are recorded."""
        return len(self.scale)

    @property
    def total(self) -> int:
        """How many coordinates the model has."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each recorded coordinate: "fc.weight[3]", by its place in the flat tensor."""
        found: list[str] = []
        for tensor, places in zip(self.tensors, self.places, strict=True):
            every = range(tensor.size) if places is None else places.tolist()
            found += [tensor.name] if tensor.size == 1 else [f"{tensor.name}[{at}]" for at in every]
        return tuple(found)


def coordinates_of(tensors: Sequence[Tensor], most: int = MOST, seed: int = 0) -> Coordinates:
    """All coordinates of a model with at most `most`; else a sample drawn from each tensor.

    A tensor gets places in proportion to its size, and eight or all of its own at the least (of
    very many tensors fewer), so that no layer goes unseen. Drawn by a generator of our own: no
    other random state is touched.

    >>> found = coordinates_of([Tensor("fc.weight", 6), Tensor("fc.bias", 2)])
    >>> found.count, found.layers, found.whole
    (8, ('fc',), True)
    """
    total = sum(tensor.size for tensor in tensors)
    rng = np.random.default_rng(seed)
    least = min(LEAST, max(1, 4 * most // max(len(tensors), 1)))
    places: list[NDArray[np.int64] | None] = []
    scales: list[Array] = []
    for tensor in tensors:
        share = tensor.size if total <= most else max(least, most * tensor.size // total)
        taken = min(tensor.size, share)
        whole = taken == tensor.size
        places.append(None if whole else np.sort(_drawn(rng, tensor.size, taken)))
        scales.append(np.full(taken, 1.0 if whole else tensor.size / taken))
    groups = _groups([tensor.layer for tensor in tensors])
    sizes = [len(scale) for scale in scales]
    layers, starts = _starts(groups, sizes)
    return Coordinates(
        tuple(tensors),
        tuple(places),
        np.concatenate(scales) if scales else np.empty(0),
        layers,
        starts,
        total <= most,
    )


def _drawn(rng: np.random.Generator, size: int, count: int) -> NDArray[np.int64]:
    """Different places below `size`, without making a list of all of them."""
    if size <= 4 * count:
        return rng.choice(size, count, replace=False)
    found = np.unique(rng.integers(0, size, 2 * count))
    return rng.choice(found, count, replace=False) if len(found) > count else found[:count]


def _groups(layers: Sequence[str]) -> list[str]:
    """The layers as they are, or, of very many, the outermost parts that keep them few."""
    for depth in range(8, 0, -1):
        shortened = [".".join(layer.split(".")[:depth]) for layer in layers]
        if len(dict.fromkeys(shortened)) <= LAYERS:
            return shortened
    return ["all"] * len(layers)


def _starts(
    groups: Sequence[str], sizes: Sequence[int]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Runs of tensors of the same layer, that follow each other."""
    names: list[str] = []
    starts: list[int] = []
    at = 0
    for group, size in zip(groups, sizes, strict=True):
        if size and (not names or names[-1] != group):
            names.append(group)
            starts.append(at)
        at += size
    return tuple(names), np.asarray(starts, dtype=np.int64)
