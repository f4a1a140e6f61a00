"""Dead and saturated units: read off what the operations behind a loss saved."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.trace import Array
from steepest.watching.doors import framework
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.operations import LEAF, layer_behind, nearest, operation_of, saved

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Activations"]

torch = framework("torch", "torch")

LOOKS = 5
ROWS = 100
HALF = 0.5
NODES = 4000
VALUES = 100_000
TANH = 0.97
SIGMOID = 0.03
NEARLY = 0.95
COSTS = 5e-4
FREE = 3e-3
RECTIFIERS = ("Relu", "Threshold")
SQUASHERS = ("Tanh", "Sigmoid")


class Activations(Inspector):
    """Of every rectifier the units that were zero for all rows of several looks; of every tanh and
    sigmoid those that were at their ends for nearly all rows, but for one that ends the network.

    Comes only where it was asked for (`activations=True`). Measures: dead_units/L and
    saturated_units/L, shares of the units behind layer L, over the last five looks, or as many as
    hold a hundred rows. Facts: dead_layers, saturated_layers: the layers of which more than half
    were so at some look, ", "-joined.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._seen: dict[tuple[str, str], deque[Array]] = {}
        self._told: dict[str, list[str]] = {"dead": [], "saturated": []}
        self._waiting: list[tuple[int, str, float]] = []
        self._costs = COSTS
        self._spent = 0.0
        self._enough = LOOKS

    def attach(self) -> None:
        """Begin with the first loss, where it was asked for."""
        if self.loop.activations:
            self._names = {id(parameter): name for name, parameter in self.loop.recorded}
            self.loss_due = 0

    def loss(self, step: int, loss: Any) -> None:
        """Look at the graph while its tensors are still there."""
        budget = self.loop.session.budget
        if self._spent > FREE and not budget.allows(self._costs, steps=step + 1):
            self.loss_due = step + 8
            return
        began = perf_counter()
        self.loss_due = step + (1 if step < 2 * LOOKS else 8)
        if loss.grad_fn is not None:
            self._look(step, loss.grad_fn)
        took = perf_counter() - began
        self._costs = 0.5 * (self._costs + took)
        self._spent += min(took, COSTS)
        budget.spend(took)

    def _look(self, step: int, root: Any) -> None:
        found: list[tuple[str, str, Any]] = []
        results: list[Any] = []
        inside = False
        for node in nearest(root, NODES):
            kind = operation_of(node)
            inside = inside or kind == LEAF
            if inside and (kind in RECTIFIERS or kind in SQUASHERS):
                result: Any = saved(node, "result")
                layer = layer_behind(node, self._names)[0]
                if layer and result is not None and result.ndim > 1 and result.numel():
                    what = "dead" if kind in RECTIFIERS else "saturated"
                    results.append(result)
                    found.append((what, layer, _at_its_end(kind, result)))
        if not found:
            return
        rows = min(result.shape[0] for result in results)
        self._enough = max(self._enough, -(-ROWS // rows))
        flat = torch.cat([units for _, _, units in found]).cpu().numpy()
        parts = np.split(flat, np.cumsum([len(units) for _, _, units in found])[:-1])
        merged: dict[tuple[str, str], Array] = {}
        for (what, layer, _), units in zip(found, parts, strict=True):
            before = merged.get((what, layer), units)
            same = before.shape == units.shape
            merged[what, layer] = np.minimum(before, units) if same else units
        for (what, layer), units in merged.items():
            self._count(step, what, layer, units)
        if self._waiting:
            self.due = step
            self.loop.wake()

    def _count(self, step: int, what: str, layer: str, units: Array) -> None:
        looks = self._seen.setdefault((what, layer), deque(maxlen=self._enough))
        if looks and looks[-1].shape != units.shape:
            looks.clear()
        looks.append(units)
        if len(looks) < self._enough:
            return
        least: Array = np.min(np.stack(list(looks)), axis=0)
        share = float(np.mean(least >= NEARLY))
        session, told = self.loop.session, self._told[what]
        self._waiting.append((step, f"{what}_units/{layer}", share))
        if share > HALF and layer not in told:
            told.append(layer)
            how = f"every row of {self._enough} looks"
            session.fact(f"{what}_layers", ", ".join(told), how, pressing=True)

    def before_update(self, step: int) -> None:
        """The row of the step is there: put in what was counted."""
        for at, name, share in self._waiting:
            self.loop.session.measure(at, name, share)
        self._waiting.clear()
        self.due = NEVER

    def detach(self) -> None:
        """Nothing was hung."""
        self.loss_due = NEVER


def _at_its_end(kind: str, result: Any) -> Any:
    """(u,) for each unit the share of rows where it is zero, or at an end of its range; channels
    are the second of four dimensions, else the last."""
    if result.ndim >= 4:
        result = result.movedim(1, -1)
    table = result.reshape(-1, result.shape[-1])
    table = table[:: max(1, table.numel() // VALUES)]
    if kind == "Tanh":
        ends = table.abs() > TANH
    elif kind == "Sigmoid":
        ends = (table < SIGMOID) | (table > 1 - SIGMOID)
    else:
        return (table <= 0).all(0).float()
    return ends.float().mean(0)
