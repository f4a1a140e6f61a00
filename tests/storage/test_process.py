import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from steepest.storage import process
from steepest.storage.process import SILENCE, is_gone, now, start_mark, this_process


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def test_this_process_is_there() -> None:
    assert not is_gone(this_process(), now())
    assert not is_gone(this_process(), ago(1e6))  # it is asked; its heartbeat does not matter


def test_an_ended_process_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert start_mark(child.pid) == ""
    assert is_gone(replace(this_process(), pid=child.pid), now())


def test_a_zombie_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert start_mark(child.pid) == ""
    child.wait()


def test_another_process_of_the_same_number_is_not_it() -> None:
    assert is_gone(replace(this_process(), started="long ago"), now())


@pytest.mark.parametrize("which", [{"host": "elsewhere"}, {"started": ""}])
def test_where_it_cannot_be_asked_its_silence_decides(which: dict[str, str]) -> None:
    far = replace(this_process(), **which)
    assert not is_gone(far, ago(SILENCE.total_seconds() - 5))
    assert is_gone(far, ago(SILENCE.total_seconds() + 1))


@pytest.mark.skipif(sys.platform != "linux", reason="the command's brackets are Linux's")
def test_a_command_with_brackets_and_spaces_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = " ".join(["S", *map(str, range(4, 30))])
    monkeypatch.setattr(process.Path, "read_text", lambda *_, **__: f"12 (a) S (b c) {fields}")
    assert start_mark(12) == "22"


@pytest.mark.skipif(os.name != "posix", reason="ps is a program of Unix")
def test_ps_tells_what_proc_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "other")
    mine = start_mark(os.getpid())
    if mine == "":
        pytest.skip("there is no ps here")
    assert start_mark(os.getpid()) == mine
    assert start_mark(1) not in ("", mine)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert start_mark(child.pid) == ""
