"""A callback for the Trainer of Hugging Face's Transformers.

    Trainer(model=model, args=args, callbacks=[WatchCallback()])

The loss is the one that the model returns. Where the Trainer computes it by itself, it has to pass
by here: `Trainer(compute_loss_func=watch.seen(my_loss))`, or in a `compute_loss` of one's own
`watch.log(loss=loss)`; else the means that the Trainer logs are all there is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from steepest.watching.callbacks import AGREE, Watched
from steepest.watching.doors import framework
from steepest.watching.pytorch.loop import TorchLoop, unwrapped

__all__ = ["WatchCallback"]

transformers = framework("transformers", "transformers")
torch = framework("torch", "transformers")


class WatchCallback(Watched, transformers.TrainerCallback):  # pyright: ignore[reportUntypedBaseClass]
    """Watches the model of a Trainer and its optimizer from the first step to the last.

    Takes what `Watched` takes: on_finding, every, store, name, quiet. The `eval_loss` of an
    evaluation becomes `val_loss`. Of several processes the first one watches; with "stop" all of
    them end within 32 steps.
    """

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Begin."""
        self._counting: Any = None
        if not state.is_world_process_zero:
            return
        model, optimizer = given["model"], _bare(given["optimizer"])
        self._loop: TorchLoop | None = None
        self._logged = -1
        watching = self._watch(lambda: TorchLoop(model, [optimizer]))
        loop = None if watching is None else watching.adapter
        if watching is not None and isinstance(loop, TorchLoop):
            self._loop = loop
            self._counting = unwrapped(model).register_forward_pre_hook(
                watching.guard(self._look_at_call), with_kwargs=True
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Stop where it was asked for."""
        if self._on_finding == "stop" and self._agreed(args, state):
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **given: Any) -> None:
        """The Trainer's own mean, where nobody told the losses one by one."""
        said = logs.get("loss") if logs else None
        if said is not None and self.watching is not None:
            self.watching.guard(self._take_mean)(float(said))

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **given: Any
    ) -> None:
        """The loss on the held-out rows."""
        held_out = metrics.get("eval_loss") if metrics else None
        if held_out is not None:
            self.log(val_loss=held_out)

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """End."""
        self._forget_calls()
        self._leave()

    def seen(self, loss: Callable[..., Any]) -> Callable[..., Any]:
        """The same function of a loss, but that every loss it gives passes by the watcher."""

        @functools.wraps(loss)
        def passing(*args: Any, **words: Any) -> Any:
            value = loss(*args, **words)
            if torch.is_grad_enabled():
                self._sums(words.get("num_items_in_batch"))
                self.log(loss=value)
            return value

        return passing

    def _take_mean(self, mean: float) -> None:
        """The mean of some steps, as the loss of each of them."""
        if self._loop is None or self._loop.heard:
            return
        session = self._loop.session
        how = "the mean of some steps, as the Trainer logs it: the model returns no loss"
        session.fact("loss_logged", "mean", how)
        for step in range(self._logged + 1, session.step + 1):
            session.loss(step, mean)
        self._logged = session.step

    def _look_at_call(self, module: Any, args: Any, words: Any) -> None:
        """The first call says what the losses of accumulated batches are: means, or parts."""
        if torch.is_grad_enabled():
            self._sums(words.get("num_items_in_batch"))
            self._forget_calls()

    def _sums(self, items: Any) -> None:
        """Divided by the items of all accumulated batches, their losses add up to the step's."""
        if self._loop is not None:
            self._loop.adds = items is not None

    def _forget_calls(self) -> None:
        if self._counting is not None:
            self._counting.remove()
            self._counting = None

    def _agreed(self, args: Any, state: Any) -> bool:
        """Whether to stop; of several processes all have to, and the first one knows."""
        if args.world_size <= 1:
            return self.stopping
        if state.global_step % AGREE:
            return False
        told = torch.tensor([float(self.stopping)], device=args.device)
        torch.distributed.broadcast(told, 0)
        return bool(told.item())


def _bare(optimizer: Any) -> Any:
    """The optimizer itself, out of what Accelerate wraps it in."""
    while True:
        inner = getattr(optimizer, "optimizer", None)
        if not isinstance(inner, torch.optim.Optimizer):
            return optimizer
        optimizer = inner
