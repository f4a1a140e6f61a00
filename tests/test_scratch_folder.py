from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.scratch_folder import folder_for, remove_folder

MAKE = """
import sys, pathlib
from steepest.scratch_folder import folder_for
folder = folder_for("rows-", pathlib.Path(sys.argv[1]))
(folder / "one").write_text("x")
print(folder, flush=True)
sys.stdin.read()
"""


def maker(where: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that made a folder, and goes on."""
    command = [sys.executable, "-c", MAKE, str(where)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    process, theirs = maker(tmp_path)
    try:
        other = tmp_path / "other-1-x"
        other.mkdir()
        mine = folder_for("rows-", tmp_path)
        assert mine.name.startswith(f"rows-{os.getpid()}-")
        assert (theirs / "one").exists()
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
    again = folder_for("rows-", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, again.name, other.name}
    remove_folder(mine)
    remove_folder(again)
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_the_number_of_a_process_is_not_believed(tmp_path: Path) -> None:
    process, theirs = maker(tmp_path)
    process.communicate("")  # it ends, and leaves its folder
    ours = theirs.rename(tmp_path / f"rows-{os.getpid()}-x")
    mine = folder_for("rows-", tmp_path)
    assert not ours.exists()
    remove_folder(mine)


def test_only_what_this_process_made_is_removed(tmp_path: Path) -> None:
    stranger = tmp_path / "rows-1-x"
    stranger.mkdir()
    remove_folder(stranger)
    mine = folder_for("rows-", tmp_path)
    assert stranger.exists()
    remove_folder(mine)
    remove_folder(mine)
    assert list(tmp_path.iterdir()) == [stranger]


def test_a_place_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        folder_for("rows-", tmp_path / "absent")
