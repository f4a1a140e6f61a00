"""Whoever stands by ends what the driver has begun, and nothing else, however the driver ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.cluster.afterwards import Watcher
from steepest.cluster.ending import end_as_before, end_in_order

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

DRIVER = """
import os, subprocess, sys, time
from pathlib import Path
from steepest.cluster.afterwards import Watcher

folder, ending = Path(sys.argv[1]), sys.argv[2]
watcher = Watcher(folder)
held = open(folder / "held", "w")
os.environ["TOKEN"] = str(folder / "token")
begun = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(begun.pid, watcher._process.pid, flush=True)
if ending == "killed":
    os.kill(os.getpid(), 9)
watcher.end(at_once=True)
print(begun.wait(), folder.exists())
"""


@linux
@pytest.mark.parametrize("ending", ["killed", "ended"])
def test_nothing_of_the_folder_is_left(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "ray"
    folder.mkdir()
    beside = subprocess.Popen([sys.executable, "-c", "input()", str(folder)], stdin=subprocess.PIPE)
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(folder), ending], stdout=subprocess.PIPE, text=True
    ) as driver:
        said, _ = driver.communicate(timeout=60)
    begun, watcher, *_ = (int(word) for word in said.splitlines()[0].split())
    if ending == "ended":
        assert said.splitlines()[1] == f"{-signal.SIGKILL} False"
    for process in (begun, watcher):
        wait_for_end(process)
    assert not folder.exists()
    assert beside.poll() is None, "one that only names the folder is not of it"
    beside.communicate(b"\n")


def wait_for_end(process: int) -> None:
    """As far as a process that is not our child can be waited for; the test's limit ends it."""
    while True:
        try:
            state = Path(f"/proc/{process}/status").read_text()
        except OSError:
            return
        if "\nState:\tZ" in state:
            return


@linux
def test_it_is_gone_once_it_has_ended(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path / "none")
    watcher.end(at_once=False)
    assert watcher._process is not None
    assert watcher._process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_sigterm_ends_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    kept = end_in_order()
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        end_as_before(kept)
    assert signal.getsignal(signal.SIGTERM) is before
