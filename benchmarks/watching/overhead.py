"""What watching costs: the same loop with and without, in one process, taking turns.

python benchmarks/watching/overhead.py            ours at every size, and the peers
python benchmarks/watching/overhead.py --quick    short runs, to try it out
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import torch
from loop import Unwatched
from peers import PEERS
from tasks import ConvNet, Perceptron, Transformer, batches, digits, images, loss_of, prose
from torch import nn

import steepest
from steepest.store import Store

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import Watch as Conditions

__all__ = ["SIZES", "Cost", "Size", "cost", "section"]


@dataclass(frozen=True)
class Size:
    """A loop whose step takes about so long on one core.

    steps:  of one run; runs of a second or two
    """

    name: str
    model: Callable[[], Any]
    data: Callable[[], tuple[Any, Any]]
    batch: int
    optimizer: Callable[[Any], Any]
    steps: int
    loss: Callable[[Any, Any], Any] = loss_of


@dataclass(frozen=True)
class Cost:
    """Seconds a step: plain, and what a watcher adds to it, by the wall's clock and the CPU's.

    whole: by the CPU's clock, with beginning and end, in proportion to the steps
    """

    plain: float
    plain_cpu: float
    added: float
    added_cpu: float
    whole: float
    low: float
    high: float
    same: bool


def _line() -> tuple[Any, Any]:
    random = torch.Generator().manual_seed(0)
    x = torch.randn(1024, 10, generator=random)
    return x, x.sum(1, keepdim=True) + 0.1 * torch.randn(1024, 1, generator=random)


def _sgd(parameters: Any) -> Any:
    return torch.optim.SGD(parameters, lr=0.02)


def _adam(parameters: Any) -> Any:
    return torch.optim.Adam(parameters, lr=1e-3)


THREADS = (1, 2)
SIZES = (
    Size("linear, 11 parameters", lambda: nn.Linear(10, 1), _line, 32, _sgd, 6000, nn.MSELoss()),
    Size("MLP on digits", Perceptron, digits, 32, _sgd, 4000),
    Size("conv net on digits", lambda: ConvNet(norm=True), images, 16, _adam, 1200),
    Size("transformer, width 48", Transformer, prose, 10, _adam, 250),
    Size("transformer, width 96", lambda: Transformer(96), prose, 24, _adam, 80),
    Size("transformer, width 160", lambda: Transformer(160), prose, 32, _adam, 40),
)


def _run(size: Size, watcher: Callable[..., Any]) -> tuple[float, float, float, list[Any]]:
    """One run: seconds in the loop by both clocks, CPU seconds in whole, and the parameters."""
    torch.manual_seed(1)
    model = size.model()
    optimizer = size.optimizer(model.parameters())
    rows = batches(*size.data(), size.batch, 1)
    whole = time.process_time()
    with watcher(model, optimizer) as w:
        began, busy = time.perf_counter(), time.process_time()
        for _ in range(size.steps):
            inputs, targets = next(rows)
            loss = size.loss(model(inputs), targets)
            w.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        took, spent = time.perf_counter() - began, time.process_time() - busy
    if getattr(w, "failed", None) is not None:
        raise RuntimeError(f"watching was given up, there is nothing to measure: {w.failed}")
    return took, spent, time.process_time() - whole, [p.detach() for p in model.parameters()]


def cost(size: Size, watcher: Callable[..., Any], rounds: int) -> Cost:
    """Plain and watched in turn, each first as often as second; medians of the differences."""
    _run(size, watcher)
    found: list[tuple[float, ...]] = []
    same = True
    for turn in range(rounds):
        order = (Unwatched, watcher) if turn % 2 == 0 else (watcher, Unwatched)
        plain, held = sorted(
            ((_run(size, each), each is watcher) for each in order), key=lambda pair: pair[1]
        )
        (wall, cpu, whole, before), (wall2, cpu2, whole2, after) = plain[0], held[0]
        found.append((wall, cpu, wall2 - wall, cpu2 - cpu, whole2 - whole))
        same = same and all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    columns = [[value / size.steps for value in column] for column in zip(*found, strict=True)]
    middle = [median(column) for column in columns]
    return Cost(*middle, low=min(columns[2]), high=max(columns[2]), same=same)


def ours(folder: Path) -> Callable[..., Any]:
    """`steepest.watch` at its defaults, with a store."""
    store = Store(folder / "runs.db")
    return lambda model, optimizer: steepest.watch(model, optimizer, store=store, quiet=True)


OPENING = """\
## What watching costs

