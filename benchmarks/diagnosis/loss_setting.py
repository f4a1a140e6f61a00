"""A network, its data and a plan that works: what the faults of training are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from labelled import Labelled
from logged import Array, Log, in_decimals, in_digits
from network_data import Data, data
from networks import Network
from training import Plan, train

__all__ = ["Training", "labelled", "smooth", "training"]

Generator = np.random.Generator
USUAL = {"sgd": (0.05, 0.4), "momentum": (0.005, 0.04), "adam": (0.002, 0.015)}


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Everything before the first step; `seed` makes a twin with the same batches."""

    data: Data
    network: Network
    params: list[Array]
    plan: Plan
    seed: int

    def run(self, **changes: Any) -> Log:
        """The log of the plan with these changes."""
        return self.kept(**changes)[0]

    def kept(self, **changes: Any) -> tuple[Log, list[Array]]:
        """The log, and the parameters at the end."""
        plan = replace(self.plan, **changes)
        return train(self.network, self.params, self.data, plan, np.random.default_rng(self.seed))

    @property
    def about(self) -> str:
        """A few words for the note."""
        sizes = "-".join(str(n) for n in self.network.sizes)
        rows = "all rows" if self.plan.batch is None else f"batches of {self.plan.batch}"
        return (
            f"{self.data.name}, {self.network.activation} {sizes}, {self.plan.optimizer}, "
            f"{rows}, a row a {'step' if self.plan.logged == 'step' else 'epoch'}"
        )


def training(generator: Generator, *, val: bool | None = None, classes: bool | None = None,
             rows: int = 400, names: tuple[str, ...] = (), epochs: tuple[int, int] = (25, 120),
             full: float = 0.3, stepwise: float = 0.35, gain: float = 1.0) -> Training:  # fmt: skip
    """A sensible one: full batch in a share of the draws, a row a step in a share."""
    given = data(generator, classes=classes, rows=rows, names=names)
    hidden = [int(generator.choice([8, 16, 24, 32]))] * int(generator.choice([1, 1, 2]))
    activation = str(generator.choice(["relu", "relu", "tanh"]))
    top = 1 if given.classes is None else given.classes
    network = Network((given.X.shape[1], *hidden, top), activation,
                      "linear" if given.classes is None else "softmax")  # fmt: skip
    optimizer = str(generator.choice(list(USUAL)))
    whole = generator.random() < full
    rate = float(np.exp(generator.uniform(*np.log(USUAL[optimizer]))))
    if given.classes is None and optimizer != "adam":
        rate *= 0.3
    count = round(float(np.exp(generator.uniform(*np.log(epochs)))))
    if whole:
        count *= 3
    logged = str(generator.choice(["epoch", "running"]))
    plan = Plan(
        rate=rate,
        epochs=count,
        batch=None if whole else int(generator.choice([8, 16, 32, 64])),
        optimizer=optimizer,
        logged="step" if generator.random() < stepwise else logged,
        columns=columns(generator, val),
    )
    params = network.start(generator, gain)
    return Training(given, network, params, plan, int(generator.integers(2**31)))


def columns(generator: Generator, val: bool | None) -> tuple[str, ...]:
    """Which ones the log has; `val`: validation surely, surely not, or by chance."""
    chances = {
        "val_loss": 0.6 if val is None else float(val),
        "learning_rate": 0.5,
        "grad_norm": 0.4,
    }
    return tuple(name for name, chance in chances.items() if generator.random() < chance)


def labelled(generator: Generator, given: Training, log: Log, label: str, note: str,
             accept: tuple[str, ...] = (), coarse: float = 0.25) -> Labelled:  # fmt: skip
    """Written as people write: some in few digits; with the context that an owner would tell."""
    drawn = generator.random()
    if drawn < coarse / 2:
        log = in_digits(log, int(generator.integers(4, 7)))
    elif drawn < coarse:
        log = in_decimals(log, int(generator.integers(4, 7)))
    context: dict[str, Any] = {}
    if given.data.classes is not None and generator.random() < 0.85:
        context["classes"] = given.data.classes
    if generator.random() < 0.5:
        context["batch"] = given.plan.batch or len(given.data.X)
    if generator.random() < 0.6:
        context["optimizer"] = given.plan.optimizer
    if generator.random() < 0.3:
        context["epochs"] = given.plan.epochs
    return Labelled(label, log, f"{note}; {given.about}", accept, context)


def smooth(loss: Array, share: float = 0.1) -> tuple[float, float]:
    """Medians of the first few and of the last rows."""
    count = max(int(share * len(loss)), 1)
    return float(np.median(loss[: min(count, 3)])), float(np.median(loss[-count:]))
