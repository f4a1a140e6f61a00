"""How much memory watching takes at its peak, beside 1 % of the parameters and 10 MB.

python benchmarks/watching/memory.py
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from loop import Unwatched
from torch import nn

import steepest

__all__ = ["SIZES", "section"]

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
STEPS = 60
WARM = 8

OPENING = """\
## What watching holds in memory

Each run in a process of its own: a network of eight layers, 60 steps, watched with a store and not
watched. *Python* is the peak of what Python and NumPy allocate (`tracemalloc`); *resident* is how
much higher the peak of the whole process is, over a run that is not watched but has loaded the
same modules, medians of three; processes alone differ by some MB. The goal is 1 % of the
parameters plus 10 MB.
"""


def section(seeds: Sequence[int] = (1,), *, quick: bool = False) -> str:
    """The part of the page about memory."""
    lines = [
        "| parameters | their size, MB | Python, MB | resident, MB | goal, MB |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES[: 2 if quick else None]:
        repeats = 1 if quick else 3
        python = _measured("traced", size)
        held = sorted(_measured("watched", size) for _ in range(repeats))[repeats // 2]
        plain = sorted(_measured("plain", size) for _ in range(repeats))[repeats // 2]
        weight = 4 * size / 1e6
        lines.append(
            f"| {size:,} | {weight:,.1f} | {python / 1e6:.1f} | {(held - plain) / 1e6:.1f} | "
            f"{weight / 100 + 10:.1f} |"
        )
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join([OPENING, *lines]) + "\n"


def _measured(how: str, size: int) -> int:
    """Bytes, of a process of its own."""
    command = [sys.executable, __file__, "--one", how, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _one(how: str, size: int) -> int:
    """A run: the peak of this process, or of Python's own memory in it."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    width = max(int((size / 8) ** 0.5), 4)
    model = nn.Sequential(*[nn.Linear(width, width) for _ in range(8)])
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    inputs = torch.randn(4, width)
    with tempfile.TemporaryDirectory() as folder:
        _small(Path(folder))
        watch: Any = Unwatched
        if how != "plain":
            watch = steepest.watch
        if how == "traced":
            tracemalloc.start()
        with watch(model, optimizer, store=Path(folder) / "runs.db", quiet=True) as w:
            for _ in range(STEPS):
                loss = model(inputs).square().mean()
                w.log(loss=loss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if how == "traced":
            return tracemalloc.get_traced_memory()[1]
    return _peak()


def _small(folder: Path) -> None:
    """Load what is loaded on use, so that it is not taken for what a run holds."""
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with steepest.watch(model, optimizer, store=folder / "small.db", quiet=True) as w:
        for _ in range(WARM):
            loss = model(torch.ones(2, 3)).square().mean()
            w.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def _peak() -> int:
    """The most that this process ever held in memory, in bytes."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", choices=("plain", "watched", "traced"), help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    print(_one(asked.one, asked.size) if asked.one else section(quick=asked.quick))


if __name__ == "__main__":
    main()
