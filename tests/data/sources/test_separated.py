from __future__ import annotations

import os
import pickle
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steepest.data.sources import stretches
from steepest.data.sources.separated import SeparatedSource, separated_source
from steepest.data.table import read_table
from steepest.errors import InputError


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = (64,)
    monkeypatch.setattr(stretches.stretches, "__defaults__", defaults)


def source_at(folder: Path, *texts: str | bytes) -> SeparatedSource:
    paths: list[str] = []
    for place, text in enumerate(texts):
        path = folder / f"t{place}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(str(path))
    return separated_source(paths, "the files")


def all_of(source: SeparatedSource, rows: int = 7) -> pl.DataFrame:
    columns = list(source.schema)
    frames = [frame for piece in source.pieces for frame in source.read(piece, columns, rows)]
    return pl.concat(frames)


CELL = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats(width=32).map(str),
    st.sampled_from(["", "NA", "true", "FALSE", " 7 ", "0x10", "+5", "2024-01-31", "?", "1e5"]),
    st.sampled_from(["2024-01-31 10:00:00", "2024-01-31T10:00:00", "word", "1.", ".5", "NAN"]),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(CELL, min_size=1, max_size=3),
    st.lists(st.integers(0, 2), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), CELL), max_size=2),
)
def test_types_and_values_are_those_of_a_table_in_memory(
    tmp_path: Path, some: list[str], order: list[int], others: list[tuple[int, str]]
) -> None:
    cells = [some[place % len(some)] for place in order]
    for place, cell in others:
        cells[place % len(cells)] = cell
    text = "x,y\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells))
    source = source_at(tmp_path, text)
    whole = read_table(tmp_path / "t0.csv").frame
    assert dict(source.schema) == dict(whole.schema)
    assert all_of(source).equals(whole)


@pytest.mark.parametrize(
    "text",
    [
        'size,"place name",price\r\n1,"by, the sea",2.5\r\n\r\n3,hill,4',
        b"\xef\xbb\xbfa;b\n1;2\n\n\n3;4\n",
        'a,b\n"say ""hi"", you",1\n"two\nlines",2\n5" pipe,3\n' + "6 pipe,4\n" * 20,
        "a\tb\r1\t2\r3\t4\r" + "5\t6\r" * 30,
        "a,b\n" + "\n".join(f"{i},{i}" for i in range(200)) + "\n0.5,word\n",
        "t,m\n" + "True,2024-01-01 10:00:00\nFALSE,NA\n" * 9,
    ],
)
def test_what_a_text_holds_is_what_a_table_in_memory_holds(
    tmp_path: Path, text: str | bytes
) -> None:
    source = source_at(tmp_path, text)
    whole = read_table(tmp_path / "t0.csv").frame
    assert all_of(source).equals(whole)
    assert sum(piece.rows or 0 for piece in source.pieces) == whole.height


FINE = "".join(f"{i},{i + 1},w{i}\n" for i in range(50))


@pytest.mark.parametrize(
    "text",
    [
        f"a,b,c\n{FINE}4,5\n{FINE}",
        f"a,b,c\n{FINE}4,5,6,7\n{FINE}",
        f'a,b,c\n{FINE}1,2,"open\n{FINE}',
        f"a,b,c\n{FINE}4,5",
        f"a,b,c\n{FINE}1,2,caf".encode() + b"\xe9\n" + FINE.encode(),
        "a,b,c\n" + "1,2,lane\n" * 30 + "3,4,la",
        'a,"b\n1,2\n',
        "a,b\n",
        "a,b,a\n1,2,3\n",
        "a,,c\n1,2,3\n",
    ],
)
def test_what_is_refused_in_memory_is_refused_in_the_same_words(
    tmp_path: Path, text: str | bytes
) -> None:
    with pytest.raises(InputError) as by_pieces:
        source_at(tmp_path, text)
    with pytest.raises(InputError) as in_memory:
        read_table(tmp_path / "t0.csv")
    said = str(in_memory.value).replace(str(tmp_path / "t0.csv"), "T")
    told = str(by_pieces.value).replace(str(tmp_path / "t0.csv"), "T").replace("the files", "T")
    assert told == said


def test_files_are_one_table_with_wider_types(tmp_path: Path) -> None:
    source = source_at(tmp_path, "a,b\n1,\n2,NA\n", "b,a\nword,0.5\n", "a,b\n")
    assert dict(source.schema) == {"a": pl.Float64, "b": pl.String}
    assert all_of(source).rows() == [(1.0, None), (2.0, None), (0.5, "word")]


def test_a_column_of_words_in_one_file_alone_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r't1\.csv: column "a" holds text, and in .*numbers'):
        source_at(tmp_path, "a,b\n1,2\n", "a,b\nx,2\n")


def test_only_the_columns_asked_for_come_in_their_order(tmp_path: Path) -> None:
    source = source_at(tmp_path, "a,b,c\n1,x,0.5\n2,y,1.5\n")
    (frame,) = source.read(source.pieces[0], ["c", "a"], 10)
    assert frame.rows() == [(0.5, 1), (1.5, 2)]


def test_a_file_that_changes_is_another_and_is_refused_while_it_is_read(tmp_path: Path) -> None:
    source = source_at(tmp_path, "a,b\n1,2\n3,4\n")
    path = tmp_path / "t0.csv"
    before = path.stat()
    path.write_text("a,b\n1,2\nx,y\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(InputError, match="changed while it was read"):
        list(source.read(source.pieces[0], ["a"], 10))
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="changed while it was read"):
        list(source.read(source.pieces[0], ["a"], 10))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert separated_source([str(path)], "again").identity != source.identity


def test_it_can_be_sent(tmp_path: Path) -> None:
    source = source_at(tmp_path, "a,b\n1,2\n3,4\n")
    all_of(source)
    assert all_of(pickle.loads(pickle.dumps(source))).equals(all_of(source))  # noqa: S301
