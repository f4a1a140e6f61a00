"""What a model is fed: which tensors are handed to a module, and a few numbers of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from steepest.watching.doors import framework

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = [
    "first_tensor",
    "hang",
    "named_layers",
    "normalises",
    "quiet_now",
    "strided",
    "whole_only",
]

torch = framework("torch", "torch")


def first_tensor(args: Any, words: Any = None) -> Any:
    """The first tensor among the arguments of a module, also inside lists and mappings; or None."""
    for tensor in _tensors(args, 2):
        return tensor
    for tensor in _tensors(words, 2):
        return tensor
    return None


def _tensors(given: Any, depth: int) -> Iterator[Any]:
    if isinstance(given, torch.Tensor):
        yield given
    elif depth and isinstance(given, Mapping):
        for part in cast("Mapping[Any, Any]", given).values():
            yield from _tensors(part, depth - 1)
    elif depth and isinstance(given, (list, tuple)):
        for part in cast("Sequence[Any]", given):
            yield from _tensors(part, depth - 1)


def whole_only(loop: TorchLoop) -> bool:
    """Whether the insides of the model must not be hooked, because they are compiled."""
    modules = () if loop.model is None else loop.model.modules()
    inside = any(getattr(module, "_compiled_call_impl", None) is not None for module in modules)
    return inside or hasattr(loop.wrapped, "_orig_mod")


def hang(loop: TorchLoop, hook: Callable[[Any, Any, Any], None]) -> Any:
    """Call the hook with (module, args, words) before each pass through the model; the handle, or
    None where the model cannot be hooked from outside."""
    model = loop.wrapped
    if model is None or getattr(model, "_compiled_call_impl", None) is not None:
        return None
    return model.register_forward_pre_hook(loop.watching.guard(hook), with_kwargs=True)


def named_layers(model: Any) -> list[tuple[str, Any]]:
    """The innermost modules that hold parameters or normalise, by name."""
    return [
        (name or type(module).__name__, module)
        for name, module in model.named_modules()
        if not any(True for _ in module.children())
        and (any(True for _ in module.parameters(False)) or normalises(module))
    ]


def normalises(module: Any) -> bool:
    """Whether a module brings its input to a common scale, told by its name."""
    kind = type(module).__name__.lower()
    return any(part in kind for part in ("norm", "standard", "rescal", "scaler"))


def quiet_now() -> bool:
    """Whether nothing should be looked at: while compiling, and outside of training."""
    return bool(torch.compiler.is_compiling()) or not bool(torch.is_grad_enabled())


def strided(tensor: Any, most: int) -> Any:
    """A copy of at most so many of its numbers, evenly spread, (n,) float32, on its device."""
    flat = tensor.detach()
    if not flat.is_contiguous():
        flat = (
            flat[: max(1, 4 * most * flat.shape[0] // max(flat.numel(), 1))] if flat.ndim else flat
        )
    flat = flat.reshape(-1)
    step = max(1, -(-flat.numel() // most))
    while math.gcd(step, flat.numel()) > 1 and step < flat.numel():  # not always the same column
        step += 1
    return flat[::step].to(torch.float32, copy=True)
