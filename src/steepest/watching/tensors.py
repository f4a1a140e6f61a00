"""Parameters as people log them: one array, a list of arrays, a mapping of names to arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Misfit", "fitted", "named_tensors"]

Tensor = NDArray[Any]


class Misfit(Exception):  # noqa: N818
    """What was logged cannot be read as numbers, or not in the shapes that came before."""


def named_tensors(given: Any) -> dict[str, Tensor]:
    """Name -> (n,): of a mapping its own names, of a list their places, of one array "w".

    No number is copied where they lie in a row.

    >>> named = named_tensors({"w": [[1, 2], [3, 4]], "b": 0})
    >>> {name: array.shape for name, array in named.items()}
    {'w': (4,), 'b': (1,)}
    """
    if isinstance(given, Mapping):
        held = cast("Mapping[Any, Any]", given)
        return {str(name): _flat(value) for name, value in held.items()}
    if isinstance(given, (list, tuple)):
        parts = cast("Sequence[Any]", given)
        if any(np.ndim(part) for part in parts):
            return {f"w{at}": _flat(part) for at, part in enumerate(parts)}
    return {"w": _flat(given)}


def fitted(what: str, given: Any, sizes: Mapping[str, int]) -> list[Tensor]:
    """The tensors in the order and the sizes of those that came first.

    what: "params" or "gradient", for the sentence. Raises Misfit where they do not fit; one array
    of as many numbers in all is taken in their order.
    """
    if isinstance(given, np.ndarray) and len(sizes) == 1:
        array = cast("Tensor", given)
        if array.dtype.kind == "f" and array.size == next(iter(sizes.values())):
            return [array.reshape(-1)]
    tensors = named_tensors(given)
    if tensors.keys() != sizes.keys():
        tensors = _renamed(tensors, sizes)
    found = {name: array.size for name, array in tensors.items()}
    if found != sizes:
        raise Misfit(f"{what} came as {_words(found)} where {_words(sizes)} came first")
    return [tensors[name] for name in sizes]


def _renamed(tensors: dict[str, Tensor], sizes: Mapping[str, int]) -> dict[str, Tensor]:
    if len(tensors) == 1 and len(sizes) > 1:
        (flat,) = tensors.values()
        if flat.size == sum(sizes.values()):
            parts = np.split(flat, np.cumsum(list(sizes.values()))[:-1])
            return dict(zip(sizes, parts, strict=True))
    if len(tensors) == len(sizes) and not sizes.keys() & tensors.keys():
        return dict(zip(sizes, tensors.values(), strict=True))
    return tensors


def _flat(value: Any) -> Tensor:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise Misfit(f"what was logged could not be read as an array ({error})") from error
    if array.dtype.kind not in "fiub":
        raise Misfit(f"what was logged holds no real numbers but {array.dtype}")
    return array.reshape(-1)


def _words(sizes: Mapping[str, int]) -> str:
    """The sizes in words: "w (784), b (10)"."""
    return ", ".join(f"{name} ({size:,})" for name, size in sizes.items())
