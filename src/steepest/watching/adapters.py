"""Which adapter a loop gets: told by classes' names, so that no framework is imported to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from steepest.errors import InputError
from steepest.watching.watching import Adapter

__all__ = ["adapter_for"]


def adapter_for(model: Any, optimizer: Any, **more: Any) -> Adapter:
    """The adapter of a model and its optimizer; InputError for what nobody knows."""
    if model is None and optimizer is None:
        return _plain(model, optimizer, more)
    for ancestor, make in ADAPTERS:
        if _is_a(model, ancestor) or _is_a(optimizer, ancestor):
            return make(model, optimizer, more)
    what = cast("Any", type(optimizer if model is None else model))
    raise InputError(
        f"steepest.watch does not know how to watch a {what.__module__}.{what.__qualname__}; leave "
        "it out, and log every step: w.log(loss=..., params=..., gradient=..., learning_rate=...)"
    )


def _is_a(thing: Any, ancestor: str) -> bool:
    """Whether a class of that name, with its package, is among the ancestors."""
    package, _, name = ancestor.rpartition(".")
    held: list[Any] = [thing]
    if isinstance(thing, (list, tuple)):
        held += cast("Sequence[Any]", thing)[:1]
    kinds: list[Any] = [kind for part in held for kind in type(part).__mro__]
    return any(
        kind.__name__ == name and (kind.__module__ + ".").startswith(package + ".")
        for kind in kinds
    )


def _plain(model: Any, optimizer: Any, more: dict[str, Any]) -> Adapter:
    from steepest.watching.plain import PlainLoop

    _refuse(more, (), "a hand-written loop")
    return PlainLoop()


def _torch(model: Any, optimizer: Any, more: dict[str, Any]) -> Adapter:
    from steepest.watching.pytorch.loop import TorchLoop

    _refuse(more, ("criterion", "scaler", "activations"), "a PyTorch loop")
    if _is_a(model, OPTIMIZER) and _is_a(optimizer, MODULE):
        raise InputError("model and optimizer are swapped: steepest.watch(model, optimizer)")
    if model is not None and not _is_a(model, MODULE):
        raise InputError(f"the model is {_kind(model)}; expected a torch.nn.Module")
    wrong = more.get("criterion")
    if wrong is not None and not _is_a(wrong, MODULE):
        raise InputError(
            f"criterion is {_kind(wrong)}; expected a module that gives the loss; or leave it out, "
            "and log the loss: w.log(loss=loss)"
        )
    if optimizer is None:
        raise InputError(
            "a PyTorch loop is watched by its optimizer: steepest.watch(model, optimizer)"
        )
    several = isinstance(optimizer, (list, tuple))
    for one in cast("Sequence[Any]", optimizer) if several else [optimizer]:
        if not hasattr(one, "register_step_pre_hook"):
            raise InputError(f"the optimizer is {_kind(one)}; expected one of torch.optim")
    return TorchLoop(model, cast("Sequence[Any]", optimizer) if several else [optimizer], **more)


def _sklearn(model: Any, optimizer: Any, more: dict[str, Any]) -> Adapter:
    from steepest.watching.sklearn import SklearnEstimator

    _refuse(more, (), "an estimator")
    return SklearnEstimator(optimizer if model is None else model)


def _optax(model: Any, optimizer: Any, more: dict[str, Any]) -> Adapter:
    from steepest.watching.optax_loop import OptaxLoop

    _refuse(more, (), "an optimizer of optax")
    return OptaxLoop()


def _kind(thing: Any) -> str:
    """What a thing is, for a sentence: "the class Linear", "a list"."""
    return f"the class {thing.__name__}" if isinstance(thing, type) else f"a {type(thing).__name__}"


def _refuse(more: dict[str, Any], known: Sequence[str], what: str) -> None:
    strange = [name for name in more if name not in known]
    if strange:
        raise InputError(f"{what} has no {strange[0]!r} to watch")


OPTIMIZER = "torch.optim.optimizer.Optimizer"
MODULE = "torch.nn.modules.module.Module"

# A class that an object inherits from, with its package -> how its loop is watched.
ADAPTERS: tuple[tuple[str, Callable[[Any, Any, dict[str, Any]], Adapter]], ...] = (
    (OPTIMIZER, _torch),
    (MODULE, _torch),
    ("sklearn.base.BaseEstimator", _sklearn),
    ("optax._src.base.GradientTransformation", _optax),
)
