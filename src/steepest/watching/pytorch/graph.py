"""Looks at the graph behind the loss: whether it is squashed twice, and how many classes it has."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.watching.pytorch.graphs import Sight, classes_of, softmax_twice
from steepest.watching.pytorch.hookable import hookable
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.layers import layer_of, named_in

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Graph"]

LONGEST = 4000
MOST = 256
SQUASHERS = ("Softmax", "Softmax2d", "Sigmoid")


class Graph(Inspector):
    """Walks the graph behind the loss, from the loss on.

    Facts
        softmax_before_loss:  the layer whose scores are squashed before a loss that does so itself
        softmax_module:       the module that squashes them, where one does; it comes a step later
        softmax_into:         which operation goes into which
        classes:              columns of the log-probabilities, where cross entropy is the loss
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._costs = 1e-4
        self._hooks: list[Any] = []
        self._squashers: list[tuple[str, Any]] = []
        self._asked = False

    def attach(self) -> None:
        """From the first loss on."""
        self.loss_due = 0

    def loss(self, step: int, loss: Any) -> None:
        """Look at the first losses, then at growing intervals."""
        budget = self.loop.session.budget
        if step > 2 and not self._hooks and not budget.allows(self._costs, steps=step + 1):
            self.loss_due = step + max(8, step // 8)
            return
        began = perf_counter()
        self.loss_due = step + 1 + min(step, LONGEST)
        if loss.grad_fn is not None:
            self._look(step, loss)
        self._costs = perf_counter() - began
        budget.spend(self._costs)

    def _look(self, step: int, loss: Any) -> None:
        session = self.loop.session
        if "classes" not in session.facts and (classes := classes_of(loss)) is not None:
            session.fact("classes", float(classes), "the columns of the log-probabilities")
        if "softmax_before_loss" in session.facts:
            return
        found = softmax_twice(loss)
        if found is None:
            self.detach()
        elif self._asked or not self._ask(step):
            self._tell(step, found)

    def _ask(self, step: int) -> bool:
        """Have the modules that squash say at the next step what they put out; whether any can."""
        self._asked = True
        for name, module in hookable(self.loop):
            if name and type(module).__name__ in SQUASHERS:
                note = self.loop.watching.guard(self._noter(name))
                self._hooks.append(module.register_forward_hook(note))
        self.loss_due = step + 1 if self._hooks else self.loss_due
        return bool(self._hooks)

    def _noter(self, name: str) -> Any:
        def note(module: Any, args: Any, output: Any) -> None:
            if len(self._squashers) < MOST:
                self._squashers.append((name, getattr(output, "grad_fn", None)))
                if self.due == NEVER:
                    self.due = 0
                    self.loop.wake()

        return note

    def before_update(self, step: int) -> None:
        """No graph is held beyond its step."""
        self._squashers.clear()
        self.due = NEVER

    def _tell(self, step: int, found: Sight) -> None:
        session, how = self.loop.session, f"seen in the loss of step {step:,}"
        module = next((name for name, node in self._squashers if node is found.node), None)
        self.detach()
        session.fact("softmax_into", f"{found.operation} into {found.into}", how)
        if module is not None:
            session.fact("softmax_module", module, how)
        layer = self._layer(found.parameter) or "an operation"
        session.fact("softmax_before_loss", layer, how, pressing=True)

    def detach(self) -> None:
        """Take the hooks away."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._squashers.clear()

    def _layer(self, parameter: Any) -> str | None:
        named = named_in(self.loop)
        return next((layer_of(name) for name, p in named if p is parameter), None)
