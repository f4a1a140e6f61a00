"""Whether gradients of the step before are still there when those of the next arrive."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.watching.doors import framework
from steepest.watching.pytorch.feeding import some_of
from steepest.watching.pytorch.inspector import NEVER, Inspector

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["KeptGradients"]

torch = framework("torch", "torch")

CERTAIN = 3  # updates in a row
CLOSE = 6  # looks at every update, before they grow rarer
LONGEST = 4000
UNTOUCHED = 3
LARGE = 1 << 16
SMALLEST = 8
EARLY = 8
COSTS = 1e-4


class KeptGradients(Inspector):
    """A hook on one small parameter, which comes before its gradient is added to what is there.

    Between two updates, one arrival at least has to find nothing there, or zeros: so it is also
    where the gradients of several backward passes are summed, or where another loss leaves its
    own behind until they are zeroed.

    Facts
        kept_gradient:  since which step gradients are added to those of the steps before
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._name, self._parameter, self._hook = "", None, None
        self._arrivals, self._cleared = 0, False
        self._looks = self._kept = self._untouched = 0
        self._first = 0

    def attach(self) -> None:
        """From the first update on."""
        self.due = 0

    def before_update(self, step: int) -> None:
        """Judge what arrived since the last update, and say when to look next."""
        if self._hook is None:
            self._watch(step)
            return
        if self._arrivals == 0:
            self._untouched += 1
            if self._untouched >= UNTOUCHED:  # it is not trained any more, or not at every step
                self._let_go()
                self._parameter = None
            self.due = step + 1
            return
        self._looks += 1
        if self._cleared:
            self._kept = 0
        else:
            self._first = step if self._kept == 0 else self._first
            self._kept += 1
        if self._kept >= CERTAIN:
            self._tell(step)
            return
        self._arrivals, self._cleared, self._untouched = 0, False, 0
        self.due = step + 1
        if self._kept == 0 and self._looks >= CLOSE:
            self._let_go()
            self.due = step + min(self._looks_apart(step), LONGEST)

    def detach(self) -> None:
        """Take the hook away."""
        self._let_go()
        self._parameter = None

    def _looks_apart(self, step: int) -> int:
        return max(2, step // 2)

    def _watch(self, step: int) -> None:
        """Hang the hook, on a parameter that has a gradient."""
        self.due = step + 1 + step // 4
        budget, began = self.loop.session.budget, perf_counter()
        if step > EARLY and not budget.allows(COSTS, steps=step + 1):
            return
        if self._parameter is None or not self._parameter.requires_grad:
            self._parameter = self._chosen()
            budget.spend(perf_counter() - began)
        if self._parameter is None:
            return
        self._arrivals, self._cleared, self._untouched = 0, False, 0
        hook = self.loop.watching.guard(self._arrives)
        hook.__dict__["__torch_unserializable__"] = True  # no warning where the model is saved
        self._hook = self._parameter.register_hook(hook)
        self.due = step + 1

    def _chosen(self) -> Any:
        """The smallest of the parameters that the first optimizer moves, by a gradient that is
        not zero."""
        names = {id(parameter): name for name, parameter in self.loop.recorded}
        held = [p for group in self.loop.optimizers[0].param_groups for p in group["params"]]
        able = [p for p in held if p.requires_grad and _present(p.grad)]
        small = sorted(able, key=lambda p: p.numel())[:SMALLEST]
        for parameter, moves in zip(small, _any_of([p.grad for p in small]), strict=True):
            if moves:
                self._name = names.get(id(parameter), "")
                return parameter
        return None

    def _arrives(self, gradient: Any) -> None:
        """A gradient is about to be added."""
        self._arrivals += 1
        parameter = self._parameter
        if self._cleared or parameter is None:
            return
        there = parameter.grad
        if there is None:
            self._cleared = True
        elif _present(there):
            self._cleared = not bool(some_of(there, LARGE).any())
        else:
            self._cleared = True  # sparse: nothing is said of it

    def _tell(self, step: int) -> None:
        session = self.loop.session
        how = f"seen before {CERTAIN} updates in a row, in {self._name or 'a parameter'}"
        since = f"step {self._first:,}"
        session.fact("kept_gradient", since, how, pressing=True)
        self.due = NEVER
        self._let_go()

    def _let_go(self) -> None:
        if self._hook is not None:
            self._hook.remove()
            self._hook = None


def _present(gradient: Any) -> bool:
    """Whether it is there, and this process alone can read it."""
    if gradient is None or hasattr(gradient, "_local_tensor"):
        return False
    return gradient.layout is torch.strided


def _any_of(gradients: list[Any]) -> list[bool]:
    """Of each whether some of it is not zero, of a sample; all in one transfer."""
    flags = [some_of(gradient, LARGE).any() for gradient in gradients]
    try:
        return torch.stack(flags).tolist() if flags else []
    except RuntimeError:  # of several devices
        return [bool(flag) for flag in flags]
