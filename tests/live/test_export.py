from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from steepest.errors import InputError
from steepest.live.export import write_page
from steepest.live.page import page_of, script

SETUP: dict[str, Any] = {"title": "houses", "words": "", "link": "http"}


def test_the_file_is_the_page_that_stands_alone(tmp_path: Path) -> None:
    path = write_page(SETUP, tmp_path / "lab.html")
    assert path.read_text("utf-8") == page_of(SETUP).html
    assert [file.name for file in tmp_path.iterdir()] == ["lab.html"]


def test_nothing_in_it_leads_outside(tmp_path: Path) -> None:
    html = write_page(SETUP, tmp_path / "lab.html").read_text("utf-8")
    assert "connect-src 'none'" in html.replace("&#x27;", "'")
    assert "token" not in html.replace(script(), "")
    names = "http://www.w3.org/"  # names of vocabularies, which nobody fetches
    found = re.findall(r"https?://[^\s'\"`)]+", html)
    assert [url for url in found if not url.startswith(names)] == []


def test_an_older_page_is_replaced_and_a_link_to_it_stays_a_link(tmp_path: Path) -> None:
    real = write_page(SETUP, tmp_path / "real.html")
    link = tmp_path / "link.html"
    link.symlink_to(real)
    write_page({**SETUP, "title": "iris"}, link)
    assert link.is_symlink()
    assert "<title>iris" in real.read_text("utf-8")


@pytest.mark.parametrize(
    "before", [b"size,price\n1,2\n", b"<!doctype html>\n<title>mine</title>", b"", b"\xff\xfe"]
)
def test_whatever_else_is_there_is_left_as_it_is(tmp_path: Path, before: bytes) -> None:
    place = tmp_path / "lab.html"
    place.write_bytes(before)
    with pytest.raises(InputError, match="no page of the lab"):
        write_page(SETUP, place)
    assert place.read_bytes() == before


def test_the_table_is_never_overwritten(tmp_path: Path) -> None:
    table = write_page(SETUP, tmp_path / "table.html")  # whatever it looks like
    link = tmp_path / "link.html"
    link.symlink_to(table)
    for place in (table, link, tmp_path / "." / "table.html"):
        with pytest.raises(InputError, match="which it reads"):
            write_page(SETUP, place, keep=(None, 5, str(table)))


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        write_page(SETUP, tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        write_page(SETUP, tmp_path / "none" / "lab.html")
    with pytest.raises(InputError, match="zero byte"):
        write_page(SETUP, tmp_path / "a\0b.html")
    with pytest.raises(InputError, match="cannot be written"):
        write_page(SETUP, tmp_path / ("a" * 300 + ".html"))
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write_page(SETUP, tmp_path / "lab.html").read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_page({**SETUP, "title": "iris"}, tmp_path / "lab.html")
    assert [file.name for file in tmp_path.iterdir()] == ["lab.html"]
    assert (tmp_path / "lab.html").read_bytes() == old
