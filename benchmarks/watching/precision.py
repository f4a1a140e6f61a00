"""Half precision without what it needs: its greatest number is 65,504, its least about 6e-8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from loop import Parts
from rates import usual
from tasks import Perceptron, batches, digits, loss_of, task
from torch import nn

__all__ = ["HALF"]


def _adam_in_half(seed: int, planted: bool) -> Parts:
    """Adam's 1e-8 is nought in half precision: nought by nought, where a gradient is nought."""
    held = task("MLP, Adam")
    if not planted:
        return usual(held, seed)
    model = Perceptron().half()
    inputs, targets = digits()
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.001, foreach=False),
        batches(inputs.half(), targets, held.batch, seed),
        lambda x, y: loss_of(model(x).float(), y),
        held.steps,
    )


class _Energies(nn.Module):
    """The energy in learned bands, by squares of sums: large in between, normed after."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(64, 64)
        self.bands = nn.Linear(64, 32)
        self.norm = nn.LayerNorm(32)
        self.head = nn.Linear(32, 10)

    def forward(self, x: Any) -> Any:
        power = (256 * torch.relu(self.first(x))) ** 2
        return self.head(torch.relu(self.norm(self.bands(power))))


def _autocast(seed: int, planted: bool) -> Parts:
    """Autocast to half, around activations of more than 65,504; the rest is as it was."""
    held = replace(task("MLP, Adam"), model=_Energies)
    parts = usual(held, seed)

    def loss(x: Any, y: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.float16, enabled=planted):
            output = parts.model(x)
        return loss_of(output.float(), y)

    return replace(parts, loss_of=loss)


def _scaled_by_hand(seed: int, planted: bool) -> Parts:
    """The loss times 2^20 against small gradients, and nobody looks whether they overflow."""
    model = Perceptron().half() if planted else Perceptron()
    scale = 2.0**20 if planted else 1.0
    inputs, targets = digits()
    return Parts(
        model,
        torch.optim.SGD(model.parameters(), lr=0.2 / scale),
        batches(inputs.half() if planted else inputs, targets, 32, seed),
        lambda x, y: scale * loss_of(model(x).float(), y),
        400,
    )


class _Deep(nn.Module):
    """Eight layers in half precision on a residual path that doubles at each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Linear(64, 64)
        self.layers = nn.ModuleList([nn.Linear(64, 64, bias=False) for _ in range(8)])
        self.norm = nn.LayerNorm(64)
        self.head = nn.Linear(64, 10)
        for layer in self.layers:
            nn.init.orthogonal_(layer.weight, 8.0)

    def forward(self, x: Any) -> Any:
        x = self.entry(x)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))


def _deep_in_half(seed: int, planted: bool) -> Parts:
    model = _Deep().half() if planted else _Deep()
    inputs, targets = digits()
    inputs = inputs.half() if planted else inputs
    return Parts(
        model,
        torch.optim.SGD(model.parameters(), lr=0.05),
        batches(inputs, targets, 32, seed),
        lambda x, y: loss_of(model(x).float(), y),
        300,
    )


# Where the first number is that is not finite; of several, any of them: by Adam all layers at once,
# between two layers the one before it or the one after it.
HALF: tuple[tuple[str, Callable[[int, bool], Parts], tuple[str, ...], bool], ...] = (
    ("MLP in half, Adam", _adam_in_half, ("first", "second", "head"), True),
    ("autocast, squares", _autocast, ("first", "bands"), True),
    ("MLP in half, loss times 2^20", _scaled_by_hand, ("head",), True),
    ("deep net in half", _deep_in_half, ("layers.5",), True),
)
