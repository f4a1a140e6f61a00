"""A hook behind a guard: it never hands on an error, and is nobody's but its own watching's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steepest.watching.watching import Watching

__all__ = ["Guarded", "asleep"]


def asleep(*_args: object, **_words: object) -> None:
    """What a guarded hook becomes in a copy or a file of the model that it hangs on: nothing."""


class Guarded:
    """A hook that does nothing once its watching is over, paused, or being compiled into a graph.

    An error inside makes the watching step aside, and what was found is acted on afterwards.
    """

    __torch_unserializable__ = True  # so that PyTorch saves a tensor without a warning about it

    def __init__(self, watching: Watching, hook: Callable[..., object]) -> None:
        self._watching, self._hook = watching, hook

    def __call__(self, *args: Any, **words: Any) -> None:
        """Call the hook, if its time is."""
        watching = self._watching
        if watching.compiling() or not watching.awake:
            return
        try:
            self._hook(*args, **words)
        except Exception as error:
            watching.step_aside(error)
        if watching.news:
            watching.act()

    def __deepcopy__(self, memo: object) -> Callable[..., None]:
        return asleep

    def __copy__(self) -> Callable[..., None]:
        return asleep

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return _asleep, ()


def _asleep() -> Callable[..., None]:
    return asleep
