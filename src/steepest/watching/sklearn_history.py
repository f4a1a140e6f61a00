"""Losses that an estimator of scikit-learn keeps, or prints while it fits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from steepest.trace import Array

__all__ = ["History", "Printed", "history_of"]

NUMBER = r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf))"


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """(n,) losses of n iterations, and other columns (n,) by name."""

    loss: Array
    measures: Mapping[str, Array] = field(default_factory=dict[str, Array])


def history_of(estimator: Any) -> History | None:
    """What a fitted estimator keeps; None where that is nothing.

    A network: `loss_curve_`, the mean loss over the batches of each epoch. Gradient boosting:
    `train_score_`, the loss after each tree; of the one by histograms, a score that is the loss
    turned upside down where scoring is "loss".
    """
    curve: Any = getattr(estimator, "loss_curve_", None)
    if curve is not None and len(curve):
        return History(_column(curve), _scores(estimator, "validation_scores_", len(curve)))
    scores: Any = getattr(estimator, "train_score_", None)
    if scores is None or not len(scores):
        return None
    if not hasattr(estimator, "early_stopping"):
        return History(_column(scores))
    if getattr(estimator, "scoring", None) != "loss":
        return None
    held: Any = getattr(estimator, "validation_score_", None)
    known = held is not None and len(held) == len(scores)
    return History(-_column(scores), {"val_loss": -_column(held)} if known else {})


def _scores(estimator: Any, name: str, rows: int) -> dict[str, Array]:
    values: Any = getattr(estimator, name, None)
    fits = values is not None and len(values) == rows
    return {"validation_score": _column(values)} if fits else {}


def _column(values: Any) -> Array:
    return np.asarray(values, dtype=np.float64).reshape(-1)


class Printed(io.TextIOBase):
    """Standard output that is also read: losses among the lines that pass through.

    The lines of SGDClassifier and its kin ("Norm: ..., Avg. loss: 0.38"), of networks
    ("Iteration 3, loss = 0.38") and of gradient boosting are known. An estimator that fits one
    problem a class prints one history a class; the mean of them counts, each with its last loss
    where it ended early.
    """

    def __init__(self, out: Any) -> None:
        self._out = out
        self._rest = ""
        self._runs: list[list[Mapping[str, float]]] = []
        self._epoch = 0

    def write(self, text: str) -> int:
        """Pass on, and read."""
        self._out.write(text)
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._hear(line)
        return len(text)

    def flush(self) -> None:
        """Pass on."""
        self._out.flush()

    def history(self) -> History | None:
        """What was heard; None for nothing."""
        runs = [run for run in self._runs if run]
        if not runs:
            return None
        rows = max(len(run) for run in runs)
        names = runs[0][0].keys()
        columns = {
            name: np.mean([_held([row.get(name, np.nan) for row in run], rows) for run in runs], 0)
            for name in names
        }
        loss = cast("Array", columns.pop("loss"))
        return History(loss, cast("dict[str, Array]", columns))

    def _hear(self, line: str) -> None:
        for pattern, read in LINES:
            found = pattern.search(line)
            if found is not None:
                self._keep(read(found))
                return

    def _keep(self, heard: Mapping[str, float]) -> None:
        """An epoch's number opens it; one that is not above the last opens another run."""
        epoch = heard.get("epoch")
        if epoch is not None:
            if epoch <= self._epoch or not self._runs:
                self._runs.append([])
            self._epoch = int(epoch)
        row = {name: value for name, value in heard.items() if name != "epoch"}
        if row:
            if not self._runs:
                self._runs.append([])
            self._runs[-1].append(row)


def _held(values: list[float], rows: int) -> Array:
    return np.array(values + [values[-1]] * (rows - len(values)))


def _named(*names: str) -> Callable[[re.Match[str]], Mapping[str, float]]:
    return lambda found: {
        name: float(value)
        for name, value in zip(names, found.groups(), strict=True)
        if value is not None
    }


# How a line looks -> what it says.
LINES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Mapping[str, float]]], ...] = (
    (re.compile(r"^-- Epoch (\d+)\s*$"), _named("epoch")),
    (re.compile(rf"Avg\. loss: {NUMBER}"), _named("loss")),
    (re.compile(rf"^Iteration (\d+), loss = {NUMBER}"), _named("epoch", "loss")),
    (
        re.compile(rf"^\[(\d+)/\d+\].*train loss: {NUMBER}(?:, val loss: {NUMBER})?"),
        _named("epoch", "loss", "val_loss"),
    ),
    (re.compile(rf"^\s+(\d+)\s+{NUMBER}\s"), _named("epoch", "loss")),
)
