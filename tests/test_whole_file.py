"""A file is there whole or not at all, and nothing but a plain file is ever replaced by one."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from steepest.errors import InputError
from steepest.whole_file import refuse_place, write_whole, writing_whole


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to(path.with_name("pipe"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("make", [pipe, link_to_a_pipe])
def test_a_pipe_is_never_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    place = tmp_path / "m.py"
    make(place)
    for act in (
        lambda: write_whole(b"new", place),
        lambda: refuse_place(place, "the export", "m.py", mine=lambda _: True, kind="export"),
    ):
        with pytest.raises(InputError, match="a device, a pipe or a socket and not a file"):
            act()
    assert stat.S_ISFIFO(place.stat().st_mode)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")
def test_a_socket_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as held:
        held.bind("m.py")
        with pytest.raises(InputError, match=r"m\.py is a device, a pipe or a socket"):
            write_whole(b"new", Path("m.py"))
        assert stat.S_ISSOCK(os.stat("m.py").st_mode)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder and not a file"):
        write_whole(b"new", tmp_path)


def test_what_is_there_is_whole_and_a_link_keeps_pointing(tmp_path: Path) -> None:
    link, place = tmp_path / "link", tmp_path / "m.py"
    link.symlink_to(place)
    write_whole(b"one", link)
    write_whole(b"two", link)
    assert link.is_symlink()
    assert place.read_bytes() == b"two"
    assert {path.name for path in tmp_path.iterdir()} == {"link", "m.py"}


def test_the_place_is_refused_in_one_sentence(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")

    def refused(path: Path) -> str:
        with pytest.raises(InputError) as caught:
            refuse_place(path, "the page", "a.html", mine=lambda _: False, kind="page of the lab")
        return str(caught.value)

    assert refused(tmp_path).endswith(f"name a file for the page, such as {tmp_path / 'a.html'}")
    assert "the page's folder" in refused(tmp_path / "none" / "a.html")
    assert "is no page of the lab; it was left as it is" in refused(mine)
    refuse_place(mine, "the page", "a.html", mine=lambda _: True, kind="page of the lab")
    refuse_place(tmp_path / "new", "the page", "a.html", mine=lambda _: False, kind="page")


def test_what_is_cut_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "kept.txt"
    place.write_text("before")
    for error in (KeyboardInterrupt, OSError):
        with pytest.raises(error):
            _cut(place, error)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert place.read_text() == "before"
    with writing_whole(place) as draft:
        draft.write_text("after")
    assert place.read_text() == "after"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def _cut(place: Path, error: type[BaseException]) -> None:
    with writing_whole(place) as draft:
        draft.write_text("half")
        raise error
