"""What looks at one thing in a PyTorch loop, at steps of its own choosing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["NEVER", "Inspector"]

NEVER = 2**62


class Inspector:
    """Base of the inspectors; each overrides what it needs, and reports facts to the session.

    due:       the first step at which `before_update` wants to be called again; NEVER for not
    loss_due:  the same for `loss`

    An inspector never changes a number of the training: no parameter, gradient, buffer, random
    state; it hangs its hooks in `attach` or `before_update`, through `loop.watching.guard`, and
    takes all of them away in `detach`. What costs time asks `loop.session.budget` first, and
    counts what it spent.
    """

    due: int = NEVER
    loss_due: int = NEVER

    def __init__(self, loop: TorchLoop) -> None:
        self.loop = loop

    def attach(self) -> None:
        """The loop begins: model and optimizers are known, no step was made."""

    def loss(self, step: int, loss: Any) -> None:
        """The loss of a step as the framework's scalar, mostly before its backward pass."""

    def broken(self, step: int, loss: Any) -> None:
        """The loss of a step is not finite; its graph is mostly still there."""

    def unsound(self, step: int) -> None:
        """The gradient that was captured at a step is not finite; the parameters did not move."""

    def before_update(self, step: int) -> None:
        """The gradients of a step are there, the parameters are not yet moved."""

    def detach(self) -> None:
        """The loop is over: take every hook away."""
