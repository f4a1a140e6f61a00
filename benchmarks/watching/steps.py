"""What one step costs more while it is watched, by the clock of the thread that trains.

Two copies of a loop take turns, one watched and one not, block by block within one run. The clock
stops while others have the processor, so that a busy machine disturbs it less.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import nn

import steepest

__all__ = ["LOOPS", "Loop", "section"]

OPENING = """\
## What a step costs

Watched and unwatched copies of the same loop in turn, block by block, one thread, the loss logged
and the run kept; the time of the thread that trains. `median` is of the blocks; `mean` is over the
whole run, with the opening, which is looked at closely. The goals: at most 2 % of a step of 5 ms or
more, at most 30 µs on a tiny one.

| loop | steps | plain, µs | median, µs | mean, µs | mean, % |
| --- | ---: | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True, slots=True)
class Loop:
    """A model with its data: so many blocks of so many steps."""

    name: str
    model: Callable[[], nn.Module]
    inputs: Any
    targets: Any
    loss: Callable[[Any, Any], Any]
    blocks: int
    steps: int


def _digits() -> tuple[Any, Any]:
    pixels, labels = load_digits(return_X_y=True)
    rows = torch.tensor(pixels[:1600] / 16, dtype=torch.float32).reshape(50, 32, 64)
    return rows, torch.tensor(labels[:1600]).reshape(50, 32)


def _line() -> tuple[Any, Any]:
    rows = torch.randn(50, 32, 10, generator=torch.Generator().manual_seed(0))
    return rows, rows.sum(2, keepdim=True)


def _wide() -> nn.Module:
    layers = [part for _ in range(4) for part in (nn.Linear(512, 512), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(512, 10))


def _noise() -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(50, 64, 512, generator=generator)
    return rows, rows[:, :, :10].argmax(2)


def _small() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


CROSS = nn.functional.cross_entropy
SQUARES = nn.functional.mse_loss
LOOPS = (
    Loop("linear, 11 parameters", lambda: nn.Linear(10, 1), *_line(), SQUARES, 60, 100),
    Loop("MLP on digits, 4,810", _small, *_digits(), CROSS, 60, 100),
    Loop("five wide layers, 1.1 million", _wide, *_noise(), CROSS, 60, 10),
)


def section(seeds: Sequence[int] = (1,), *, quick: bool = False) -> str:
    """The part of the page about single steps."""
    torch.set_num_threads(1)
    lines = [_row(loop, 4 if quick else loop.blocks) for loop in LOOPS]
    return OPENING + "\n".join(lines) + "\n"


def _row(loop: Loop, blocks: int) -> str:
    torch.manual_seed(0)
    plain, watched = _made(loop), _made(loop)
    times: list[tuple[float, float]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        steepest.watch(*watched, store=Path(folder) / "runs.db", quiet=True) as w,
    ):
        times += [(_block(loop, *plain, None), _block(loop, *watched, w)) for _ in range(blocks)]
    base = statistics.mean(alone for alone, _ in times)
    added = [beside - alone for alone, beside in times]
    mean = statistics.mean(added)
    row = (
        f"| {loop.name} | {blocks * loop.steps:,} | {base:,.0f} | {statistics.median(added):,.1f} "
        f"| {mean:,.1f} | {mean / base:.1%} |"
    ).replace("%", " %")
    print(row, file=sys.stderr, flush=True)
    return row


def _made(loop: Loop) -> tuple[nn.Module, Any]:
    model = loop.model()
    return model, torch.optim.SGD(model.parameters(), lr=0.01)


def _block(loop: Loop, model: nn.Module, optimizer: Any, w: Any) -> float:
    """Microseconds a step."""
    began = time.thread_time()
    for step in range(loop.steps):
        loss = loop.loss(model(loop.inputs[step % 50]), loop.targets[step % 50])
        if w is not None:
            w.log(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (time.thread_time() - began) / loop.steps * 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    print(section(quick=parser.parse_args().quick))
