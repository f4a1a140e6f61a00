"""Whether updates are made while the model is in evaluation mode."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.watching.doors import framework
from steepest.watching.pytorch.hookable import is_closed, whole_only
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.layers import layers_of, text_of

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Modes"]

torch = framework("torch", "torch")

CERTAIN = 2  # updates in a row, after the first
OFTEN = 8  # steps between looks at the root's mode, which cost next to nothing
LONGEST = 2000

Parts = list[tuple[str, Any]]


class Modes(Inspector):
    """Dropout and batch norm that are left in evaluation mode while the model is trained.

    Where the root is in evaluation mode: all that are not frozen. Where it is in training mode:
    dropout of parts that are trained, if all of it is off; batch norm alone is held fixed on
    purpose in fine-tuning. Only updates count whose forward passes, as far as gradients were
    wanted, were all made like that.

    Facts
        evaluation_mode:  layers
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._model: Any = loop.model
        self._hook: Any = None
        self._forwards, self._trained = 0, 0
        self._parts: Parts = []
        self._updates = 0
        self._whole_due, self._mode = 0, True
        self._costs = 1e-4

    def attach(self) -> None:
        """From the first update on, where there is a model."""
        if self._model is not None:
            self.due = 0

    def before_update(self, step: int) -> None:
        """Look at the root's mode often, at all parts at growing intervals."""
        training: bool = self._model.training
        self.due = step + (1 if step < 2 else OFTEN)
        if training == self._mode and step < self._whole_due and self._updates == 0:
            return
        budget = self.loop.session.budget
        routine = training == self._mode and self._updates == 0
        if step > 2 and routine and not budget.allows(self._costs, steps=step + 1):
            return
        began = perf_counter()
        self._whole_due, self._mode = step + 1 + min(step // 2, LONGEST), training
        self._look(step)
        self._costs = perf_counter() - began
        budget.spend(self._costs)

    def _look(self, step: int) -> None:
        self._parts = _left_in_evaluation(self._model)
        if not self._parts or (self._hook is not None and self._trained):
            self._updates = 0
            self._let_go()
            return
        self._updates += 1
        if self._updates <= CERTAIN:
            self._follow()
            self.due = step + 1
            return
        self._let_go()
        self.due = NEVER
        how = f"at updates up to step {step:,}"
        self.loop.session.fact("evaluation_mode", self._text(), how, pressing=True)

    def _text(self) -> str:
        model = self._model
        left = [name for name, _ in self._parts]
        held = [name.replace("_orig_mod.", "") for name, _ in model.named_parameters()]
        others = [layer for layer in layers_of(held) if layer not in left]
        return text_of(left, others)

    def _follow(self) -> None:
        """See in which mode the next forward passes are made; not where a hook would have them
        made otherwise."""
        self._forwards = self._trained = 0
        if self._hook is None and not whole_only(self.loop) and not is_closed(self.loop.wrapped):
            hook = self.loop.watching.guard(self._passes)
            self._hook = self.loop.wrapped.register_forward_pre_hook(hook)

    def _passes(self, module: Any, args: Any) -> None:
        if torch.is_grad_enabled():
            self._forwards += 1
            self._trained += any(part.training for _, part in self._parts)

    def detach(self) -> None:
        """Take the hook away."""
        self._let_go()

    def _let_go(self) -> None:
        if self._hook is not None:
            self._hook.remove()
            self._hook = None
        self._forwards = self._trained = 0


def _left_in_evaluation(model: Any) -> Parts:
    """The parts that should be in training mode and are not; none where some of them are."""
    drop, norm = _parts(model)
    if any(part.training for _, part in drop) or (model.training and not drop):
        return []
    if model.training:
        return drop
    if any(part.training for _, part in norm):
        return []
    return [*drop, *norm]


def _parts(model: Any) -> tuple[Parts, Parts]:
    """Dropout, and norms with running statistics, of what is trained."""
    drop: Parts = []
    norm: Parts = []
    holders: dict[str, Any] = dict(model.named_modules())
    for name, module in holders.items():
        plain = name.replace("_orig_mod.", "")
        if _drops(module):
            if _trains(holders[name.rpartition(".")[0]]):
                drop.append((plain, module))
        elif isinstance(module, torch.nn.modules.batchnorm._NormBase):
            frozen = module.affine and not _trains(module)
            if module.track_running_stats and not frozen:
                norm.append((plain, module))
    return drop, norm


def _drops(module: Any) -> bool:
    if isinstance(module, torch.nn.RNNBase):
        return module.dropout > 0 and module.num_layers > 1
    return isinstance(module, torch.nn.modules.dropout._DropoutNd) and module.p > 0


def _trains(module: Any) -> bool:
    return any(parameter.requires_grad for parameter in module.parameters())