The same loop with and without `steepest.watch` at its defaults, with the loss logged and the run
kept in a store; whole runs in turn in one process, medians of the paired differences a step. By
the wall's clock (least and greatest in brackets), by the clock of the process, which others on the
machine disturb less (all its threads, also the one that writes), and the latter once more with
beginning and end of the watching, shared out over a run this short. Watching takes 1 % of the time
that passes on the wall's clock: on a busy machine that is more of the CPU's. The goals: at most 2 %
of a step of 5 ms or more, at most 30 µs on a tiny one.
"""
PEERS_SAY = """\
### Beside others

On the same loops, one thread. Each is used as its own page says. CPU time added a step, and in
brackets what it is of ours.
"""


def section(seeds: Sequence[int] = (1,), *, quick: bool = False, rounds: int = 6) -> str:
    """The part of the page about cost."""
    warnings.simplefilter("ignore")
    conditions = Conditions()
    rounds = 2 if quick else rounds
    lines = [
        "| loop | threads | plain, ms | added, µs | % | CPU added, µs | % | whole, µs |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory() as name:
        watcher = ours(Path(name))
        mine: dict[str, Cost] = {}
        same = True
        for threads in THREADS:
            torch.set_num_threads(threads)
            for size in SIZES[: 2 if quick else None]:
                found = cost(size, watcher, rounds)
                same = same and found.same
                if threads == 1:
                    mine[size.name] = found
                lines.append(_row(size, threads, found))
                print(lines[-1], file=sys.stderr, flush=True)
        torch.set_num_threads(1)
        lines += ["", _beside(mine, Path(name), quick)]
    told = conditions.conditions()
    lines += [told.warning or "", f"{told.processor}, {told.cores} cores."]
    kept = "bit for bit the same" if same else "NOT THE SAME"
    return (
        "\n".join([OPENING, *lines, f"The parameters were {kept} after all runs of ours."]) + "\n"
    )


def _row(size: Size, threads: int, found: Cost) -> str:
    return (
        f"| {size.name} | {threads} | {found.plain * 1e3:.3f} | {found.added * 1e6:.1f} "
        f"({found.low * 1e6:.0f} to {found.high * 1e6:.0f}) | {found.added / found.plain:.2%} | "
        f"{found.added_cpu * 1e6:.1f} | {found.added_cpu / found.plain_cpu:.2%} | "
        f"{found.whole * 1e6:.1f} |"
    ).replace("%", " %")


def _beside(mine: dict[str, Cost], folder: Path, quick: bool) -> str:
    sizes = [size for size in SIZES if size.name in ("MLP on digits", "transformer, width 48")]
    sizes = [size for size in sizes if size.name in mine]
    lines = [PEERS_SAY, "| | " + " | ".join(f"{size.name}, µs" for size in sizes) + " |"]
    lines.append("| --- | " + " | ".join("---:" for _ in sizes) + " |")
    shown = [f"{mine[size.name].added_cpu * 1e6:.1f}" for size in sizes]
    lines.append("| **steepest.watch** | " + " | ".join(shown) + " |")
    skipped: list[str] = []
    for peer in PEERS:
        cells: list[str] = []
        for size in sizes:
            try:
                short = _shortened(size, 4)
                added = cost(short, peer.watcher(folder), 1 if quick else 3).added_cpu
            except Exception as error:
                skipped.append(f"{peer.name} does not run: {type(error).__name__}: {error}.")
                break
            cells.append(f"{added * 1e6:.1f} ({added / mine[size.name].added_cpu:.1f} times)")
        if len(cells) == len(sizes):
            lines.append(f"| {peer.name} | " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join([*lines, "", *dict.fromkeys(skipped)])


def _shortened(size: Size, by: int) -> Size:
    """The same with fewer steps, for what takes long."""
    return replace(size, steps=max(size.steps // by, 60))


def main(words: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=6, help="runs of each, in turn")
    asked = parser.parse_args(words)
    print(section(quick=asked.quick, rounds=asked.rounds))


if __name__ == "__main__":
    main()
