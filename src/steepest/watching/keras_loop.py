"""A training of Keras 3 as it goes on, on PyTorch or JAX: what can be seen between two batches.

Everything happens where a batch begins, in the thread that trains: the parameters have moved for
the last time, and on PyTorch the gradients of the batch before are still there. Losses come from
wherever Keras fetches them from the device, one by one, a little later.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.diagnosis.record.watched import layer_words
from steepest.errors import InputError
from steepest.watching.captures import Numbers
from steepest.watching.coordinates import Tensor, coordinates_of
from steepest.watching.doors import framework
from steepest.watching.keras_layers import frozen_layers, name_of, untrained
from steepest.watching.keras_losses import KerasLosses, logs_means
from steepest.watching.keras_values import JaxValues, TorchValues, array_of
from steepest.watching.watching import Logged, Watching

if TYPE_CHECKING:
    from steepest.watching.session import Session

__all__ = ["KerasLoop"]

keras = framework("keras", "keras")

NEVER = 2**62
STILL = 10  # steps at a rate of zero from the first on, before that is said


class KerasLoop:
    """Watches a compiled model of Keras; its back end has to be PyTorch or JAX.

    With `steps_per_execution` a step of the record is one execution.

    Facts
        framework:         Keras, its version and its back end
        loss_logged:       "as logged", where the model has a `train_step` of its own
        frozen:            layers with trainable = False
        frozen_at_start:   those of them that hold what an initializer draws, and do not come before
                           all that is trained, as features do
        rate_zero:         "all", where the learning rate is zero from the first step on
        not_reached:       layers without a gradient at the first step (on PyTorch)
        first_non_finite:  the weights that are not finite: after a loss that was not (then
                           non_finite_kind is "unknown"), or that still was ("gradient"); with
                           non_finite_layers and non_finite_step
    """

    session: Session

    def __init__(self, model: Any) -> None:
        backend = keras.backend.backend()
        if backend not in ("torch", "jax"):
            raise InputError(
                f"Keras computes with {backend!r} here; its trainings are watched where it "
                'computes with "torch" or "jax" (the environment variable KERAS_BACKEND)'
            )
        self.model, self.backend = model, backend
        self.values = TorchValues(model) if backend == "torch" else JaxValues(model)
        self.losses = KerasLosses(logs_means(model), int(model.steps_per_execution or 1))
        self._rates: deque[float] = deque()
        self._rate = math.nan
        self._begun = 0
        self._pending: tuple[int, Numbers] | None = None
        self._named: list[str] = []
        self._followed = self._broken = self._moves = False
        self._suspect = NEVER

    @property
    def about(self) -> Mapping[str, str]:
        """The model's name and the optimizer's class."""
        return {"source": self.model.name, "target": type(self.model.optimizer).__name__}

    def attach(self, watching: Watching) -> None:
        """Nothing to hang: Keras calls."""
        self.session = watching.session
        how = "its own version, and its back end"
        self.session.fact("framework", f"Keras {keras.__version__} ({self.backend})", how)
        self.session.rule = _rule(self.model.optimizer)
        if not self.losses.means:
            how = "the model has a train_step of its own: its loss is taken as it logs it"
            self.session.fact("loss_logged", "as logged", how)

    def loss(self, loss: Any) -> None:
        """Keras says it."""

    def log(self, given: Logged) -> None:
        """Measures of the last step; the loss is Keras's."""
        for name, value in given.measures.items():
            self.session.measure(max(self.session.step, 0), name, float(value))

    def detach(self) -> None:
        """Nothing hangs."""
        self._pending = None

    def epoch_begins(self) -> None:
        """Keras's means begin anew, and its other callbacks may have changed the rate."""
        self.losses.epoch_begins()
        self._rate = math.nan

    def batch_begins(self) -> None:
        """Between two updates: look back at the last one, and ahead at the next."""
        if not self._followed:
            self._follow()
        self._look_back()
        step, self._begun = self._begun, self._begun + 1
        looks = self.session.looks(step)
        if math.isnan(self._rate) or looks or self.values.cheap_rate:
            self._rate = self.values.rate()
        self._rates.append(self._rate)
        if looks:
            self._look_ahead(step)

    def epoch_ended(self, logs: Any) -> None:
        """The last batch of an epoch, and what was measured after it."""
        self._look_back()
        if self.session.step < 0 < self._begun:
            raise InputError('the training logs no "loss" of its batches')
        held_out = logs.get("val_loss") if logs else None
        if held_out is not None:
            self.session.measure(self.session.step, "val_loss", float(held_out))

    def _look_ahead(self, step: int) -> None:
        """The parameters before an update; where no gradient will be seen, that is all."""
        self.values.wait()
        began = perf_counter()
        params = self.values.params()
        self._pending = step, params
        if self._suspect == NEVER and not np.isfinite(params).all():
            self._suspect = step - 1
            if self.session.step >= self._suspect:
                self._name_broken(after_finite_loss=True)
        if not self.values.sees_gradients:
            self._capture(began)
        else:
            self.session.budget.spend(perf_counter() - began)

    def _look_back(self) -> None:
        """The gradient of the last update, and the losses that came meanwhile: a row begins when
        its loss is known."""
        if self._pending is not None:
            self._capture(perf_counter())
        session, before = self.session, self.session.step
        for loss in self.losses.taken():
            rate = self._rates.popleft()
            self._moves = self._moves or rate != 0
            session.begin(session.step + 1, rate)
            session.loss(session.step, loss)
            if not math.isfinite(loss) or session.step >= self._suspect:
                finite = math.isfinite(loss) or session.step > self._suspect
                self._name_broken(after_finite_loss=finite)
        if session.step > before:
            if not self._moves and before < STILL <= session.step:
                how = f"from step 0 to step {session.step:,}"
                session.fact("rate_zero", "all", how, pressing=True)
            session.tick()

    def _capture(self, began: float) -> None:
        assert self._pending is not None  # noqa: S101
        (step, params), self._pending = self._pending, None
        self.session.capture(step, params, self.values.gradient(), perf_counter() - began)
        if step == 0 and self.values.unreached:
            named = self._layers(self.values.unreached)
            self.session.fact("not_reached", ", ".join(named), "no gradient came at step 0")

    def _follow(self) -> None:
        """The model is built with the first batch at the latest."""
        self._followed = True
        model, session = self.model, self.session
        variables = list(model.trainable_variables)
        tensors = [
            Tensor(name_of(model, variable.path), math.prod(variable.shape))
            for variable in variables
        ]
        if not tensors:
            raise InputError("the model has no trainable weights to watch")
        where = coordinates_of(tensors)
        self.values.follow(variables, where.places)
        self._named = self._layers(variables)
        session.follow(where)
        if not self.values.sees_gradients:
            session.lacking.add("gradient")
        frozen = frozen_layers(model)
        if frozen:
            session.fact("frozen", ", ".join(frozen), "trainable is False")
        if fresh := untrained(model, frozen, array_of):
            how = "random initial values, as an initializer draws them"
            session.fact("frozen_at_start", ", ".join(fresh), how, pressing=True)

    def _name_broken(self, *, after_finite_loss: bool) -> None:
        """Which weights are not finite, where a loss is not, or where it still was; once.

        After such a loss mostly all are, which says nothing about where it came from.
        """
        if self._broken:
            return
        self._broken = True
        step = self._suspect if after_finite_loss else self.session.step
        found = self._layers(self.values.broken())
        if not found or not (after_finite_loss or len(found) < len(self._named)):
            return
        layers = ", ".join(found)
        text = f"the weights of {layer_words(found)}"
        kind = "gradient" if after_finite_loss else "unknown"
        text = f"{text}, after a finite loss" if after_finite_loss else f"the loss, and then {text}"
        how = "looked for once something was not finite"
        for name, value in (
            ("non_finite_kind", kind),
            ("non_finite_layers", layers),
            ("non_finite_step", float(step)),
            ("first_non_finite", text),
        ):
            self.session.fact(name, value, how, pressing=True)

    def _layers(self, variables: Iterable[Any]) -> list[str]:
        names = [Tensor(name_of(self.model, each.path), 1).layer for each in variables]
        return list(dict.fromkeys(names))


def _rule(optimizer: Any) -> str:
    """The update rule by its usual name."""
    name = type(optimizer).__name__.lower()
    if name != "sgd":
        return name
    if not getattr(optimizer, "momentum", 0):
        return "sgd"
    return "nesterov" if getattr(optimizer, "nesterov", False) else "momentum"
