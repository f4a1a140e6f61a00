"""A PyTorch loop: what happens at every step, kept as short as it can be.

Two hooks of the optimizer are the clock. Before an update the gradient is there and the parameters
are not yet moved: a row is begun, and where the step is looked at, both are copied from a fixed set
of coordinates. Everything else is left to inspectors, which come when they are due.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from steepest.errors import InputError
from steepest.watching.coordinates import Tensor as Sized
from steepest.watching.coordinates import coordinates_of
from steepest.watching.doors import framework
from steepest.watching.pytorch.closures import before_update
from steepest.watching.pytorch.hookable import is_fast
from steepest.watching.pytorch.inspector import NEVER
from steepest.watching.pytorch.inspectors import INSPECTORS
from steepest.watching.pytorch.rules import rule_of
from steepest.watching.pytorch.staging import Staging
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["TorchLoop"]

torch = framework("torch", "torch")

Tensor = torch.Tensor
WRAPPERS = ("_orig_mod.",)
PARALLEL = ("DataParallel", "DistributedDataParallel")
SILENT = 3
UNREAD = 64


class TorchLoop:
    """Watches a model and its optimizers.

    model:       a module, also wrapped for data parallel training or compiled; None where only
                 the optimizer is known
    optimizers:  the first one's steps are the steps of the record
    criterion:   a module that gives the loss, where it is one: then `w.log` is not needed
    scaler:      a gradient scaler, where one is used
    activations: whether dead and saturated units are counted as well
    announced:   whether every loss comes through `log`, and none is to be found in outputs

    adds:        whether the losses before one update are parts of a sum, and not of a mean
    heard:       whether any loss was told
    """

    session: Session
    watching: Watching

    def __init__(
        self,
        model: Any,
        optimizers: Sequence[Any],
        *,
        criterion: Any = None,
        scaler: Any = None,
        activations: bool = False,
        announced: bool = False,
    ) -> None:
        self.wrapped = model
        self.model = None if model is None else unwrapped(model)
        self.optimizers = tuple(optimizers)
        self.criterion, self.scaler, self.activations = criterion, scaler, activations
        self.recorded: list[tuple[str, Any]] = []
        self.closure: Any = None
        self._hooks: list[Any] = []
        self._steps: list[Any] = []
        self._unread: list[tuple[int, Any, int]] = []
        self._losses, self._sum = 0, 0.0
        self._aside: tuple[int, float, list[tuple[int, Any, int]]] | None = None
        self._late, self._said = False, announced
        self.adds = self.heard = False
        self._silent = 0
        self._gone = False
        self._due = self._loss_due = 0
        self._inspectors = [make(self) for make in INSPECTORS]

    @property
    def about(self) -> Mapping[str, str]:
        """The classes of model and optimizer."""
        model = "model" if self.model is None else type(self.model).__name__
        return {"source": model, "target": type(self.optimizers[0]).__name__}

    def attach(self, watching: Watching) -> None:
        """Hang the hooks; of distributed training on rank 0 only."""
        self.watching, self.session = watching, watching.session
        watching.compiling = torch.compiler.is_compiling
        rank, processes = _place()
        if rank:
            watching.paused = True  # the first process records, and for good
            return
        watching.several = processes > 1
        self.recorded = list(self._named())
        if not self.recorded:
            raise InputError(
                "the model has no parameters to watch (those that are sharded over processes, "
                "complex, or not made yet cannot be watched)"
            )
        tensors = [Sized(name, parameter.numel()) for name, parameter in self.recorded]
        where = coordinates_of(tensors)
        self._staging = Staging([parameter for _, parameter in self.recorded], where)
        session = self.session
        session.follow(where)
        session.rule = rule_of(self.optimizers[0], whole=session.whole)
        session.fact("framework", f"PyTorch {torch.__version__}", "its own version")
        self._rate = math.nan
        for inspector in self._inspectors:
            inspector.attach()
        self.wake()
        first, *others = self.optimizers
        clock = before_update(watching, self._before_update, self._forget)
        self._steps.append(first.register_step_pre_hook(clock))
        for other in others:
            aside = before_update(watching, self._set_aside, self._forget)
            self._steps.append(other.register_step_pre_hook(aside))
        if self.criterion is not None:
            self._hooks.append(
                self.criterion.register_forward_hook(watching.guard(self._criterion_gave))
            )
        if self.wrapped is not None and not is_fast(self.wrapped):
            self._root = self.wrapped.register_forward_hook(watching.guard(self._model_gave))
            self._hooks.append(self._root)

    def loss(self, loss: Any) -> None:
        """The loss of the step that is on its way, or of the one just made."""
        self._said = True
        self._take_loss(loss)

    def log(self, given: Logged) -> None:
        """The loss of the step that is on its way, or of the one just made; and other measures."""
        if given.loss is not None:
            self.loss(given.loss)
        if given.closure is not None:
            self.closure = given.closure
        for name, value in given.measures.items():
            number = _number(name, value)
            if number is not None:
                self.session.measure(max(self.session.step, 0), name, number)

    def detach(self) -> None:
        """Take every hook away, and read the losses that wait on the device.

        The hooks of an optimizer stay, asleep, while one of them is on its way: PyTorch goes
        through them one by one meanwhile.
        """
        if not self.watching.inside:
            for hook in self._steps:
                hook.remove()
            self._steps.clear()
        if self.watching.paused or self._gone:
            return
        self._gone = True
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        for inspector in self._inspectors:
            inspector.detach()
        self._read_losses()
        self.closure = None

    def wake(self) -> None:
        """Look again at when the inspectors are due: for one that changed it out of turn."""
        self._due = min((inspector.due for inspector in self._inspectors), default=NEVER)
        self._loss_due = min((inspector.loss_due for inspector in self._inspectors), default=NEVER)

    def later(self, hooks: Sequence[Any]) -> None:
        """Take hooks of an optimizer away once none of them is on its way any more."""
        self._steps += hooks

    def _before_update(self) -> None:
        """An update is about to be made, of gradients that are there."""
        session = self.session
        step = session.step + 1
        rate = self.optimizers[0].param_groups[0]["lr"]
        if type(rate) is not float:
            rate = self._rate_on(step, rate)
        if self._aside is not None:
            self._bring_back(step)
        if step == 0:
            self._late = self._losses == 0
        session.begin(step, rate, self._loss_before())
        self._losses = 0
        if step >= session.next_look and session.looks(step):
            self._capture(step)
        if step >= self._due:
            for inspector in self._inspectors:
                if step >= inspector.due:
                    inspector.before_update(step)
            self._due = min(inspector.due for inspector in self._inspectors)
        if step >= session.next_tick or session.pressing:
            session.tick()

    def _rate_on(self, step: int, rate: Any) -> float:
        """A learning rate that is no plain number: on a device it is read at every 64th step."""
        there = isinstance(rate, Tensor) and not rate.is_cpu
        if not there or step % UNREAD == 0:
            self._rate = float(rate)
        return self._rate

    def _loss_before(self) -> float | None:
        """The loss of the step to come, where it is known before its update."""
        if self._late or not self._losses or self._unread:
            return None
        return self._sum if self.adds else self._sum / self._losses

    def _capture(self, step: int) -> None:
        """Copy parameters and gradient from the recorded coordinates."""
        began = perf_counter()
        self._staging.fill(self.session.room)
        sound = self.session.captured(step, perf_counter() - began)
        if not sound:
            for inspector in self._inspectors:
                inspector.unsound(step)

    def _model_gave(self, module: Any, args: Any, output: Any) -> None:
        """A model that returns its own loss has said it; of one that does not, the hook goes."""
        if torch.compiler.is_compiling() or not torch.is_grad_enabled():
            return
        loss = None if self._said else _loss_in(output)
        if loss is not None:
            self._take_loss(loss)
            return
        self._silent += 1
        if self._said or self._silent > SILENT:
            self._root.remove()

    def _criterion_gave(self, module: Any, args: Any, output: Any) -> None:
        if torch.compiler.is_compiling() or self._said:
            return
        if torch.is_grad_enabled():
            self._take_loss(output)

    def _take_loss(self, loss: Any) -> None:
        """One loss: of the step to come, or, where losses follow their update, of the last one.

        Several before one update, as when gradients are accumulated, count as their mean.
        """
        if loss is None:
            return
        step = self.session.step if self._late else self.session.step + 1
        if isinstance(loss, Tensor) and loss.numel() == 1:
            self._losses += 1
            self.heard = True
            if step >= self._loss_due:
                self._inspect_loss(step, loss)
            if not loss.is_cpu:
                self._leave_unread(step, loss.detach())
                return
            value = loss.item()
            if not math.isfinite(value):
                for inspector in self._inspectors:
                    inspector.broken(step, loss)
        else:
            number = _number("the loss", loss)
            assert number is not None  # noqa: S101
            value = number
            self._losses += 1
            self.heard = True
        self._sum = value if self._losses == 1 else self._sum + value
        if self._late:
            self.session.loss(step, self._sum / self._losses)

    def _leave_unread(self, step: int, loss: Any) -> None:
        """Keep a loss on its device until several are read at once; those of one step as a sum."""
        if self._unread and self._unread[-1][0] == step:
            _, sum_so_far, count = self._unread.pop()
            self._unread.append((step, sum_so_far + loss.reshape(()), count + 1))
            return
        self._unread.append((step, loss.reshape(()), 1))
        if len(self._unread) >= UNREAD:
            self._read_losses()

    def _inspect_loss(self, step: int, loss: Any) -> None:
        for inspector in self._inspectors:
            if step >= inspector.loss_due:
                inspector.loss(step, loss)
        self._loss_due = min(inspector.loss_due for inspector in self._inspectors)

    def _set_aside(self) -> None:
        """Losses before an update of another optimizer are that one's, unless no others come."""
        if self._losses and not self._late:
            step = self.session.step + 1
            here = [waits for waits in self._unread if waits[0] == step]
            self._aside = self._losses, self._sum, here
            self._forget()

    def _forget(self) -> None:
        """Drop the losses of the step to come."""
        if not self._late:
            step = self.session.step + 1
            self._unread = [waits for waits in self._unread if waits[0] != step]
            self._losses = 0

    def _bring_back(self, step: int) -> None:
        """What was set aside, where this update has no loss of its own: one for all optimizers."""
        assert self._aside is not None  # noqa: S101
        losses, total, here = self._aside
        self._aside = None
        if not self._losses:
            self._losses, self._sum = losses, total
            self._unread += here

    def _read_losses(self) -> None:
        """Fetch the losses that wait on the device: one synchronisation for many steps."""
        now = self.session.step
        ready = [waits for waits in self._unread if waits[0] <= now]
        if not ready:
            return
        began = perf_counter()
        values = torch.stack([total for _, total, _ in ready]).float().tolist()
        if not math.isfinite(sum(values)):
            for inspector in self._inspectors:
                inspector.broken(now, None)
        self._unread = [waits for waits in self._unread if waits[0] > now]
        for (step, _, count), value in zip(ready, values, strict=True):
            self.session.loss(step, value if self.adds else value / count)
        self.session.budget.spend(perf_counter() - began)

    def _named(self) -> list[tuple[str, Any]]:
        """The trainable parameters by name; without a model, by their place in the optimizers."""
        if self.model is not None:
            named = list(self.model.named_parameters())
            return [(plain_name(name), p) for name, p in named if _is_plain(p)]
        return [
            (f"group_{at}.{place}", parameter)
            for optimizer in self.optimizers
            for at, group in enumerate(optimizer.param_groups)
            for place, parameter in enumerate(group["params"])
            if _is_plain(parameter)
        ]


