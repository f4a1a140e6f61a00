"""Rows from Arrow's memory and rows from a frame are the same rows."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest.data.sources.ahead import chunks_of, read_ahead
from steepest.data.sources.arrow_rows import ArrowRows, joined
from steepest.data.sources.opening import source_of
from steepest.data.sources.part_rows import PartRows
from steepest.data.sources.rows import FrameRows, ask_ahead, rows_of
from steepest.errors import InputError

MADE = 40
LEVELS = ("b", "(missing)", "a")


def given(gaps):
    """A table of every plain type; every third row lacks its values if there are gaps."""
    mask = np.arange(MADE) % 3 == 0 if gaps else np.zeros(MADE, bool)
    whole = np.arange(MADE) % 7
    columns = {
        kind: pa.array(whole.astype(kind), mask=mask)
        for kind in ("f8", "f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
    }
    nan = np.where(mask, np.nan, whole)
    texts = np.array(["a", "b", "c"])[np.arange(MADE) % 3 if not gaps else whole % 3]
    return pa.table(
        columns
        | {
            "nan": pa.array(nan),
            "half": pa.array(nan.astype("f2")),
            "truth": pa.array(whole > 3, mask=mask),
            "text": pa.array(texts, mask=mask),
            "day": pa.array(whole.astype("datetime64[D]"), mask=mask),
            "none": pa.nulls(MADE),
        }
    )


@pytest.fixture(params=[False, True], ids=["whole", "gaps"])
def both(request, tmp_path):
    """The same rows in batches of Arrow, and in frames."""
    path = tmp_path / "rows.parquet"
    pq.write_table(given(request.param), path, row_group_size=MADE // 2)
    source = source_of(str(path))
    names = tuple(source.schema)
    pairs = []
    for piece in source.pieces:
        arrow = list(rows_of(source, piece, names, 7))
        frames = [FrameRows(frame) for frame in source.read(piece, names, 7)]
        pairs += zip(arrow, frames, strict=True)
    assert all(isinstance(one, ArrowRows) for one, _ in pairs)
    return pairs


def same(one, other):
    assert one.height == other.height
    assert one.frame.equals(other.frame)
    assert one.frame.schema == other.frame.schema
    assert one.some(["text", "f8"]).equals(other.some(["text", "f8"]))
    for name in other.frame.columns:
        found, expected = one.numbers(name), other.numbers(name)
        assert (found is None) == (expected is None), name
        if expected is not None:
            np.testing.assert_array_equal(found.astype(float), expected)
        assert one.missing(name) == other.missing(name), name
        np.testing.assert_array_equal(one.there([name]), other.there([name]))
    np.testing.assert_array_equal(one.places("text", LEVELS), other.places("text", LEVELS))


def test_both_say_the_same(both):
    for one, other in both:
        same(one, other)


def test_both_take_and_leave_the_same_rows(both):
    for one, other in both:
        kept = np.arange(one.height) % 2 == 1
        same(one.filter(kept), other.filter(kept))
        places = np.array([one.height - 1, 0, 0])
        same(one.take(places), other.take(places))
        same(one.take(places[:0]), other.take(places[:0]))


def test_parts_are_joined_in_their_order(both):
    some = np.array([1, 0])
    arrow = [one.take(some) for one, _ in both]
    frames = [other.take(some) for _, other in both]
    whole = pl.concat([rows.frame for rows in frames])
    assert joined(arrow).equals(whole)
    assert joined(frames).equals(whole)
    assert joined([frames[0], *arrow[1:]]).equals(whole)
    assert joined([arrow[0].take(some[:0])]).equals(whole[:0])


def test_a_column_of_two_types_in_two_files_comes_as_the_source_says(tmp_path):
    pq.write_table(pa.table({"x": pa.array([1, 2], pa.int32())}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": pa.array([1.5, None])}), tmp_path / "b.parquet")
    source = source_of(str(tmp_path))
    assert str(source.schema["x"]) == "Float64"
    rows = [next(rows_of(source, piece, ["x"], 10)) for piece in source.pieces]
    for some in rows:
        np.testing.assert_array_equal(
            some.numbers("x").astype(float), FrameRows(some.frame).numbers("x")
        )


def test_rows_of_folders_know_what_the_names_say(tmp_path):
    for year, town in ((2023, "b"), (2024, "__HIVE_DEFAULT_PARTITION__")):
        folder = tmp_path / f"year={year}" / f"town={town}"
        folder.mkdir(parents=True)
        pq.write_table(given(True), folder / "part.parquet")
    source = source_of(str(tmp_path))
    for names in (("town", "f8", "year", "text"), ("year", "town")):
        for piece in source.pieces:
            arrow = list(rows_of(source, piece, names, 16))
            frames = [FrameRows(frame) for frame in source.read(piece, names, 16)]
            assert all(isinstance(some, PartRows) for some in arrow)
            for one, other in zip(arrow, frames, strict=True):
                for some, expected in (
                    (one, other),
                    (one.take(np.array([3, 1])), other.take(np.array([3, 1]))),
                ):
                    assert some.frame.equals(expected.frame)
                    assert some.some(names[::-1]).equals(expected.some(names[::-1]))
                    assert some.some(["year"]).equals(expected.some(["year"]))
                    for name in names:
                        assert some.missing(name) == expected.missing(name)
                        found, numbers = some.numbers(name), expected.numbers(name)
                        assert (found is None) == (numbers is None)
                        if numbers is not None:
                            np.testing.assert_array_equal(found, numbers)
                    np.testing.assert_array_equal(
                        some.places("town", LEVELS), expected.places("town", LEVELS)
                    )
                    np.testing.assert_array_equal(some.there(names), expected.there(names))


def test_nothing_of_it_loads_pandas(tmp_path):
    pq.write_table(given(True), tmp_path / "rows.parquet")
    code = (
        "import sys, numpy as np\n"
        "from steepest.data.sources.opening import source_of\n"
        "from steepest.data.sources.rows import rows_of\n"
        "from steepest.data.sources.arrow_rows import joined\n"
        f"source = source_of({str(tmp_path / 'rows.parquet')!r})\n"
        "for rows in rows_of(source, source.pieces[0], tuple(source.schema), 16):\n"
        "    [rows.numbers(name) for name in source.schema]\n"
        "    joined([rows.take(np.array([0, 3]))] * 2)\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)


def test_what_is_asked_ahead_are_the_bytes_of_the_columns(tmp_path):
    path = tmp_path / "rows.parquet"
    rng = np.random.default_rng(0)
    table = pa.table({f"x{j}": rng.standard_normal(400_000) for j in range(4)})
    pq.write_table(table, path, row_group_size=200_000)
    about = pq.read_metadata(path)
    chunk = about.row_group(1).column(2)
    (stretch,) = chunks_of(about, 1, ["x2"])
    assert stretch == (chunk.dictionary_page_offset, stretch[0] + chunk.total_compressed_size)
    (together,) = chunks_of(about, 0, ["x0", "x1", "x2", "x3"])
    assert together[1] - together[0] >= 4 * 200_000 * 8
    assert len(list(chunks_of(about, 0, ["x0", "x3"]))) == 2
    assert list(chunks_of(about, 0, ["y"])) == []
    read_ahead(str(path), [stretch])
    read_ahead(str(tmp_path / "none"), [stretch])


def test_only_sources_that_can_are_asked_ahead(tmp_path):
    asked = []

    class Told:
        def __init__(self, source):
            self.pieces = source.pieces

        def batches(self, piece, columns, rows):
            raise AssertionError

        def ask_ahead(self, piece, columns):
            asked.append(piece.place)

    pq.write_table(given(False), tmp_path / "rows.parquet", row_group_size=5)
    source = source_of(str(tmp_path / "rows.parquet"))
    ask_ahead(Told(source), ["f8"])
    assert asked == list(range(len(source.pieces)))  # small ones: all are near
    asked.clear()
    ask_ahead(Told(source), ["f8"], source.pieces[0])
    assert asked == []
    ask_ahead(source_of(pl.DataFrame({"x": [1.0]})), ["x"])


def test_a_file_that_is_another_but_looks_the_same_is_read_anew(tmp_path):
    path, x = tmp_path / "rows.parquet", np.arange(1_000.0)

    def write(**columns):
        pq.write_table(pa.table(columns), path, use_dictionary=False, compression="none")
        os.utime(path, ns=(10**18, 10**18))
        source = source_of(str(path))
        return next(rows_of(source, source.pieces[0], ["x", "y"], 10)).frame.row(3)

    assert write(x=x, y=2 * x) == (3.0, 6.0)
    assert write(y=2 * x, x=x) == (3.0, 6.0)


def test_a_file_that_was_replaced_for_a_while_is_read_as_it_is(tmp_path):
    path, x = tmp_path / "rows.parquet", np.arange(5_000.0)
    pq.write_table(pa.table({"x": x}), path, row_group_size=1_000)
    whole, when = path.read_bytes(), path.stat().st_mtime_ns
    source = source_of(str(path))
    pq.write_table(pa.table({"x": x, "y": x}), path, row_group_size=500)
    ask_ahead(source, ["x"])
    with pytest.raises(InputError, match="changed"):
        list(rows_of(source, source.pieces[0], ["x"], 100))
    path.write_bytes(whole)
    os.utime(path, ns=(when, when))
    again = pl.concat(some.frame for some in rows_of(source, source.pieces[4], ["x"], 100))
    assert again["x"].to_list() == x[4_000:].tolist()


def test_a_dictionary_may_hold_a_missing_text():
    texts = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2]), pa.array(["a", None, "c"]))
    rows = ArrowRows(pa.RecordBatch.from_arrays([texts], ["text"]), {"text": pl.String()})
    same_texts = FrameRows(rows.frame)
    assert rows.missing("text") == same_texts.missing("text") == 2
    np.testing.assert_array_equal(rows.places("text", LEVELS), same_texts.places("text", LEVELS))
    np.testing.assert_array_equal(rows.there(["text"]), same_texts.there(["text"]))
