"""One loop as people write them, run with and without being watched."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

import steepest
from steepest.diagnosis.finding import Finding

__all__ = ["End", "Parts", "Told", "Unwatched", "Watch", "Watched", "train", "watched"]

Watch = Callable[..., Any]


@dataclass
class Parts:
    """A loop in its parts.

    model, optimizer:  what is watched; `optimizer` may be several
    batches:           (inputs, targets), one a step
    loss_of:           the loss of a batch, through the model
    clear:             whether the gradients are cleared before the backward pass of a step
    between:           called after each step: validation, schedules
    clip:              the greatest norm of a gradient
    drive:             the loop itself, where it is none of the usual
    """

    model: Any
    optimizer: Any
    batches: Iterator[tuple[Any, Any]]
    loss_of: Callable[[Any, Any], Any]
    steps: int
    clear: Callable[[int], bool] = lambda step: True
    between: Callable[[int], None] | None = None
    clip: float | None = None
    drive: Callable[[Parts, Any], list[float]] | None = None


@dataclass(frozen=True)
class Told:
    """A finding, and the step at which it was told; None for at the end."""

    code: str
    severity: str
    layers: tuple[str, ...]
    because: str
    step: int | None


@dataclass
class End:
    """What a training came to."""

    losses: list[float]
    state: list[bytes] = field(repr=False)
    told: tuple[Told, ...] = ()
    failed: str | None = None


class Unwatched:
    """Stands in for a watching, and does nothing."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """Whatever `steepest.watch` takes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def log(self, *given: Any, **more: Any) -> None:
        """Nothing."""


class Watched:
    """`steepest.watch`, at its defaults, with the store where one is given.

    patient: time for watching is no object, so that a busy machine changes nothing; for tests
    """

    def __init__(self, store: Any = False, *, patient: bool = False) -> None:
        self.store, self.patient = store, patient
        self.told: list[Told] = []
        self.watching: Any = None
        self._ended = False

    def __call__(self, *given: Any, **more: Any) -> Any:
        """What a loop calls in place of `steepest.watch`."""
        self.watching = steepest.watch(*given, store=self.store, quiet=True, **more)
        self.watching.listeners.append(self._hear)
        self._close, self.watching.close = self.watching.close, self._end
        if self.patient:
            self.watching.session.budget.credit = float("inf")
        return self.watching

    def _end(self, error: BaseException | None = None) -> None:
        """What is told from here on is told at the end."""
        self._ended = True
        self._close(error)

    def _hear(self, finding: Finding, step: int) -> None:
        self.told.append(_told(finding, None if self._ended else step))

    @property
    def all_told(self) -> tuple[Told, ...]:
        """What was told during the loop, in that order, then what was told at its end."""
        known = {(told.code, told.layers) for told in self.told}
        late = [_told(finding, None) for finding in self.watching.findings]
        return (*self.told, *(each for each in late if (each.code, each.layers) not in known))


def _told(finding: Finding, step: int | None) -> Told:
    return Told(finding.code, finding.severity, finding.layers, finding.because, step)


def train(parts: Parts, watch: Watch) -> list[float]:
    """The loop; the loss of every step."""
    if parts.drive is not None:
        return parts.drive(parts, watch)
    losses: list[float] = []
    with watch(parts.model, parts.optimizer) as w:
        for step in range(parts.steps):
            inputs, targets = next(parts.batches)
            loss = parts.loss_of(inputs, targets)
            w.log(loss=loss)
            if parts.clear(step):
                parts.optimizer.zero_grad()
            loss.backward()
            if parts.clip is not None:
                torch.nn.utils.clip_grad_norm_(parts.model.parameters(), parts.clip)
            parts.optimizer.step()
            losses.append(loss.item())
            if parts.between is not None:
                parts.between(step)
    return losses


def watched(make: Callable[[int], Parts], seed: int, watch: Watched | None) -> End:
    """Make a training from a seed and run it, watched or not."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002, the state that watching must leave alone
    torch.manual_seed(seed)
    parts = make(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses = train(parts, Unwatched if watch is None else watch)
    told = () if watch is None else watch.all_told
    failed = None if watch is None else watch.watching.failed
    return End(losses, _state(parts, losses), told, failed)


def _state(parts: Parts, losses: Sequence[float]) -> list[bytes]:
    """Every number of the model, every state of a random generator, and the losses, as bytes."""
    held = [*parts.model.parameters(), *parts.model.buffers()]
    state = [_bytes(tensor) for tensor in held]
    drawn: Any = np.random.get_state()  # noqa: NPY002
    state += [_bytes(torch.get_rng_state()), drawn[1].tobytes(), repr(random.getstate()).encode()]
    modes = [module.training for module in parts.model.modules()]
    wanted = [(p.requires_grad, p.grad is None) for p in parts.model.parameters()]
    grads = [_bytes(p.grad) for p in parts.model.parameters() if p.grad is not None]
    return [*state, *grads, repr((modes, wanted)).encode(), np.asarray(losses).tobytes()]


def _bytes(tensor: Any) -> bytes:
    held = tensor.detach().to_dense() if tensor.is_sparse else tensor.detach()
    return held.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
