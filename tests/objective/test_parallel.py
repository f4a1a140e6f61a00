"""Work by a few threads: in order, whole, and never stuck."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.objective.parallel import each, thread_count, tree_sum

THREADS = pytest.mark.parametrize("threads", [1, 2, 3, 8])


@THREADS
@pytest.mark.parametrize("parts", [0, 1, 2, 7, 100])
def test_results_stand_where_their_parts_stood(parts: int, threads: int) -> None:
    begun = threading.Event()

    def work(part: int) -> int:
        if part == 0 and threads > 1 and parts > 1:
            begun.wait(0.05)  # so that the first ends last
        if part == parts - 1:
            begun.set()
        return part * part

    assert each(work, range(parts), threads) == [i * i for i in range(parts)]


@THREADS
def test_every_part_is_worked_on_once(threads: int) -> None:
    seen: list[int] = []
    each(seen.append, range(1000), threads)
    assert sorted(seen) == list(range(1000))


@pytest.mark.parametrize("threads", [2, 4])
def test_more_than_one_thread_takes_part(threads: int) -> None:
    """All of them wait for each other, so that fewer would wait for ever."""
    together = threading.Barrier(threads, timeout=60)
    names = each(lambda part: (together.wait(), threading.get_ident())[1], range(threads), threads)
    assert len(set(names)) == threads
    assert threading.get_ident() in names


@THREADS
@pytest.mark.parametrize("bad", [0, 5, 19])
def test_what_is_raised_is_raised_here(bad: int, threads: int) -> None:
    def work(part: int) -> int:
        if part == bad:
            raise InputError(f"part {part} is bad")
        return part

    with pytest.raises(InputError, match=f"part {bad} is bad"):
        each(work, range(20), threads)
    assert each(abs, range(20), threads) == list(range(20))


def test_what_a_helper_raises_is_raised_here() -> None:
    here, together = threading.get_ident(), threading.Barrier(2, timeout=60)

    def work(part: int) -> None:
        together.wait()
        if threading.get_ident() != here:
            raise ZeroDivisionError("in a helper")

    with pytest.raises(ZeroDivisionError, match="in a helper"):
        each(work, range(2), 2)


@pytest.mark.parametrize("threads", [2, 3])
def test_work_within_work_does_not_get_stuck(threads: int) -> None:
    def inner(part: int) -> int:
        return sum(each(lambda i: i + part, range(50), threads))

    assert each(inner, range(20), threads) == [1225 + 50 * part for part in range(20)]


def child(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )


def test_work_within_work_within_work_does_not_get_stuck() -> None:
    """Every level waits until both of its threads are at work, so that none finds it done."""
    answer = child(
        """
        import faulthandler, os, threading, time
        from steepest.objective.parallel import each
        faulthandler.dump_traceback_later(2, exit=True)
        def level(depth):
            def work(part):
                time.sleep(0.01)
                return part if depth == 0 else sum(each(level(depth - 1), range(2), 2))
            return work
        print(each(level(3), range(2), 2))
        os._exit(0)
        """
    )
    assert answer.stdout.strip() == "[4, 4]"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_threads_of_its_own() -> None:
    answer = child(
        """
        import faulthandler, os, warnings
        from steepest.objective.parallel import each
        warnings.simplefilter("ignore")  # of forking with threads, from Python 3.12 on
        assert each(abs, range(100), 3) == list(range(100))
        faulthandler.dump_traceback_later(60, exit=True)
        child = os.fork()
        if child == 0:
            os._exit(7 if each(abs, range(100), 3) == list(range(100)) else 8)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    )
    assert answer.stdout.strip() == "7", answer.stderr


def test_sums_along_a_tree_do_not_depend_on_who_added_first() -> None:
    parts = [np.array([10.0**k, -(3.0**k)]) for k in range(-8, 9)]
    by_pairs = parts
    while len(by_pairs) > 1:
        pairs = [sum(by_pairs[i : i + 2][1:], by_pairs[i]) for i in range(0, len(by_pairs), 2)]
        by_pairs = pairs
    assert tree_sum(parts).tobytes() == by_pairs[0].tobytes()


@pytest.mark.parametrize("count", range(1, 20))
def test_the_tree_has_every_leaf(count: int) -> None:
    parts = [np.array([2.0**i]) for i in range(count)]
    assert tree_sum(parts).tolist() == [2.0**count - 1]
    assert [part.tolist() for part in parts] == [[2.0**i] for i in range(count)]


def test_as_many_threads_as_there_are_cores() -> None:
    assert thread_count("all") == (os.cpu_count() or 1)
    assert [thread_count(n) for n in (1, 2, 64)] == [1, 2, 64]


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "some", None])
def test_numbers_of_threads_that_make_no_sense(threads: Any) -> None:
    with pytest.raises(InputError, match="from 1, or 'all'"):
        thread_count(threads)
