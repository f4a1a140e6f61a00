"""Descents by setting: each is made once, however many ask for it, while anybody does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from steepest.live.growing import LOOK_EVERY
from steepest.live.memory import Memory
from steepest.live.played import Played
from steepest.live.setting import Setting

__all__ = ["Begin", "Descents"]

Begin = Callable[[], Generator[Played | None]]
"""Goes down: what there is so far, None where that is nothing new, at last the whole."""


class Descents:
    """The descents that are on their way, and the last few that ended.

    All who ask for one setting take turns to carry its descent on and see the same parts.
    When the last of them has gone, the descent ends where it is.
    """

    def __init__(self, most: int) -> None:
        self._made = Memory[Setting, Played](most)
        self._going: dict[Setting, _Going] = {}
        self._lock = threading.Lock()

    def of(self, key: Setting, begin: Begin) -> Iterator[Played | None]:
        """The descent while it grows, None where there is nothing new, at last the whole.

        Closing the iterator says that nobody waits here any more.
        """
        going = self._join(key, begin)
        try:
            known = self._made.find(key)
            if known is not None:
                yield known
                return
            for played in going.parts():
                if played is not None and not played.growing:
                    self._made.keep(key, played)
                yield played
        finally:
            self._leave(key, going)

    def _join(self, key: Setting, begin: Begin) -> _Going:
        with self._lock:
            if key not in self._going:
                self._going[key] = _Going(begin())
            self._going[key].askers += 1
            return self._going[key]

    def _leave(self, key: Setting, going: _Going) -> None:
        with self._lock:
            going.askers -= 1
            if going.askers:
                return
            del self._going[key]
        going.end()


class _Going:
    """One descent on its way, carried on by one at a time of those who wait for it."""

    def __init__(self, parts: Generator[Played | None]) -> None:
        self.askers = 0
        self._parts = parts
        self._turn = threading.Lock()
        self._latest: Played | None = None
        self._ended = False
        self._error: BaseException | None = None

    def parts(self) -> Iterator[Played | None]:
        shown: Played | None = None
        while not (self._ended and shown is self._latest):
            if self._turn.acquire(timeout=LOOK_EVERY):
                try:
                    self._carry_on()
                finally:
                    self._turn.release()
            if self._error is not None:
                raise self._error
            latest = self._latest
            yield None if latest is shown else latest
            shown = latest

    def _carry_on(self) -> None:
        """One part further; whoever comes after the last one finds it there."""
        if self._ended:
            return
        try:
            part = next(self._parts)
        except BaseException as error:
            self._error, self._ended = error, True
            return
        if part is not None:
            self._latest, self._ended = part, not part.growing

    def end(self) -> None:
        with self._turn, closing(self._parts):
            self._ended = True
