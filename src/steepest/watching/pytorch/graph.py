"""Looks at the graph behind the loss: whether it is squashed twice, and how many classes it has."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.watching.pytorch.graphs import classes_of, softmax_twice
from steepest.watching.pytorch.inspector import Inspector
from steepest.watching.pytorch.layers import layer_of, named_in

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Graph"]

LONGEST = 4000


class Graph(Inspector):
    """Walks the graph behind the loss, from the loss on.

    Facts
        softmax_before_loss:  the layer whose scores are squashed before a loss that does so itself
        softmax_into:         which operation goes into which
        classes:              columns of the log-probabilities, where cross entropy is the loss
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._costs = 1e-4

    def attach(self) -> None:
        """From the first loss on."""
        self.loss_due = 0

    def loss(self, step: int, loss: Any) -> None:
        """Look at the first losses, then at growing intervals."""
        budget = self.loop.session.budget
        if step > 2 and not budget.allows(self._costs, steps=step + 1):
            self.loss_due = step + 1 + step // 8
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
        if found is not None:
            how = f"in the graph of the loss of step {step:,}"
            session.fact("softmax_into", f"{found.operation} into {found.into}", how)
            layer = self._layer(found.parameter) or "an operation"
            session.fact("softmax_before_loss", layer, how, pressing=True)

    def _layer(self, parameter: Any) -> str | None:
        named = named_in(self.loop)
        return next((layer_of(name) for name, p in named if p is parameter), None)
