"""What each layer puts out, look by look: shape, type, scale and range, and when they change."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.readable import readable
from steepest.trace import Array
from steepest.watching.doors import framework
from steepest.watching.pytorch.feeding import (
    first_tensor,
    named_layers,
    quiet_now,
    some_of,
    strided,
)
from steepest.watching.pytorch.inspector import NEVER, Inspector

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Contract"]

torch = framework("torch", "torch")

VALUES = 512
EARLY = 4
KEPT = 24
FACTOR = 10.0
STEADY = 3.0
LEAST = 5
NEAR_END = 0.5
HALF_END = 65_504.0
EACH = 16e-6
HOOK = 8e-6
FREE = 3e-3
MOST = 64
LARGE = 1 << 20


@dataclass(slots=True)
class _Layer:
    """What was seen of one layer: its shapes without the batch, its types, its scales by step."""

    shape: tuple[int | None, ...] | None = None
    kind: str = ""
    scales: deque[tuple[int, float]] = field(default_factory=lambda: deque[tuple[int, float]]())
    suspected: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    shape: tuple[int, ...]
    kind: str
    sample: Any
    largest: Any


class Contract(Inspector):
    """Hangs hooks on the innermost layers for one pass now and then, and holds what they put out
    against the looks before.

    Measures: output_scale/L, the root mean square of a sample of 512 numbers. Facts:
    contract_changes, a text of what changed, at which layer and step; contract_layers: the layer;
    contract_step: number; half_precision_reach: a layer whose largest output comes near the end of
    float16, half_precision_layers and half_precision_largest: its
    name and that number.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._modules: list[tuple[str, Any]] = []
        self._hooks: list[Any] = []
        self._looks: dict[str, _Look] = {}
        self._layers: dict[str, _Layer] = {}
        self._count = 0
        self._spent = self._costs = 0.0
        self._told = self._warned = False

    def attach(self) -> None:
        """Look at the first pass, where the model has insides that may be hooked."""
        modules = named_layers(self.loop)
        each = -(-len(modules) // MOST)
        self._modules = modules[::each] if modules else []
        if self._modules:
            self.due = 0
            self._costs = EACH * (4 + len(self._modules))
            self._hang()

    def _hang(self) -> None:
        self._looks.clear()
        for name, module in self._modules:
            hook = self.loop.watching.guard(self._of(name))
            self._hooks.append(module.register_forward_hook(hook))

    def _of(self, name: str) -> Any:
        def gave(module: Any, args: Any, output: Any) -> None:
            if name in self._looks or quiet_now():
                return
            tensor = first_tensor((output,))
            if tensor is None or not tensor.is_floating_point() or not tensor.numel():
                return
            largest = _largest(tensor) if tensor.dtype == torch.float16 else None
            kind = str(tensor.dtype).removeprefix("torch.")
            shape = tuple(tensor.shape)
            self._looks[name] = _Look(name, shape, kind, strided(tensor, VALUES), largest)

        return gave

    def before_update(self, step: int) -> None:
        """Read what was seen in the pass of this step; or hang hooks for the next one."""
        began = perf_counter()
        budget = self.loop.session.budget
        if self._hooks:
            if self._looks:
                self._unhang()
                suspicion = self._read(step)
                self._looks.clear()
                self._count += 1
                if suspicion:
                    self._hang()
                    self.due = step + 1
                else:
                    self.due = step + (0 if self._count < 3 else max(3, step // 4))
            elif step > 100 and not self._count:
                self.detach()  # nothing passes through these layers
        elif self._spent < FREE or budget.allows(self._costs, steps=step + 1):
            self._hang()
            self.due = step + 1
        else:
            self.due = step + 8
        took = perf_counter() - began
        self._spent += min(took + HOOK * len(self._modules), self._costs)
        budget.spend(took + (HOOK * len(self._modules) if self._hooks else 0.0))

    def _read(self, step: int) -> bool:
        """Hold the looks of one pass against those before; whether one has to be confirmed."""
        looks = list(self._looks.values())
        samples = _host([look.sample for look in looks])
        largest = [look.largest for look in looks if look.largest is not None]
        ends = iter(_host(largest))
        suspicion = False
        for look, sample in zip(looks, samples, strict=True):
            scale = _scale(sample)
            if look.name in self._noted:
                self.loop.session.measure(step, f"output_scale/{look.name}", scale)
            known = self._layers.setdefault(look.name, _Layer())
            suspicion = self._compare(step, look, scale, known) or suspicion
            if look.largest is not None:
                self._near_end(step, look, float(np.abs(next(ends)).max()))
        return suspicion

    @property
    def _noted(self) -> frozenset[str]:
        where = self.loop.session.coordinates
        return frozenset() if where is None else frozenset(where.layers)

    def _compare(self, step: int, look: _Look, scale: float, known: _Layer) -> bool:
        shape = look.shape[1:]
        if known.shape is None:
            known.shape, known.kind = shape, look.kind
        change = ""
        if len(known.scales) < EARLY:
            known.shape = _varying(known.shape, shape)
        elif not _fits(known.shape, shape):
            change = f"it has shape {_words(look.shape)}"
        if look.kind != known.kind:
            change = f"it is {look.kind}"
        if not change and _jumps(known.scales, step, scale):
            change = f"its root mean square is {readable(scale, 3)}"
        if not change:
            known.suspected = ""
            known.scales.append((step, scale))
            if len(known.scales) > KEPT:
                known.scales.popleft()
            return False
        if known.suspected:
            self._tell(step, look, change, known)
            return False
        known.suspected = change
        return not self._told

    def _tell(self, step: int, look: _Look, change: str, known: _Layer) -> None:
        if self._told or known.shape is None:
            return
        self._told = True
        usual = float(np.median([scale for _, scale in known.scales]))
        before = f"{known.kind} of shape {_words((None, *known.shape))}, root mean square "
        text = (
            f"the output of layer {look.name} was {before}{readable(usual, 3)}; "
            f"at step {step:,} {change}"
        )
        session, how = self.loop.session, f"{len(known.scales)} looks before, two after"
        session.fact("contract_layers", look.name, how)
        session.fact("contract_step", float(step), how)
        session.fact("contract_changes", text, how, pressing=True)

    def _near_end(self, step: int, look: _Look, largest: float) -> None:
        """Of float16, how near the largest output is to the largest number."""
        if self._warned:
            return
        if not NEAR_END * HALF_END <= largest < math.inf:
            return
        self._warned = True
        text = (
            f"the output of layer {look.name} reaches {readable(largest)} at step {step:,}, "
            "and float16 ends at 65,504"
        )
        session, how = self.loop.session, "its numbers at one look"
        session.fact("half_precision_layers", look.name, how)
        session.fact("half_precision_largest", largest, how)
        session.fact("half_precision_reach", text, how, pressing=True)

    def _unhang(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()

    def detach(self) -> None:
        """Take the hooks away."""
        self._unhang()
        self._looks.clear()
        self.due = NEVER


def _largest(tensor: Any) -> Any:
    """(2,) the smallest and the largest number, of many of a sample; nothing large is copied."""
    seen = tensor.detach() if tensor.numel() <= LARGE else some_of(tensor, LARGE)
    return torch.stack(torch.aminmax(seen)).float()


def _host(samples: list[Any]) -> list[Array]:
    """The samples on the host, all in one transfer."""
    if not samples:
        return []
    sizes = np.cumsum([len(sample) for sample in samples])[:-1]
    try:
        flat = torch.cat(samples).cpu().numpy()
    except RuntimeError:  # of several devices
        flat = torch.cat([sample.cpu() for sample in samples]).numpy()
    return np.split(flat, sizes)


def _scale(sample: Array) -> float:
    """Root mean square of what is finite, in float64; NaN where nothing is."""
    finite = sample[np.isfinite(sample)].astype(np.float64)
    return float(np.sqrt(np.mean(finite**2))) if len(finite) else math.nan


def _varying(known: tuple[int | None, ...], shape: tuple[int, ...]) -> tuple[int | None, ...]:
    """The shape with None for what varies; unchanged where it has another number of dimensions."""
    if len(known) != len(shape):
        return known
    return tuple(was if was == now else None for was, now in zip(known, shape, strict=True))


def _fits(known: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    """Whether a shape is as it was: the length of a sequence, the middle of three, may vary."""
    if len(known) != len(shape):
        return False
    free = {0} if len(shape) == 2 else set[int]()
    return all(
        was is None or was == now or at in free
        for at, (was, now) in enumerate(zip(known, shape, strict=True))
    )


def _jumps(scales: deque[tuple[int, float]], step: int, scale: float) -> bool:
    """Whether a scale is off by a factor of ten, in a layer that was steady over at least twice as
    many steps as have gone by since."""
    if len(scales) < LEAST or not scale > 0:
        return False
    last = scales[-1][0]
    since = [value for at, value in scales if at >= last - 2 * (step - last)]
    if scales[0][0] > last - 2 * (step - last) or not min(since) > 0:
        return False
    usual = float(np.median(since))
    steady = max(since) <= STEADY * min(since)
    return steady and not 1 / FACTOR < scale / usual < FACTOR


def _words(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if size is None else f"{size:,}" for size in shape) + ")"
