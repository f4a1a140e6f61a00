"""Data as they come: pixels of 0 to 255, a column in other units, years that count from nought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from loop import Parts
from rates import usual
from sklearn.datasets import load_breast_cancer, load_wine
from tasks import ConvNet, Perceptron, batches, digits, images, task
from torch import nn
from torch.nn import functional

__all__ = ["UNSCALED", "standard", "table"]


def standard(columns: Any) -> Any:
    """Each column with mean 0 and standard deviation 1."""
    return (columns - columns.mean(0)) / columns.std(0).clamp_min(1e-12)


def table(load: Callable[..., Any]) -> tuple[Any, Any]:
    """A table that scikit-learn ships, in its own units."""
    columns, classes = load(return_X_y=True)
    return torch.tensor(columns, dtype=torch.float32), torch.tensor(classes)


def _pixels(factor: float) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        held = task("MLP, SGD")
        inputs, targets = digits()
        inputs = inputs * factor if planted else inputs
        return replace(usual(held, seed), batches=batches(inputs, targets, held.batch, seed))

    return make


def _image_pixels(seed: int, planted: bool) -> Parts:
    held = replace(task("conv net, momentum"), model=ConvNet)
    inputs, targets = images()
    inputs = inputs * 255 if planted else inputs
    return replace(usual(held, seed), batches=batches(inputs, targets, held.batch, seed))


def _one_column(seed: int, planted: bool) -> Parts:
    """One pixel in thousandths of the others' unit."""
    held = task("MLP, momentum")
    inputs, targets = digits()
    inputs = inputs.clone()
    if planted:
        inputs[:, 28] *= 1000
    return replace(usual(held, seed), batches=batches(inputs, targets, held.batch, seed))


def _own_units(load: Callable[..., Any], optimizer: Any) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        inputs, targets = table(load)
        inputs = inputs if planted else standard(inputs)
        model = Perceptron(inputs.shape[1], 32, int(targets.max()) + 1)
        return Parts(
            model,
            optimizer(model.parameters()),
            batches(inputs, targets, 32, seed),
            lambda x, y: functional.cross_entropy(model(x), y),
            300,
        )

    return make


def _years(seed: int, planted: bool) -> Parts:
    """A series by its year: 1950 to 2020, with a trend and a wave of eleven years."""
    random = torch.Generator().manual_seed(seed)
    years = 1950 + 70 * torch.rand(1000, 1, generator=random)
    turns = torch.sin(2 * torch.pi * years / 11)
    values = (years - 1985) / 20 + turns + 0.2 * torch.randn(1000, 1, generator=random)
    inputs = years if planted else standard(years)
    model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.01),
        batches(inputs, values, 32, seed),
        lambda x, y: functional.mse_loss(model(x), y),
        400,
    )


UNSCALED: tuple[tuple[str, Callable[[int, bool], Parts], bool], ...] = (
    ("digits of 0 to 16; MLP, SGD", _pixels(16), True),
    ("digits of 0 to 4,080; MLP, SGD", _pixels(16 * 255), True),
    ("digits of 0 to 255; conv net, momentum", _image_pixels, True),
    ("one column times 1,000; MLP, momentum", _one_column, True),
    (
        "wine in its own units; MLP, SGD",
        _own_units(load_wine, lambda p: torch.optim.SGD(p, lr=0.05)),
        True,
    ),
    (
        "tumours in their own units; MLP, Adam",
        _own_units(load_breast_cancer, lambda p: torch.optim.Adam(p, lr=0.003)),
        True,
    ),
    ("years; regression, Adam", _years, True),
)
