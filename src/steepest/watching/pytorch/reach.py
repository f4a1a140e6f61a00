"""Which parameters a gradient reaches by the time of the update."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.watching.doors import framework
from steepest.watching.pytorch.closures import after_update
from steepest.watching.pytorch.graphs import reached
from steepest.watching.pytorch.hookable import hookable, stands_for
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.layers import (
    Named,
    biases_beside,
    few_of,
    layer_of,
    layers_of,
    named_in,
    text_of,
)
from steepest.watching.pytorch.random_start import at_random_start

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Reach"]

torch = framework("torch", "torch")

ENOUGH = 3  # updates
LONGEST = 4000
UNREADY = "does not require grad"


class Reach(Inspector):
    """Whether what the optimizers hold has a gradient when they step, and where the graph is cut.

    Where nothing has one, the loss itself says why. Where a part has none, its layers are
    followed through two steps: layers that take part in the forward pass before all that is
    reached lie behind a cut. Layers that are not used, or whose output is not, are only noted.

    Facts
        detached_loss:  why no gradient arrives, in words
        detached:       the layers that none arrives at
        not_reached:    layers that had no gradient at any update so far, cut off or not
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._waiting: Named = []
        self._all = 0
        self._updates = 0
        self._before: dict[int, Any] = {}
        self._hooks: list[Any] = []
        self._after: list[Any] = []
        self._loss: Any = None
        self._value: Any = None
        self._cut = ""
        self._order: list[tuple[str, bool]] = []
        self._orders: list[list[tuple[str, bool]]] = []
        self._gap = 8
        self._costs = 1e-4

    def attach(self) -> None:
        """From the first update on."""
        self.due = self.loss_due = 0

    def loss(self, step: int, loss: Any) -> None:
        """Keep the loss of the step until its update, and no graph beyond."""
        if not torch.is_grad_enabled():
            return
        self._value, self._loss, self._cut = loss.detach(), None, ""
        if loss.grad_fn is None:
            kind = "a new tensor" if loss.requires_grad else "cut off"
            self._cut = f"the loss is {kind}: there is no graph behind it"
        elif step > self.loop.session.step:
            self._loss = loss

    def before_update(self, step: int) -> None:
        """Begin, go on, or judge."""
        budget, began = self.loop.session.budget, perf_counter()
        if not self._after:
            if step > 8 and not budget.allows(self._costs, steps=step + 1):
                self.due = step + max(8, step // 8)
                return
            self._begin(step)
            self._costs = 2 * (perf_counter() - began)
        elif self._updates >= ENOUGH:
            self._judge(step)
        else:
            self.due = step + 1
        self._loss = None
        budget.spend(perf_counter() - began)

    def detach(self) -> None:
        """Take the hooks away; a loop that broke in its first backward pass says why."""
        if self.loop.watching.inside:
            self.loop.later(self._after)
            self._after = []
        self._let_go()
        error = self.loop.watching.error
        session = self.loop.session
        updates = session.step + 1
        if error is not None and UNREADY in str(error) and "detached_loss" not in session.facts:
            if session.step < 0 and self._value is not None:
                session.begin(0, float(self.loop.optimizers[0].param_groups[0]["lr"]))
                session.loss(0, float(self._value))
            why = "the loss does not require a gradient, and its backward pass ended with an error"
            how = f"after {updates:,} updates"
            session.fact("detached_loss", why, how, pressing=True)
        self._loss = self._value = None

    def _begin(self, step: int) -> None:
        held: list[Any] = [
            parameter
            for optimizer in self.loop.optimizers
            for group in optimizer.param_groups
            for parameter in group["params"]
        ]
        meant = set(map(id, held))
        named = [(name, p) for name, p in named_in(self.loop) if id(p) in meant and p.requires_grad]
        self._waiting = named
        self._all, self._updates = len(named), 0
        self._before = {id(p): few_of(p) for _, p in named[:3]}
        self._orders.clear()
        self.loss_due = 0
        if named:
            after = after_update(self.loop.watching, self._after_update)
            for optimizer in self.loop.optimizers:
                self._after.append(optimizer.register_step_post_hook(after))
        self.due = step + 1 if named else step + max(8, step)

    def _after_update(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """What has a gradient needs no more looking at."""
        if self._waiting:
            self._waiting = [(name, p) for name, p in self._waiting if p.grad is None]
        if optimizer is not self.loop.optimizers[0]:
            return
        self._updates += 1
        if self._order:
            self._orders.append(self._order)
            self._order = []
        if self._waiting and self._all - len(self._waiting) > 0 and self._updates == 1:
            self._follow()

    def _judge(self, step: int) -> None:
        """After some updates: what still waits was not reached."""
        waiting = self._waiting
        self._let_go()
        self.due = step + self._gap
        self.loss_due = NEVER
        self._gap = min(2 * self._gap, LONGEST)
        if waiting and len(waiting) == self._all:
            if self._stays():
                how = f"up to step {step:,}"
                self.loop.session.fact("detached_loss", self._reason(), how, pressing=True)
        elif waiting:
            self._judge_part(step)

    def _judge_part(self, step: int) -> None:
        session, waiting = self.loop.session, self._waiting
        missed = layers_of(name for name, _ in waiting)
        text = text_of(missed, self._others(missed))
        session.fact("not_reached", text, f"no gradient at {self._updates} updates")
        cut = self._cut_off(set(missed))
        if cut:
            how = f"part of the forward pass, and without a gradient up to step {step:,}"
            session.fact("detached", text_of(cut, self._others(cut)), how, pressing=True)

    def _stays(self) -> bool:
        """Whether the parameters are where they were: else something else moves them."""
        held = {id(p): p for _, p in self._waiting}
        return all(
            np.array_equal(before, few_of(held[key]), equal_nan=True)
            for key, before in self._before.items()
        )

    def _reason(self) -> str:
        loss = self._loss
        if self._cut or loss is None:
            return self._cut or "no parameter has a gradient when the optimizer steps"
        found = reached(loss)
        if found is not None and not any(id(p) in found for _, p in self._waiting):
            return "the graph of the loss holds no parameter of the optimizer"
        return "the loss has a graph, and yet no parameter has a gradient when the optimizer steps"

    def _follow(self) -> None:
        """Write down in which order the layers are used, over the next steps."""
        layers = set(layers_of(name for name, _ in named_in(self.loop)))
        guard = self.loop.watching.guard
        for name, module in hookable(self.loop):
            if name in layers:
                note = guard(self._noter([name]))
                self._hooks.append(module.register_forward_hook(note))
        for module, names in stands_for(self.loop):  # they are used somewhere in between
            note = guard(self._noter([name for name in names if name in layers]))
            self._hooks.append(module.register_forward_pre_hook(note))
            self._hooks.append(module.register_forward_hook(note))

    def _noter(self, names: list[str]) -> Any:
        def note(*_: Any) -> None:
            on = torch.is_grad_enabled()
            self._order.extend((name, on) for name in names)

        return note

    def _cut_off(self, missed: set[str]) -> list[str]:
        """The missed layers that were used before all others at every step; of those that were
        used without a graph, only random ones."""
        if not self._orders:
            return []
        waiting = {layer_of(name) for name, _ in self._waiting}
        return [
            layer
            for layer in dict.fromkeys(name for name, _ in self._orders[0])
            if layer in missed
            and all(_comes_first(layer, order, waiting) for order in self._orders)
            and (self._with_graph(layer) or self._random(layer))
        ]

    def _with_graph(self, layer: str) -> bool:
        return all(any(name == layer and on for name, on in order) for order in self._orders)

    def _random(self, layer: str) -> bool:
        named = named_in(self.loop)
        return any(
            at_random_start(p, biases_beside(p, named))
            for name, p in self._waiting
            if layer_of(name) == layer
        )

    def _others(self, layers: Iterable[str]) -> list[str]:
        meant = set(layers)
        named = layers_of(name for name, _ in named_in(self.loop))
        return [layer for layer in named if layer not in meant]

    def _let_go(self) -> None:
        for hook in (*self._hooks, *self._after):
            hook.remove()
        self._hooks.clear()
        self._after.clear()
        self._order = []


def _comes_first(layer: str, order: list[tuple[str, bool]], missed: set[str]) -> bool:
    """Whether nothing but missed layers was used up to the last use of this one."""
    names = [name for name, _ in order]
    if layer not in names:
        return False
    last = len(names) - 1 - names[::-1].index(layer)
    return all(name in missed for name in names[:last])
