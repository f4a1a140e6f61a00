"""Which modules of a model may be hooked: not those that run otherwise where something hangs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from steepest.watching.doors import framework

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["hookable", "is_closed", "is_fast", "stands_for", "whole_only"]

torch = framework("torch", "torch")

# With a hook inside, these leave their fast path in evaluation, which rounds otherwise.
FAST = (torch.nn.TransformerEncoderLayer, torch.nn.MultiheadAttention)
UNCALLED = (torch.nn.ModuleList, torch.nn.ModuleDict)


def is_fast(module: Any) -> bool:
    """Whether a module has a fast path of its own in evaluation."""
    return isinstance(module, FAST)


def is_closed(module: Any) -> bool:
    """Whether a hook on a module, or inside of it, would have it run in another way."""
    if is_fast(module) or isinstance(module, torch.jit.ScriptModule):
        return True
    compiled = getattr(module, "_compiled_call_impl", None) is not None
    return compiled or "_orig_mod" in module._modules


def hookable(loop: TorchLoop) -> list[tuple[str, Any]]:
    """The modules by name, that are called and may be hooked; without what is closed."""
    if loop.model is None:
        return []
    shut = _shut(loop)
    return [
        (name, module)
        for name, module in loop.model.named_modules()
        if id(module) not in shut and not isinstance(module, UNCALLED)
    ]


def whole_only(loop: TorchLoop) -> bool:
    """Whether the model can only be seen from outside, if at all."""
    return loop.model is None or id(loop.model) in _shut(loop)


def stands_for(loop: TorchLoop) -> list[tuple[Any, list[str]]]:
    """The modules around closed ones, each with the names of all that is closed within, and is
    within no other of them."""
    shut, around = _shut(loop), dict(hookable(loop))
    found: dict[str, tuple[Any, list[str]]] = {}
    named: Iterable[tuple[str, Any]] = () if loop.model is None else loop.model.named_modules()
    for name, module in named:
        if id(module) in shut:
            home = name
            while home and home not in around:
                home = home.rpartition(".")[0]
            if home in around:
                plain = name.replace("_orig_mod.", "").removesuffix("._orig_mod")
                found.setdefault(home, (around[home], []))[1].append(plain)
    return list(found.values())


def _shut(loop: TorchLoop) -> set[int]:
    """What is closed, and all that is inside, by id."""
    modules = () if loop.wrapped is None else loop.wrapped.modules()
    return {id(inner) for module in modules if is_closed(module) for inner in module.modules()}
