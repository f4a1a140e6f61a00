"""What is trained: small networks on scikit-learn's digits and Python's prose, at good rates."""

from __future__ import annotations

import codecs
import contextlib
import importlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "TASKS",
    "ConvNet",
    "Perceptron",
    "Recurrent",
    "Task",
    "Transformer",
    "batches",
    "digits",
    "images",
    "loss_of",
    "prose",
    "task",
]

PROSE = ("argparse", "json", "random", "statistics", "heapq", "textwrap", "difflib", "doctest")
LETTERS = "abcdefghijklmnopqrstuvwxyz .,'\"()-_:\n0123456789"
LENGTH = 32


class Perceptron(nn.Module):
    """Three layers on flat inputs; with dropout where asked."""

    def __init__(
        self, inputs: int = 64, width: int = 64, outputs: int = 10, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.second = nn.Linear(width, width // 2)
        self.head = nn.Linear(width // 2, outputs)
        self.dropout = nn.Dropout(dropout) if dropout else None

    def features(self, x: Tensor) -> Tensor:
        """What the head sees."""
        x = torch.relu(self.first(x))
        if self.dropout is not None:
            x = self.dropout(x)
        return torch.relu(self.second(x))

    def forward(self, x: Tensor) -> Tensor:
        """The scores of the classes."""
        return self.head(self.features(x))


class ConvNet(nn.Module):
    """Two convolutions and a linear layer; with batch norm where asked."""

    def __init__(self, norm: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(8) if norm else nn.Identity()
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(16) if norm else nn.Identity()
        self.head = nn.Linear(16 * 4, 10)

    def features(self, x: Tensor) -> Tensor:
        """What the head sees."""
        x = functional.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        x = functional.max_pool2d(torch.relu(self.norm2(self.conv2(x))), 2)
        return x.flatten(1)

    def forward(self, x: Tensor) -> Tensor:
        """The scores of the classes."""
        return self.head(self.features(x))


class Block(nn.Module):
    """Attention and two linear layers, each after its norm, as GPT-2 has them."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.out(self.attention(self.norm1(x))))
        return x + self.dropout(self.down(functional.gelu(self.up(self.norm2(x)))))

    def attention(self, x: Tensor) -> Tensor:
        """Of every place to those before it, with the softmax written out."""
        rows, length, width = x.shape
        parts = self.qkv(x).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        score = query @ key.transpose(-1, -2) / key.shape[-1] ** 0.5
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        weight = torch.softmax(score.masked_fill(later, float("-inf")), dim=-1)
        return (weight @ value).transpose(1, 2).reshape(rows, length, width)


class Transformer(nn.Module):
    """A character transformer of two blocks."""

    def __init__(self, width: int = 48, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), width)
        self.place = nn.Embedding(LENGTH, width)
        self.blocks = nn.ModuleList([Block(width, 4, dropout) for _ in range(2)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, len(LETTERS))

    def features(self, x: Tensor) -> Tensor:
        """What the head sees."""
        x = self.embedding(x) + self.place(torch.arange(x.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def forward(self, x: Tensor) -> Tensor:
        """The scores of the classes."""
        return self.head(self.features(x))


class Recurrent(nn.Module):
    """Characters through a recurrent layer of a kind of `torch.nn`: "GRU", "LSTM", "RNN"."""

    def __init__(self, kind: str = "GRU", width: int = 48, **more: Any) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), 32)
        self.recurrent = getattr(nn, kind)(32, width, batch_first=True, **more)
        self.head = nn.Linear(width, len(LETTERS))

    def features(self, x: Tensor) -> Tensor:
        """What the head sees."""
        return self.recurrent(self.embedding(x))[0]

    def forward(self, x: Tensor) -> Tensor:
        """The scores of the classes."""
        return self.head(self.features(x))


@cache
def digits() -> tuple[Tensor, Tensor]:
    """(1797, 64) pixels in [0, 1] and (1797,) classes."""
    pixels, classes = load_digits(return_X_y=True)
    return torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(classes)


@cache
def images() -> tuple[Tensor, Tensor]:
    """(1797, 1, 8, 8) pixels in [0, 1] and (1797,) classes."""
    pixels, classes = digits()
    return pixels.view(-1, 1, 8, 8), classes


@cache
def prose() -> tuple[Tensor, Tensor]:
    """(n, 32) characters, and (n, 32) the ones that follow them.

    The Zen of Python and docstrings of the standard library.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        zen = codecs.decode(importlib.import_module("this").s, "rot13")
    modules = [importlib.import_module(name) for name in PROSE]
    held = [each for module in modules for each in [module, *vars(module).values()]]
    words = [each.__doc__ for each in held if isinstance(getattr(each, "__doc__", None), str)]
    text = re.sub(r"[ \n]{2,}", "\n", "\n".join([zen, *dict.fromkeys(words)]).lower())
    found = torch.tensor([LETTERS.index(letter) for letter in text if letter in LETTERS])
    windows = found.unfold(0, LENGTH + 1, LENGTH // 4)
    return windows[:, :-1].contiguous(), windows[:, 1:].contiguous()


def batches(inputs: Tensor, targets: Tensor, size: int, seed: int) -> Iterator[tuple[Any, Any]]:
    """Mini-batches for ever: every epoch in a new order; what is left over at its end is left."""
    random = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(inputs), generator=random)
        for at in range(0, len(order) - size + 1, size):
            rows = order[at : at + size]
            yield inputs[rows], targets[rows]


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    """Cross entropy of classes, or of characters at every place."""
    return functional.cross_entropy(output.flatten(0, -2), target.flatten())


@dataclass(frozen=True)
class Task:
    """A network on its data, at a rate that is good for it.

    rate: of the grid of `rates.py`, the one with the lowest loss late in the run; for descent
          without and with momentum the one below it, as the best is next to those that fail
    """

    name: str
    model: Callable[[], nn.Module]
    data: Callable[[], tuple[Tensor, Tensor]]
    optimizer: Callable[[Iterable[Any], float], torch.optim.Optimizer]
    rate: float
    batch: int
    steps: int


def _sgd(parameters: Iterable[Any], rate: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=rate)


def _momentum(parameters: Iterable[Any], rate: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=rate, momentum=0.9)


def _adam(parameters: Iterable[Any], rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=rate)


def _adamw(parameters: Iterable[Any], rate: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, lr=rate)


TASKS = (
    Task("MLP, SGD", Perceptron, digits, _sgd, 0.2, 32, 400),
    Task("MLP, momentum", Perceptron, digits, _momentum, 0.05, 64, 400),
    Task("MLP, Adam", Perceptron, digits, _adam, 0.01, 64, 400),
    Task("conv net, SGD", ConvNet, images, _sgd, 0.2, 32, 400),
    Task("conv net, momentum", ConvNet, images, _momentum, 0.05, 64, 300),
    Task("conv net with norm, Adam", lambda: ConvNet(norm=True), images, _adam, 0.01, 32, 300),
    Task("transformer, AdamW", Transformer, prose, _adamw, 0.01, 16, 300),
    Task("GRU, Adam", Recurrent, prose, _adam, 0.01, 16, 300),
)


def task(name: str) -> Task:
    """The task of that name."""
    return next(each for each in TASKS if each.name == name)
