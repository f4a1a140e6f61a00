"""The moment before an update, also of optimizers that compute their gradients inside of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steepest.watching.watching import Watching

__all__ = ["after_update", "before_update"]


def before_update(
    watching: Watching, look: Callable[[], None], forget: Callable[[], None]
) -> Callable[[Any, Any, Any], Any]:
    """A hook before an optimizer's step that calls `look` once the gradients are there.

    An optimizer that is handed a closure computes its gradients within the step: as L-BFGS does,
    and every one of Lightning's. Then `look` waits until the closure was called for the first
    time, when nothing has moved yet; `forget` is called after every further time, because those
    losses are of no step.
    """
    forgetting, compiling = watching.guard(forget), watching.compiling

    def guarded() -> None:
        """What `Guarded` does, without its cost at every step."""
        if not watching.running or watching.paused or compiling():
            return
        watching.inside += 1
        try:
            try:
                look()
            except Exception as error:
                watching.step_aside(error)
            if watching.news:
                watching.act()
        finally:
            watching.inside -= 1

    def hook(optimizer: Any, args: Any, kwargs: Any) -> Any:
        if len(args) < 2 and not kwargs:  # the usual call, kept short
            guarded()
            return None
        named = "closure" in kwargs
        closure = kwargs["closure"] if named else args[1] if len(args) > 1 else None
        if not callable(closure):
            guarded()
            return None
        seen = False

        def looked_after() -> Any:
            nonlocal seen
            value = closure()
            if seen:
                forgetting()
            else:
                seen = True
                guarded()
            return value

        if named:
            return args, {**kwargs, "closure": looked_after}
        return (args[0], looked_after, *args[2:]), kwargs

    return hook


def after_update(watching: Watching, look: Callable[[Any, Any, Any], None]) -> Callable[..., None]:
    """A hook after an optimizer's step that calls `look`. It must not take itself away: the
    optimizer is going through its hooks."""
    looking = watching.guard(look)

    def hook(optimizer: Any, args: Any, kwargs: Any) -> None:
        watching.inside += 1
        try:
            looking(optimizer, args, kwargs)
        finally:
            watching.inside -= 1

    return hook
