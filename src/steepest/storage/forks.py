"""What a fork of the process does to a store that is being written: nothing.

SQLite must not be carried across a fork, not even to be closed
(https://www.sqlite.org/howtocorrupt.html, section 2.6), and threads do not survive one. Data
loaders fork workers in the middle of a training. So every writer lets go of its file before a
fork and takes it up again when it next writes; in the child it is an empty shell.
"""

from __future__ import annotations

import os
from threading import local
from typing import Protocol
from weakref import WeakSet

__all__ = ["Forkable", "mind_forks"]


class Forkable(Protocol):
    """Something that holds a file or a thread."""

    def before_fork(self) -> None:
        """Let go."""
        ...

    def after_fork(self, *, in_child: bool) -> None:
        """Go on in the parent; in the child, never do anything any more."""
        ...


_minded: WeakSet[Forkable] = WeakSet()
_waiting = local()


def mind_forks(one: Forkable) -> None:
    """Tell it of every fork from now on, as long as somebody else holds it."""
    _minded.add(one)


def _before() -> None:
    _waiting.all = list(_minded)
    for one in _waiting.all:
        one.before_fork()


def _after(*, in_child: bool) -> None:
    every: list[Forkable] = getattr(_waiting, "all", [])
    _waiting.all = []
    for one in every:
        one.after_fork(in_child=in_child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before,
        after_in_parent=lambda: _after(in_child=False),
        after_in_child=lambda: _after(in_child=True),
    )