def _place() -> tuple[int, int]:
    """The rank of this process in a distributed training, and how many there are."""
    distributed = torch.distributed
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def _is_plain(parameter: Any) -> bool:
    """Whether a parameter is numbers that are here: real, made already, not sharded."""
    if isinstance(parameter, torch.nn.parameter.UninitializedTensorMixin):
        return False
    sharded = hasattr(parameter, "to_local")
    return not sharded and not parameter.is_complex() and parameter.numel() > 0


def _number(name: str, value: Any) -> float | None:
    """What was logged as a number; None for None. InputError for what is none."""
    if value is None:
        return None
    try:
        if isinstance(value, Tensor):
            value = value.detach()
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise InputError(
            f"{name} was logged as a {type(value).__name__}, not as a number"
        ) from None


def unwrapped(model: Any) -> Any:
    """The module itself, out of what compiles it or distributes it."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and type(model).__name__ in PARALLEL:
            inner = model.module
        if inner is None:
            return model
        model = inner


def plain_name(name: str) -> str:
    """The name of a parameter without what wrappers put in front of it."""
    for part in WRAPPERS:
        name = name.replace(part, "")
    return name


def _loss_in(output: Any) -> Any:
    """The loss that a model returned: itself a scalar, an attribute or an entry; else None."""
    loss: Any = output
    if isinstance(output, Mapping):
        loss = cast("Mapping[str, Any]", output).get("loss")
    elif not isinstance(output, torch.Tensor):
        loss = getattr(output, "loss", None)
    scalar = isinstance(loss, torch.Tensor) and loss.numel() == 1 and loss.requires_grad
    return loss if scalar else None
