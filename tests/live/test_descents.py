"""One descent for all who ask for it: carried on by whoever is left, and ended with the last."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import pytest

from steepest.errors import InputError
from steepest.live.descents import Descents
from steepest.live.played import Played
from steepest.live.setting import Setting

KEY = Setting()


def told(*, growing: bool) -> Played:
    return cast("Played", SimpleNamespace(growing=growing))


class Made:
    """Counts its descents, and how they ended."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.begun = 0
        self.ended = 0

    def __call__(self) -> Generator[Played | None]:
        self.begun += 1
        try:
            for _ in range(self.parts):
                yield told(growing=True)
                yield None
            yield told(growing=False)
        finally:
            self.ended += 1


def test_two_who_ask_share_a_descent_and_its_end() -> None:
    descents, made = Descents(2), Made(2)
    first, second = descents.of(KEY, made), descents.of(KEY, made)
    seen = [next(first), next(second)]
    for one in (first, second):
        seen += list(one)
    assert made.begun == made.ended == 1
    ends = [part for part in seen if part is not None and not part.growing]
    assert len(ends) == 2
    assert ends[0] is ends[1]
    assert list(descents.of(KEY, made)) == [ends[0]]
    assert made.begun == 1


def test_one_goes_and_the_other_carries_on() -> None:
    descents, made = Descents(2), Made(5)
    first, second = descents.of(KEY, made), descents.of(KEY, made)
    assert next(first) is not None
    next(second)
    cast("Any", first).close()
    assert made.ended == 0
    *_, last = second
    assert last is not None
    assert not last.growing
    assert made.begun == made.ended == 1


def test_a_descent_ends_with_the_last_who_waits() -> None:
    descents, made = Descents(2), Made(5)
    first, second = descents.of(KEY, made), descents.of(KEY, made)
    next(first)
    next(second)
    cast("Any", first).close()
    cast("Any", second).close()
    assert made.ended == 1
    *_, last = descents.of(KEY, made)
    assert last is not None
    assert made.begun == 2


def test_all_are_told_what_went_wrong_and_the_next_tries_again() -> None:
    def wrong() -> Generator[Played | None]:
        yield None
        raise InputError("no such column")

    descents = Descents(2)
    first, second = descents.of(KEY, wrong), descents.of(KEY, wrong)
    assert next(first) is None
    for one in (first, second):
        with pytest.raises(InputError, match="no such column"):
            list(one)
    made = Made(0)
    assert len(list(descents.of(KEY, made))) == 1


def test_many_threads_share_one() -> None:
    descents, made = Descents(2), Made(200)
    ends: list[Played | None] = []

    def ask() -> None:
        with closing(cast("Any", descents.of(KEY, made))) as parts:
            *_, last = parts
            ends.append(last)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ends) == 8
    assert len({id(end) for end in ends}) == 1
    assert made.begun == made.ended == 1
