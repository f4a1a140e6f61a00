"""A callback for Lightning's Trainer, of either name of the package.

    Trainer(callbacks=[WatchCallback(on_finding="stop")])

Lightning's optimizers compute their gradients within their step (a closure), scale the loss for
half precision and divide it by the batches that are accumulated; what is recorded is the loss as
the training step gave it.
"""

from __future__ import annotations

import sys
from typing import Any

from steepest.errors import InputError
from steepest.watching.callbacks import AGREE, Watched
from steepest.watching.doors import framework
from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["WatchCallback"]

NAMES = ("lightning.pytorch", "pytorch_lightning")
VALIDATION = ("val_loss", "valid_loss", "validation_loss", "val/loss", "valid/loss", "loss/val")


def _lightning() -> Any:
    """The package under the name that the program itself uses, else under the one that is there."""
    *others, last = sorted(NAMES, key=lambda name: name not in sys.modules)
    for name in others:
        try:
            return framework(name, "lightning")
        except InputError:
            continue
    return framework(last, "lightning")


lightning = _lightning()
torch = framework("torch", "lightning")


class WatchCallback(Watched, lightning.Callback):  # pyright: ignore[reportUntypedBaseClass]
    """Watches a LightningModule and its optimizers from the first batch to the last.

    Takes what `Watched` takes: on_finding, every, store, name, quiet. The first optimizer's steps
    are the steps of the record. A validation loss that the module logs becomes `val_loss`. Of
    several processes the first one watches; with "stop" all of them end within 32 batches.
    """

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin."""
        self._trainer: Any = trainer
        self._hear: Any = None
        if not trainer.is_global_zero:
            return
        self._scaler = getattr(trainer.precision_plugin, "scaler", None)
        automatic = pl_module.automatic_optimization
        self._times = trainer.accumulate_grad_batches if automatic else 1
        watching = self._watch(
            lambda: TorchLoop(pl_module, trainer.optimizers, scaler=self._scaler, announced=True)
        )
        if watching is not None:
            self._hear = watching.guard(self._take_loss)
            self._note = watching.guard(self._take_validation)

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        """The loss with its graph, as it goes into the backward pass."""
        if self._hear is not None:
            self._hear(loss)

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Of several processes all have to stop, and the first one knows."""
        if self._on_finding != "stop" or trainer.world_size == 1 or batch_idx % AGREE:
            return
        if trainer.strategy.reduce_boolean_decision(self.stopping, all=False):
            trainer.should_stop = True

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """What the module logged of its validation."""
        if self.watching is not None and not trainer.sanity_checking:
            self._note(trainer.callback_metrics)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """End."""
        self._leave()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End, because something was raised."""
        self._leave(exception)

    def _take_loss(self, loss: Any) -> None:
        """As the training step gave it: without the scaler's factor and the accumulation's."""
        if self._scaler is not None:
            loss = loss / self._scaler.scale(torch.ones_like(loss.detach()))
        if self._times != 1:
            loss = loss * self._times
        if self.watching is not None:
            self.watching.log(loss=loss)

    def _take_validation(self, metrics: Any) -> None:
        name = next((name for name in VALIDATION if name in metrics), None)
        if name is not None and self.watching is not None:
            self.watching.log(val_loss=float(metrics[name]))

    def _stop(self) -> None:
        if self._trainer.world_size == 1:
            self._trainer.should_stop = True
