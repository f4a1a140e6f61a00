"""Which learning rate is good for each task: found on a grid, by the loss late in the run.

python benchmarks/watching/rates.py     every task: loss by rate, and what ten times the rate does
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from loop import Parts, Unwatched, train
from tasks import TASKS, Task, batches, loss_of

__all__ = ["GRID", "late", "loss_at", "usual"]

GRID = tuple(part * 10.0**power for power in range(-4, 1) for part in (1, 2, 5))


def usual(task: Task, seed: int) -> Parts:
    """The task as it should be."""
    model = task.model()
    return Parts(
        model,
        task.optimizer(model.parameters(), task.rate),
        batches(*task.data(), task.batch, seed),
        lambda inputs, targets: loss_of(model(inputs), targets),
        task.steps,
    )


def late(losses: list[float]) -> float:
    """The mean loss of the last fifth; infinite where one is not finite."""
    last = losses[-len(losses) // 5 :]
    mean = sum(last) / len(last)
    return mean if math.isfinite(mean) else math.inf


def loss_at(task: Task, rate: float, seed: int) -> float:
    """How low the loss is late in a run at a rate."""
    torch.manual_seed(seed)
    return late(train(usual(replace(task, rate=rate), seed), Unwatched))


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    for task in TASKS:
        found = {rate: sum(loss_at(task, rate, seed) for seed in (1, 2)) / 2 for rate in GRID}
        best = min(found, key=lambda rate: found[rate])
        ten = [loss_at(task, 10 * best, seed) for seed in (1, 2)]
        shown = ", ".join(f"{rate:g}: {value:.3f}" for rate, value in found.items())
        print(f"{task.name}: best {best:g} ({found[best]:.3f}), ten times {ten}\n   {shown}")


if __name__ == "__main__":
    main()
