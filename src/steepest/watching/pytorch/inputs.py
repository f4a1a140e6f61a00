"""What the model is fed: its scale, its offset, and whether it is the same batch every time."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.diagnosis.faults.unscaled_inputs import is_unscaled
from steepest.trace import Array
from steepest.watching.doors import framework
from steepest.watching.pytorch.feeding import (
    first_tensor,
    hang,
    named_layers,
    normalises,
    quiet_now,
    strided,
)
from steepest.watching.pytorch.hookable import whole_only
from steepest.watching.pytorch.inspector import NEVER, Inspector

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Inputs"]

torch = framework("torch", "torch")

TELLS = (1, 3, 6)
LOOKS = TELLS[-1]
FEWEST = 16
SPREAD = 64
ROWS = 32
COLUMNS = 64
VALUES = 1024
QUARTER = 4


class Inputs(Inspector):
    """Looks at the input of the first layer, and of the whole model, at the first few steps.

    Facts: batch_size: rows of a batch; batches: "full" where every look saw the same batch, else
    "mini"; input_scale: root mean square; input_mean, input_std; input_offset: |mean| / standard
    deviation, of all numbers or, of a table, of its median column, the larger; input_spread: of a
    table, the standard deviation of the widest column over that of a narrow one, of 64 rows and
    more; input_layer: the layer that is fed. input_normalised: the layer, where the first one
    normalises; then, and for whole numbers (tokens), the others are not written. A batch of fewer
    than 16 rows waits for others.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._hooks: list[Any] = []
        self._step = self._fed_step = -2
        self._batches: list[Any] = []
        self._fed: list[Any] = []
        self._layer: tuple[str, Any] | None = None
        self._exempt = self._pressed = False

    def attach(self) -> None:
        """Wait for the first passes through the model, and through its first layer."""
        root = hang(self.loop, self._whole)
        if root is None:
            return
        self._hooks.append(root)
        self.due = 0
        if not whole_only(self.loop):
            guard = self.loop.watching.guard
            for name, module in named_layers(self.loop):
                hook = guard(self._first_of(name))
                self._hooks.append(module.register_forward_pre_hook(hook, with_kwargs=True))

    def _whole(self, module: Any, args: Any, words: Any) -> None:
        """The batch, once a step."""
        step = self.loop.session.step
        if step == self._step or quiet_now():
            return
        self._step = step
        tensor = first_tensor(args, words)
        if tensor is None or tensor.ndim == 0 or tensor.numel() == 0:
            return
        if not self._batches:
            self.loop.session.fact("batch_size", float(tensor.shape[0]), "the first batch seen")
        self._batches.append(strided(tensor, ROWS))
        if whole_only(self.loop):
            self._take("", module, tensor)

    def _first_of(self, name: str) -> Any:
        def called(module: Any, args: Any, words: Any) -> None:
            if quiet_now() or self._exempt:
                return
            if self._layer is not None and self._layer[1] is not module:
                return
            self._take(name, module, first_tensor(args, words))

        return called

    def _take(self, name: str, module: Any, tensor: Any) -> None:
        """What the first layer is fed, once a step."""
        step = self.loop.session.step
        if tensor is None or self._exempt or step == self._fed_step:
            return
        self._fed_step = step
        self._layer = self._layer or (name, module)
        if normalises(module):
            self.loop.session.fact("input_normalised", name, "the first layer's class")
            self._exempt = True
        elif not tensor.is_floating_point() or tensor.requires_grad:
            self._exempt = True
        elif tensor.numel():
            self._fed.append(_table(tensor))

    def before_update(self, step: int) -> None:
        """Conclude after a few looks, and end."""
        looks = len(self._batches)
        if looks not in TELLS:
            if step > 20 * LOOKS:
                self.detach()
            return
        began = perf_counter()
        self._conclude()
        if looks == LOOKS:
            self.detach()
        self.loop.session.budget.spend(perf_counter() - began)

    def _conclude(self) -> None:
        session = self.loop.session
        first, *others = (batch.cpu() for batch in self._batches)
        how = f"the first {len(self._batches)} batches" if others else "the first batch"
        if others:
            same = all(torch.equal(first, other) for other in others)
            session.fact("batches", "full" if same else "mini", how)
        if self._exempt or not self._fed or self._layer is None:
            return
        tables = [table.cpu().numpy() for table in self._fed]
        width = tables[0].shape[1]
        table = np.concatenate([t for t in tables if t.shape[1] == width]).astype(np.float64)
        least, most = float(table.min(initial=math.inf)), float(table.max(initial=-math.inf))
        if len(table) < FEWEST or not math.isfinite(least - most) or least == most:
            return
        session.fact("input_layer", self._layer[0], how)
        found = described(table)
        presses = is_unscaled(found) and not self._pressed
        self._pressed = self._pressed or presses
        for name, value in found.items():
            session.fact(name, value, how, pressing=presses)

    def detach(self) -> None:
        """Take the hooks away."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._batches.clear()
        self._fed.clear()
        self.due = NEVER


def _table(tensor: Any) -> Any:
    """(n, d) of a table, at most 32 rows and 64 columns; (n, 1) of anything else."""
    if tensor.ndim != 2 or tensor.shape[1] < 2:
        return strided(tensor, VALUES)[:, None]
    rows, columns = (
        max(1, -(-size // most)) for size, most in zip(tensor.shape, (ROWS, COLUMNS), strict=True)
    )
    return tensor.detach()[::rows, ::columns].to(torch.float32, copy=True)


def described(table: Array) -> dict[str, float]:
    """Scale, offset and spread of (n, d) inputs; the spread only of several columns and 64 rows.

    >>> table = np.tile([[0.0, 500.0], [1.0, 700.0], [2.0, 600.0]], (30, 1))
    >>> round(described(table)["input_spread"], 9)
    100.0
    """
    center = table.mean(0)
    spread: Array = np.sqrt(np.mean((table - center) ** 2, 0))
    mean = float(center.mean())
    std = math.hypot(float(np.linalg.norm(spread)), float(np.linalg.norm(center - mean)))
    std /= math.sqrt(table.shape[1])
    found = {
        "input_scale": math.hypot(mean, std),
        "input_mean": mean,
        "input_std": std,
        "input_offset": abs(mean) / std,
    }
    if table.shape[1] < 2:
        return found
    varied = spread > 1e-6 * np.abs(center)
    if varied.any():
        columns: Array = np.sort(np.abs(center[varied]) / spread[varied])
        middle = (columns[(len(columns) - 1) // 2] + columns[len(columns) // 2]) / 2
        found["input_offset"] = max(found["input_offset"], float(middle))
    if len(table) < SPREAD:
        return found
    least, most = table.min(0), table.max(0)
    graded = varied & np.any((table > least) & (table < most), axis=0)  # of more than two values
    if graded.sum() > 1:
        rising = np.sort(spread[graded])
        found["input_spread"] = float(rising[-1] / rising[(len(rising) - 1) // QUARTER])
    return found
