"""A descent in a thread: when it is looked at, that it rests meanwhile, and that it ends."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from steepest.descent.plan import OnStep
from steepest.descent.recorder import Row
from steepest.errors import InputError
from steepest.live.growing import descended


def row(step: int) -> Row:
    none: Any = np.zeros(1)
    return Row(step=step, loss=0.0, learning_rate=0.1, params=none, gradient=none)


def steadily(on_step: OnStep) -> str:
    for step in range(400):
        on_step(row(step))
        time.sleep(0.001)
    return "down"


def test_looks_come_ever_more_rarely_and_then_the_end() -> None:
    parts = list(descended(steadily, every=0.005))
    sizes = [len(part) for part in parts if isinstance(part, list)]
    assert parts[-1] == "down"
    assert None in parts
    assert sizes == sorted(set(sizes))
    assert 2 <= len(sizes) <= 16  # of some hundred looks


def test_the_descent_rests_while_it_is_looked_at() -> None:
    taken: list[int] = []

    def counted(on_step: OnStep) -> None:
        for step in range(10**9):
            on_step(row(step))
            taken.append(step)
            time.sleep(0.0005)

    parts = descended(counted, every=0.005)
    while not isinstance(next(parts), list):
        pass
    time.sleep(0.02)  # the step that it was at
    before = len(taken)
    time.sleep(0.05)
    assert len(taken) == before
    while not isinstance(next(parts), list):
        pass
    assert len(taken) > before
    parts.close()


def test_closing_ends_the_thread() -> None:
    before = threading.active_count()
    parts = descended(steadily, every=0.005)
    next(parts)
    parts.close()
    assert threading.active_count() == before


def test_what_goes_wrong_is_raised() -> None:
    def wrong(on_step: OnStep) -> None:
        raise InputError("no way down")

    with pytest.raises(InputError, match="no way down"):
        list(descended(wrong))
