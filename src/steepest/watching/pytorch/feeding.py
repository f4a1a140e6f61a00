"""What a model is fed: which tensors are handed to a module, and a few numbers of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from steepest.watching.doors import framework
from steepest.watching.pytorch.hookable import hookable, is_closed

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = [
    "first_tensor",
    "hang",
    "named_layers",
    "normalises",
    "quiet_now",
    "some_of",
    "strided",
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
        if _is_plain(given):
            yield given
    elif depth and isinstance(given, Mapping):
        for part in cast("Mapping[Any, Any]", given).values():
            yield from _tensors(part, depth - 1)
    elif depth and isinstance(given, (list, tuple)):
        for part in cast("Sequence[Any]", given):
            yield from _tensors(part, depth - 1)


def _is_plain(tensor: Any) -> bool:
    """Whether a tensor holds its numbers itself: not spread over processes, nor within a vmap."""
    if tensor.layout is not torch.strided or tensor.is_nested or tensor.is_meta:
        return False
    wrapped = torch._C._functorch.is_functorch_wrapped_tensor(tensor)
    return not wrapped and not hasattr(tensor, "_local_tensor")


def hang(loop: TorchLoop, hook: Callable[[Any, Any, Any], None]) -> Any:
    """Call the hook with (module, args, words) before each pass through the model; the handle, or
    None where the model cannot be hooked from outside."""
    model = loop.wrapped
    if model is None or (is_closed(model) and not hasattr(model, "_orig_mod")):
        return None
    return model.register_forward_pre_hook(loop.watching.guard(hook), with_kwargs=True)


def named_layers(loop: TorchLoop) -> list[tuple[str, Any]]:
    """The innermost modules that hold parameters or normalise, and may be hooked, by name."""
    modules = hookable(loop)
    outer = {id(module) for _, module in modules}
    return [
        (name or type(module).__name__, module)
        for name, module in modules
        if not any(id(inner) in outer for inner in module.modules() if inner is not module)
        and (any(True for _ in module.parameters()) or normalises(module))
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
    return some_of(tensor, most).to(torch.float32, copy=True)


def some_of(tensor: Any, most: int) -> Any:
    """At most so many of its numbers, evenly spread, (n,); a view of it where it lies in a row.

    Of complex numbers both parts; of a tensor that is spread over processes its own part.
    """
    flat = getattr(tensor.detach(), "_local_tensor", tensor.detach())
    if flat.is_complex():
        flat = torch.view_as_real(flat.resolve_conj())
    if not flat.is_contiguous():
        while flat.numel() > 4 * most:
            longest = flat.shape.index(max(flat.shape))
            flat = flat[(slice(None),) * longest + (slice(None, None, 2),)]
    flat = flat.reshape(-1)
    step = max(1, -(-flat.numel() // most))
    while math.gcd(step, flat.numel()) > 1 and step < flat.numel():  # not always the same column
        step += 1
    return flat[::step]
