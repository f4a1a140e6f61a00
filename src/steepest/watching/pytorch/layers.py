"""How layers are named in facts, and values of theirs to compare later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.watching.doors import framework
from steepest.watching.pytorch.feeding import some_of

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = [
    "Named",
    "biases_beside",
    "few_of",
    "layer_of",
    "layers_of",
    "named_in",
    "text_of",
]

torch = framework("torch", "torch")

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
    return some_of(parameter, FEW).double().cpu().numpy().copy()


def named_in(loop: TorchLoop) -> Named:
    """The parameters of the model as it is now, by name, but for those that have no shape yet;
    without a model those recorded."""
    if loop.model is None:
        return list(loop.recorded)
    found: Iterable[tuple[str, Any]] = loop.model.named_parameters()
    lazy = torch.nn.parameter.is_lazy
    return [(name.replace("_orig_mod.", ""), p) for name, p in found if not lazy(p)]


def biases_beside(parameter: Any, named: Named) -> list[Any]:
    """The parameters of one dimension of the layer that a parameter belongs to."""
    layers = {layer_of(name) for name, p in named if p is parameter}
    return [
        p
        for name, p in named
        if p.dim() == 1 and p.is_floating_point() and layer_of(name) in layers
    ]
