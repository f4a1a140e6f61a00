"""Recurrent nets whose gradient grows from step to step through time (Pascanu et al. 2013)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from loop import Parts
from tasks import batches, digits, loss_of, prose
from torch import nn
from torch.nn import functional

__all__ = ["EXPLODING", "Sequence"]


class Sequence(nn.Module):
    """A recurrent layer of its own over scalars, one at a time, and a head on its last state.

    gain: of the orthogonal matrix that takes one state to the next
    """

    def __init__(self, inputs: int, outputs: int, gain: float, squash: Any = None) -> None:
        super().__init__()
        self.inputs = inputs
        self.entry = nn.Linear(inputs, 32)
        self.state = nn.Linear(32, 32, bias=False)
        self.head = nn.Linear(32, outputs)
        self.squash = torch.relu if squash is None else squash
        nn.init.orthogonal_(self.state.weight, gain)

    def forward(self, x: Any) -> Any:
        """What the last state says."""
        state = torch.zeros(len(x), 32)
        for part in x.unflatten(1, (-1, self.inputs)).unbind(1):
            state = self.squash(self.entry(part) + self.state(state))
        return self.head(state)


def _pixels(seed: int, planted: bool) -> Parts:
    """Digits, four pixels at a time."""
    model = Sequence(4, 10, 3.5 if planted else 1.0)
    inputs, targets = digits()
    return Parts(
        model,
        torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9),
        batches(inputs, targets, 32, seed),
        lambda x, y: loss_of(model(x), y),
        300,
        clip=None if planted else 1.0,
    )


def _letters(seed: int, planted: bool) -> Parts:
    """Characters, by a layer of `torch.nn` with a matrix that is too large."""
    model = _Letters(3.0 if planted else 1.0)
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.003),
        batches(*prose(), 16, seed),
        lambda x, y: loss_of(model(x), y),
        300,
        clip=None if planted else 1.0,
    )


class _Letters(nn.Module):
    def __init__(self, gain: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(64, 32)
        self.recurrent = nn.RNN(32, 48, nonlinearity="relu", batch_first=True)
        self.head = nn.Linear(48, 64)
        nn.init.orthogonal_(self.recurrent.weight_hh_l0, gain)

    def forward(self, x: Any) -> Any:
        return self.head(self.recurrent(self.embedding(x))[0])


def _adding(seed: int, planted: bool) -> Parts:
    """The adding problem: two of forty numbers are marked; their sum is asked for."""
    random = torch.Generator().manual_seed(seed)
    numbers = torch.rand(2000, 40, generator=random)
    marks = torch.zeros(2000, 40)
    marks.scatter_(1, torch.rand(2000, 40, generator=random).argsort(1)[:, :2], 1.0)
    inputs = torch.stack([numbers, marks], 2).flatten(1)
    targets = (numbers * marks).sum(1, keepdim=True)
    model = Sequence(2, 1, 1.25 if planted else 1.0, lambda state: state)
    return Parts(
        model,
        torch.optim.SGD(model.parameters(), lr=0.02),
        batches(inputs, targets, 32, seed),
        lambda x, y: functional.mse_loss(model(x), y),
        300,
        clip=None if planted else 1.0,
    )


EXPLODING: tuple[tuple[str, Callable[[int, bool], Parts], tuple[str, ...]], ...] = (
    ("digits by four pixels, relu, momentum", _pixels, ("state",)),
    ("characters, RNN of relu, Adam", _letters, ("recurrent",)),
    ("adding problem, linear, SGD", _adding, ("state",)),
)
