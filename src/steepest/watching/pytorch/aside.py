"""A model looked at from elsewhere: other parameters for a moment, and everything back after."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from steepest.watching.doors import framework
from steepest.watching.pytorch.refusing import refusing

__all__ = ["Aside", "put_aside"]

torch = framework("torch", "torch")


class Aside:
    """The loss of one batch at other parameters, with the same random numbers every time.

    params:  the parameters that are moved, in order
    """

    def __init__(self, params: Sequence[Any], closure: Callable[[], Any]) -> None:
        self.params = tuple(params)
        self._closure = closure
        self._origin = [parameter.data for parameter in self.params]
        self._random = _random_state(self.params)

    def graph(self) -> Any:
        """The loss where the parameters are now, with the graph behind it."""
        _set_random_state(self._random)
        return self._evaluate()

    def drawn_anew(self) -> float:
        """The loss once more, with random numbers that go on."""
        return _number(self._evaluate())

    def loss(self) -> float:
        """The loss where the parameters are now, a number."""
        return _number(self.graph())

    def move(self, along: Sequence[Any], length: float) -> None:
        """Go from where the parameters were by so much of a direction; 0 is back."""
        for parameter, origin, part in zip(self.params, self._origin, along, strict=True):
            parameter.data = origin if length == 0 else origin + length * part

    def origin(self) -> list[Any]:
        """Where the parameters were; not copies."""
        return list(self._origin)

    def back(self) -> None:
        """The parameters are the tensors again that they were."""
        for parameter, origin in zip(self.params, self._origin, strict=True):
            parameter.data = origin
        _set_random_state(self._random)

    def _evaluate(self) -> Any:
        torch.clear_autocast_cache()
        with refusing(), torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of recurrent weights that lie apart meanwhile
            return self._closure()


@contextmanager
def put_aside(
    model: Any, params: Sequence[Any], closure: Callable[[], Any], others: Iterable[Any] = ()
) -> Generator[Aside]:
    """Look at a loss elsewhere, and leave no trace of it.

    others: parameters besides those of the model whose gradients are put aside as well

    Nothing is written into a parameter or a buffer: other tensors take their place meanwhile, so
    that what comes back is what was there, to the bit and to the version that autograd counts.
    Gradients, training flags, and the random states of Python, NumPy, the CPU and the devices of
    the parameters come back as well. A closure that calls `backward()` or `zero_grad()` is refused
    (`Refused`), since gradients of tensors that are not known here could not be brought back. What
    a model keeps in attributes of its own is not known either.

    Memory, while it lasts: one copy of the parameters, one of the buffers, and the graph.
    """
    modules = [] if model is None else list(model.modules())
    own: Iterable[Any] = () if model is None else model.parameters()
    held = list({id(parameter): parameter for parameter in (*params, *others, *own)}.values())
    gradients = [parameter.grad for parameter in held]
    flags = [module.training for module in modules]
    buffers = [dict(module._buffers) for module in modules]
    place = Aside(params, closure)
    try:
        for parameter in held:
            parameter.grad = None
        for module, kept in zip(modules, buffers, strict=True):
            for name, buffer in kept.items():
                module._buffers[name] = None if buffer is None else buffer.clone()
        yield place
    finally:
        place.back()
        for parameter, gradient in zip(held, gradients, strict=True):
            parameter.grad = gradient
        for module, flag, kept in zip(modules, flags, buffers, strict=True):
            module.training = flag
            module._buffers.update(kept)
        torch.clear_autocast_cache()


def _number(loss: Any) -> float:
    return float(loss.detach()) if isinstance(loss, torch.Tensor) else float(loss)


def _random_state(params: Sequence[Any]) -> list[Any]:
    devices = sorted({p.device.index for p in params if p.device.type == "cuda"})
    return [
        random.getstate(),
        np.random.get_state(),  # noqa: NPY002
        torch.get_rng_state(),
        [(device, torch.cuda.get_rng_state(device)) for device in devices],
    ]


def _set_random_state(state: list[Any]) -> None:
    python, numpy, cpu, devices = state
    random.setstate(python)
    np.random.set_state(numpy)  # noqa: NPY002
    torch.set_rng_state(cpu)
    for device, held in devices:
        torch.cuda.set_rng_state(held, device)
