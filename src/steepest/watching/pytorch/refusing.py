"""Closures that must not touch gradients: what would do so is refused while they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from steepest.watching.doors import framework

__all__ = ["Refused", "refusing"]

torch = framework("torch", "torch")

# Whose attribute, its name, and how it is called in words.
PLACES = (
    (torch.autograd, "backward", "backward()"),
    (torch.optim.Optimizer, "zero_grad", "zero_grad()"),
    (torch.nn.Module, "zero_grad", "zero_grad()"),
)

_lock = threading.Lock()
_threads: list[int] = []
_before: list[tuple[Any, str, Any, Any]] = []


class Refused(Exception):  # noqa: N818
    """A closure wanted to write into gradients."""


@contextmanager
def refusing() -> Generator[None]:
    """Within, `backward()` and `zero_grad()` raise Refused where this thread calls them.

    They would add to, or take away, gradients that wait for an update, maybe of tensors that
    nobody here knows. Other threads are not concerned; `torch.autograd.grad` goes through.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    with _lock:
        if not _threads:
            for home, name, words in PLACES:
                original = getattr(home, name)
                refusal = _refusal(original, words)
                setattr(home, name, refusal)
                _before.append((home, name, original, refusal))
        _threads.append(threading.get_ident())


def _leave() -> None:
    with _lock:
        _threads.remove(threading.get_ident())
        if not _threads:
            for home, name, original, refusal in _before:
                if getattr(home, name) is refusal:  # else somebody has put his own around it
                    setattr(home, name, original)
            _before.clear()


def _refusal(original: Callable[..., Any], words: str) -> Callable[..., Any]:
    @wraps(original)
    def refused(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() in _threads:
            raise Refused(f"the closure calls {words}; it should only return the loss")
        return original(*args, **kwargs)

    return refused
