"""How layers are named in facts, and values of theirs to compare later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = [
    "Named",
    "biases_beside",
    "compiled",
    "few_of",
    "layer_of",
    "layers_of",
    "named_in",
    "text_of",
]

Named = list[tuple[str, Any]]

FEW = 32
MOST = 12


def layer_of(name: str) -> str:
    """The layer of a parameter: its name without the last part, where it has more than one.

    >>> layer_of("blocks.0.fc.weight"), layer_of("scale")
    ('blocks.0.fc', 'scale')
    """
    return name.rpartition(".")[0] or name


def layers_of(names: Iterable[str]) -> tuple[str, ...]:
    """The layers of parameters, each once, in order."""
    return tuple(dict.fromkeys(layer_of(name) for name in names))


def text_of(layers: Iterable[str], others: Iterable[str] = ()) -> str:
    """Layers as a fact names them; of more than twelve the outermost parts that are theirs alone.

    others: the layers that are not meant, so that no part is named that holds one of them

    >>> text_of(["fc1", "fc2"])
    'fc1, fc2'
    >>> text_of([f"body.{at}.fc" for at in range(40)], ["head"])
    'body'
    """
    named = tuple(dict.fromkeys(layers))
    if len(named) <= MOST:
        return ", ".join(named)
    spared = {part for layer in others for part in _within(layer)}
    return ", ".join(dict.fromkeys(_outermost(layer, spared) for layer in named))


def _within(layer: str) -> list[str]:
    """The layer and all that it is part of, outermost first."""
    parts = layer.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _outermost(layer: str, spared: set[str]) -> str:
    return next((part for part in _within(layer) if part not in spared), layer)


def few_of(parameter: Any) -> NDArray[np.float64]:
    """Up to 32 values spread over a parameter, to tell later whether it has changed."""
    flat = parameter.detach().reshape(-1)
    taken = flat[:: max(1, flat.numel() // FEW)][:FEW]
    return taken.double().cpu().numpy().copy()


def named_in(loop: TorchLoop) -> Named:
    """The parameters of the model as it is now, by name; without a model those recorded."""
    if loop.model is None:
        return list(loop.recorded)
    found: Iterable[tuple[str, Any]] = loop.model.named_parameters()
    return [(name.replace("_orig_mod.", ""), parameter) for name, parameter in found]


def biases_beside(parameter: Any, named: Named) -> list[Any]:
    """The parameters of one dimension of the layer that a parameter belongs to."""
    layers = {layer_of(name) for name, p in named if p is parameter}
    return [p for name, p in named if p.dim() == 1 and layer_of(name) in layers]


def compiled(loop: TorchLoop) -> bool:
    """Whether the model is compiled: hooks inside would have it compiled again."""
    if loop.wrapped is None:
        return False
    if any(hasattr(module, "_orig_mod") for module in (loop.wrapped, loop.model)):
        return True
    held: Iterable[Any] = loop.wrapped.modules()
    return any(getattr(module, "_compiled_call_impl", None) is not None for module in held)
