"""A callback for Keras 3, on PyTorch or JAX.

    model.fit(x, y, callbacks=[WatchCallback(on_finding="stop")])

On PyTorch parameters and gradients are seen, on JAX parameters only: there, gradients never leave
the compiled step.
"""

from __future__ import annotations

from typing import Any

from steepest.watching.callbacks import Watched
from steepest.watching.doors import framework
from steepest.watching.keras_loop import KerasLoop

__all__ = ["WatchCallback"]

keras = framework("keras", "keras")


class WatchCallback(Watched, keras.callbacks.Callback):  # pyright: ignore[reportUntypedBaseClass]
    """Watches what `model.fit` trains, from the first batch to the last.

    Takes what `Watched` takes: on_finding, every, store, name, quiet. The `val_loss` that Keras
    measures after an epoch goes along.
    """

    async_safe = True
    """Keras may fetch losses from the device in a thread of its own: none is waited for."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin."""
        self._loop: KerasLoop | None = None
        watching = self._watch(lambda: KerasLoop(self.model))
        loop = None if watching is None else watching.adapter
        if watching is not None and isinstance(loop, KerasLoop):
            self._loop = loop
            self._batch_begins = watching.guard(loop.batch_begins)
            self._epoch_begins = watching.guard(loop.epoch_begins)
            self._epoch_ended = watching.guard(loop.epoch_ended)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Keras's means begin anew."""
        if self._loop is not None:
            self._epoch_begins()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Between two updates."""
        if self._loop is not None:
            self._batch_begins()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """What Keras says of a batch."""
        loss = logs.get("loss") if logs else None
        if self._loop is not None and loss is not None:
            self._loop.losses.told(batch, float(loss))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """What was measured after an epoch."""
        if self._loop is not None:
            self._epoch_ended(logs)

    def on_train_end(self, logs: Any = None) -> None:
        """End."""
        self._leave()

    def _stop(self) -> None:
        self.model.stop_training = True
