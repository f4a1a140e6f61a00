"""What others offer for the same purpose, as something that a loop can be given to.

Each is used as its own page shows it, on the loop of `overhead.py`: `w.log` stands before the
backward pass, and what belongs after the step is hung behind the optimizer's.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["PEERS", "Peer"]


@dataclass(frozen=True)
class Peer:
    """One of the others.

    watcher: folder for what it writes -> (model, optimizer) -> context with `log`
    """

    name: str
    watcher: Callable[[Path], Callable[[Any, Any], Any]]


class Follower:
    """A context with `log(loss=...)`, that calls `after(step, loss)` once the optimizer stepped."""

    def __init__(self, model: Any, optimizer: Any) -> None:
        self.model, self.optimizer = model, optimizer
        self.step, self.loss = 0, None

    def __enter__(self) -> Self:
        self._hook = self.optimizer.register_step_post_hook(self._stepped)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._hook.remove()
        self.end()

    def log(self, *, loss: Any) -> None:
        """The loss of the step that is on its way."""
        self.loss = loss.detach()

    def _stepped(self, optimizer: Any, args: Any, words: Any) -> None:
        self.after(self.step, self.loss)
        self.step += 1

    def after(self, step: int, loss: Any) -> None:
        """A step is done."""

    def end(self) -> None:
        """The loop is over."""


def _tensorboard(every: int | None) -> Callable[[Path], Callable[[Any, Any], Any]]:
    """Scalars at every step; every so manyth, histograms of all parameters and gradients."""

    class Board(Follower):
        def after(self, step: int, loss: Any) -> None:
            self.writer.add_scalar("loss", loss.item(), step)
            if every is not None and step % every == 0:
                for name, parameter in self.model.named_parameters():
                    self.writer.add_histogram(name, parameter, step)
                    self.writer.add_histogram(f"{name}.grad", parameter.grad, step)

        def end(self) -> None:
            self.writer.close()

    def at(folder: Path) -> Callable[[Any, Any], Any]:
        from torch.utils.tensorboard import SummaryWriter

        def make(model: Any, optimizer: Any) -> Any:
            board = Board(model, optimizer)
            board.writer = SummaryWriter(str(folder / "board"))
            return board

        return make

    return at


def _weights_and_biases(folder: Path) -> Callable[[Any, Any], Any]:
    """`wandb.watch` of gradients and parameters, by default every 1,000 batches; offline."""
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(folder)}
    import wandb

    class Offline(Follower):
        def __enter__(self) -> Self:
            self.run = wandb.init(project="loop", dir=str(folder), reinit="finish_previous")
            self.run.watch(self.model, log="all")
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            self.run.log({"loss": loss.item()})

        def end(self) -> None:
            self.run.finish()

    return Offline


def _gradscope(folder: Path) -> Callable[[Any, Any], Any]:
    os.environ["GRADSCOPE_DB"] = str(folder / "gradscope.db")
    import gradscope

    class Scope(Follower):
        def __enter__(self) -> Self:
            self.run = gradscope.attach(self.model, self.optimizer)
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            self.run.log_metric("loss", loss.item(), step=step)

        def end(self) -> None:
            self.run.close()

    return Scope


def _training_doctor(folder: Path) -> Callable[[Any, Any], Any]:
    from training_doctor import Doctor

    class Told(Follower):
        def __enter__(self) -> Self:
            self.doctor = Doctor()
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            rate = self.optimizer.param_groups[0]["lr"]
            with contextlib.redirect_stdout(io.StringIO()):
                self.doctor.log(step=step, loss=loss.item(), lr=rate)

    return Told


def _graphyco(folder: Path) -> Callable[[Any, Any], Any]:
    """`LiveTrainingDiagnostics`; a step is observed from one update to the next."""
    from graphyco import LiveTrainingDiagnostics

    class Live(Follower):
        def __enter__(self) -> Self:
            self.live = LiveTrainingDiagnostics(self.model)
            self.open = self.live.observe_step(0)
            self.open.__enter__()
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            self.open.__exit__(None, None, None)
            self.open = self.live.observe_step(step + 1)
            self.open.__enter__()

        def end(self) -> None:
            self.open.__exit__(None, None, None)
            self.live.close()

    return Live


def _thermoclaw(folder: Path) -> Callable[[Any, Any], Any]:
    from thermoclaw import Observer

    class Thermal(Follower):
        def __enter__(self) -> Self:
            with contextlib.redirect_stdout(io.StringIO()):
                self.observer = Observer(self.model, self.optimizer)
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            self.observer.step(loss=loss.item())

    return Thermal


def _gradviz(folder: Path) -> Callable[[Any, Any], Any]:
    from gradviz import GradViz

    class Norms(Follower):
        def __enter__(self) -> Self:
            self.norms = GradViz(self.model)
            self.norms.attach()
            return super().__enter__()

        def after(self, step: int, loss: Any) -> None:
            self.norms.step()

        def end(self) -> None:
            self.norms.detach()

    return Norms


PEERS = (
    Peer("TensorBoard, scalars", _tensorboard(None)),
    Peer("TensorBoard, scalars, histograms every 100 steps", _tensorboard(100)),
    Peer("TensorBoard, scalars, histograms every step", _tensorboard(1)),
    Peer("training-doctor", _training_doctor),
    Peer("gradviz", _gradviz),
    Peer("thermoclaw", _thermoclaw),
    Peer("graphyco", _graphyco),
    Peer("gradscope", _gradscope),
    Peer("wandb, offline, watch", _weights_and_biases),
)
