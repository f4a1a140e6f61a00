"""The numbers of a Keras model between two batches, by what it computes with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.watching.captures import Numbers
from steepest.watching.doors import framework

__all__ = ["JaxValues", "TorchValues", "array_of"]

keras = framework("keras", "keras")

Places = Sequence[NDArray[np.int64] | None]


class TorchValues:
    """Parameters and gradients of the variables of a model on PyTorch.

    sees_gradients:  they lie beside the parameters until the next batch
    unreached:       the variables that had none, the last time they were read
    cheap_rate:      whether the learning rate can be read at every step: not from a device
    """

    sees_gradients = True

    def __init__(self, model: Any) -> None:
        self._model = model
        self._torch = framework("torch", "torch")
        self._variables: list[Any] = []
        self._places: list[Any] = []
        self.unreached: list[Any] = []
        self.cheap_rate = False

    def follow(self, variables: Sequence[Any], places: Places) -> None:
        """Which variables are read, and at which places."""
        self._variables = list(variables)
        device = self._variables[0].value.device
        self._places = [
            None if place is None else self._torch.from_numpy(place).to(device) for place in places
        ]
        self.cheap_rate = device.type == "cpu" and rate_variable(self._model) is not None

    def wait(self) -> None:
        """Nothing to wait for: reading does."""

    def params(self) -> Numbers:
        """(s,) where they are now; a copy."""
        return self._joined([variable.value for variable in self._variables])

    def gradient(self) -> Numbers:
        """(s,) of the batch before; of what got none, zeros."""
        self.unreached = [v for v in self._variables if v.value.grad is None]
        found = [variable.value.grad for variable in self._variables]
        for at, gradient in enumerate(found):
            if gradient is None:
                found[at] = self._torch.zeros_like(self._variables[at].value)
        return self._joined(found)

    def rate(self) -> float:
        """The learning rate now."""
        return _rate(self._model)

    def broken(self) -> list[Any]:
        """The variables that are not finite, in the order of the model."""
        return [v for v in self._variables if not bool(v.value.detach().isfinite().all())]

    def _joined(self, tensors: Sequence[Any]) -> Numbers:
        parts: list[Any] = []
        for tensor, places in zip(tensors, self._places, strict=True):
            flat = tensor.detach().reshape(-1)
            taken = flat if places is None else flat[places]
            parts.append(taken if taken.element_size() >= 4 else taken.float())
        return self._torch.cat(parts).cpu().numpy()


class JaxValues:
    """Parameters of the variables of a model on JAX, where gradients never leave the step.

    During an epoch the numbers are not in the variables, but in the state that goes from batch to
    batch; it is read there, and left as it is.
    """

    sees_gradients = False
    cheap_rate = False

    def __init__(self, model: Any) -> None:
        self._model = model
        self._variables: list[Any] = []
        self._places: Places = ()
        self.unreached: list[Any] = []

    def follow(self, variables: Sequence[Any], places: Places) -> None:
        """Which variables are read, and at which places."""
        self._variables, self._places = list(variables), places

    def wait(self) -> None:
        """Until the batch before is computed, which is not watching's time."""
        self._arrays()[-1].block_until_ready()

    def params(self) -> Numbers:
        """(s,) where they are now; a copy."""
        pairs = zip(self._arrays(), self._places, strict=True)
        return np.concatenate([_wide(_taken(array, places)) for array, places in pairs])

    def gradient(self) -> Numbers:
        """Not to be known."""
        count = sum(
            math.prod(variable.shape) if places is None else len(places)
            for variable, places in zip(self._variables, self._places, strict=True)
        )
        return np.full(count, math.nan, dtype=np.float32)

    def rate(self) -> float:
        """The learning rate now."""
        optimizer = self._model.optimizer
        held = self._held("optimizer_variables", optimizer.variables)
        values = {id(v): value for v, value in zip(optimizer.variables, held, strict=True)}
        variable = rate_variable(self._model)
        if variable is not None:
            return float(values[id(variable)])
        schedule = getattr(optimizer, "_learning_rate", None)
        return (
            _number(schedule(values[id(optimizer.iterations)])) if callable(schedule) else math.nan
        )

    def broken(self) -> list[Any]:
        """The variables that are not finite, in the order of the model."""
        pairs = zip(self._variables, self._arrays(), strict=True)
        return [v for v, array in pairs if not np.isfinite(_wide(np.asarray(array))).all()]

    def _arrays(self) -> list[Any]:
        return self._held("trainable_variables", self._variables)

    def _held(self, name: str, variables: Sequence[Any]) -> list[Any]:
        """The state on its way, or what is in the variables between the epochs."""
        state = getattr(self._model, "_jax_state", None)
        if state and not getattr(self._model, "_jax_state_synced", True):
            return list(state[name])
        return [variable.value for variable in variables]


def array_of(variable: Any) -> Any:
    """The numbers of a variable of Keras, as a NumPy array."""
    return _host(variable.value)


def rate_variable(model: Any) -> Any:
    """The variable that holds the learning rate; None for a schedule."""
    rate = getattr(model.optimizer, "_learning_rate", None)
    return rate if isinstance(rate, keras.Variable) else None


def _rate(model: Any) -> float:
    variable = rate_variable(model)
    if variable is not None:
        return float(variable.value)
    return _number(model.optimizer.learning_rate)


def _number(value: Any) -> float:
    return float(_host(value).item())


def _host(value: Any) -> Any:
    """As a NumPy array; a tensor of PyTorch by its own way, since Keras's makes NumPy warn."""
    if keras.backend.backend() == "torch" and keras.ops.is_tensor(value):
        return value.detach().cpu().numpy()
    return keras.ops.convert_to_numpy(value)


def _taken(array: Any, places: NDArray[np.int64] | None) -> Any:
    """On the host the memory itself is read; from a device only what is asked for is fetched."""
    if places is None:
        return np.asarray(array).reshape(-1)
    if any(device.platform != "cpu" for device in array.devices()):
        return np.asarray(array.reshape(-1)[places])
    return np.asarray(array).reshape(-1)[places]


def _wide(part: Any) -> Any:
    return part if part.dtype in (np.float32, np.float64) else part.astype(np.float32)
