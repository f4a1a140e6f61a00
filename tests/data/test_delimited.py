from __future__ import annotations

import csv
import math
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.data.table import read_table
from steepest.errors import InputError


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def frame_of(folder: Path, text: str | bytes, name: str = "t.csv") -> pl.DataFrame:
    return read_table(written(folder, text, name)).frame


def refusal(folder: Path, text: str | bytes, name: str = "t.csv") -> str:
    path = written(folder, text, name)
    with pytest.raises(InputError) as caught:
        read_table(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", [True, False])
def test_separators_and_line_ends_are_found_out(
    tmp_path: Path, separator: str, newline: str, end: bool
) -> None:
    lines = [["size", "place name", "price"], ["1", "by, the sea", "2.5"], ["3", "hill", "4"]]
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in line] for line in lines]
    text = newline.join(separator.join(line) for line in quoted) + newline * end
    frame = frame_of(tmp_path, text)
    assert frame.columns == lines[0]
    assert frame.rows() == [(1, "by, the sea", 2.5), (3, "hill", 4.0)]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert frame_of(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n").columns == ["a", "b"]


def test_spaces_around_names_and_values_do_not_count(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, " a , b,c \n 1, 2.5 , x \n3 ,4,y\n")
    assert frame.columns == ["a", "b", "c"]
    assert frame.rows() == [(1, 2.5, "x"), (3, 4.0, "y")]


@pytest.mark.parametrize("marker", ["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"])
def test_markers_of_missing_values_become_null(tmp_path: Path, marker: str) -> None:
    frame = frame_of(tmp_path, f"n,i,t,b\n1.5,1,x,true\n{marker},{marker},{marker}, {marker} \n")
    assert frame.row(1) == (None, None, None, None)
    assert frame.dtypes == [pl.Float64, pl.Int64, pl.String, pl.Boolean]


def test_a_question_mark_is_missing_too(tmp_path: Path) -> None:
    assert frame_of(tmp_path, "a,b\n1,?\n?,2\n").rows() == [(1, None), (None, 2)]


def test_quoted_numbers_are_numbers(tmp_path: Path) -> None:
    assert frame_of(tmp_path, '"a","b"\n"1","x"\n"2","y"\n').dtypes == [pl.Int64, pl.String]


def test_the_type_is_decided_from_all_rows_not_from_the_first(tmp_path: Path) -> None:
    rows = [f"{i},{i}" for i in range(5_000)] + ["0.5,word"]
    frame = frame_of(tmp_path, "a,b\n" + "\n".join(rows))
    assert frame.dtypes == [pl.Float64, pl.String]
    assert frame.row(-1) == (0.5, "word")


def test_truth_and_dates_are_recognised(tmp_path: Path) -> None:
    text = "t,d,m\nTrue,2024-02-29,2024-01-01 10:00:00\nFALSE,2023-01-31,2024-01-01T10:00:00.5\n"
    assert frame_of(tmp_path, text).dtypes == [pl.Boolean, pl.Date, pl.String]
    text = text.replace("T10", " 10")
    assert frame_of(tmp_path, text).dtypes[2] == pl.Datetime("us")


def test_whole_numbers_beyond_64_bits_are_floats(tmp_path: Path) -> None:
    assert (
        frame_of(tmp_path, "a,b\n123456789012345678901234,1\n1,2\n")["a"][0]
        == 1.2345678901234568e23
    )


def test_blank_lines_do_not_count(tmp_path: Path) -> None:
    assert frame_of(tmp_path, "\na,b\n\n1,2\n\n\n3,4\n\n").rows() == [(1, 2), (3, 4)]


def test_a_value_may_hold_a_quote_a_separator_and_a_line_end(tmp_path: Path) -> None:
    text = 'a,b\n"say ""hi"", you",1\n"two\nlines",2\n'
    assert frame_of(tmp_path, text)["a"].to_list() == ['say "hi", you', "two\nlines"]


def test_a_quote_inside_a_bare_value_is_a_quote(tmp_path: Path) -> None:
    assert frame_of(tmp_path, 'a,b\n5" pipe,1\n6 pipe,2\n')["a"].to_list() == ['5" pipe', "6 pipe"]


def test_the_index_that_pandas_writes_gets_the_name_that_pandas_reads(tmp_path: Path) -> None:
    assert frame_of(tmp_path, ",a\n0,5\n1,6\n").columns == ["Unnamed: 0", "a"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", ["data row 2 has 2 values", "names has 3"]),
        ("a,b\n1,2\n3\n5,6\n", ["data row 2 has 1 value where"]),
        ("a,b\n1,2\n3,4\n5,6,7\n8,9\n", ["data row 3 has 3 values"]),
        ('a,b\n1,"x\ny"\n3,4\n5,6,7\n', ["data row 3 has 3 values"]),
        ("a,b,c\n1,2,3\n4,5", ["data row 2", "cut off"]),
        ("a,b,c\n1,2,3\n4", ["data row 2", "cut off"]),
        ('a,b\n1,"x"\n2,"yyy', ["data row 2", "quoted value", "not closed"]),
        ('a,b\n1,"x\n2,y\n3,z\n', ["data row 1", "quoted value"]),
        ('a,"b\n1,2\n', ["the line of column names", "quoted value"]),
        (b"a,b\n1,caf\xe9\n", ["not text in UTF-8", "line 2", "0xe9"]),
        (b"a,caf\xe9\n1,2\n", ["not text in UTF-8", "line 1"]),
        ("a,b\n", ["no rows"]),
        ("a,b", ["no rows"]),
        ("a,b,a\n1,2,3\n", ['columns 1 and 3 are both called "a"']),
        ("a,,c\n1,2,3\n", ["column 2 has no name"]),
        (b"\xef\xbb\xbf", ["empty"]),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_row(
    tmp_path: Path, text: str | bytes, parts: list[str]
) -> None:
    message = refusal(tmp_path, text)
    for part in parts:
        assert part in message


def test_a_ragged_row_deep_in_a_large_file_is_found(tmp_path: Path) -> None:
    lines = [f"{i},{i * i},text {i}" for i in range(400_000)]
    lines[345_678] = "1,2"
    assert "data row 345,679 has 2 values" in refusal(tmp_path, "a,b,c\n" + "\n".join(lines))


def test_a_huge_unclosed_quote_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{i},word {i}\n" for i in range(20_000))
    assert "data row 1" in refusal(tmp_path, 'a,b\n7,"open\n' + rows)


names = st.text("abcxyz_ ", min_size=1, max_size=6).map(str.strip).filter(bool)
cells = st.one_of(
    st.text('abc,;|"\n é', min_size=1, max_size=8).map(str.strip).filter(bool),
    st.none(),
)


@settings(max_examples=60, deadline=None)
@given(
    columns=st.lists(names, min_size=2, max_size=4, unique=True),
    data=st.data(),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
def test_text_that_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, columns: list[str], data, separator: str
) -> None:
    row = st.tuples(*[cells for _ in columns])
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows([["" if cell is None else cell for cell in line] for line in rows])
    frame = read_table(path).frame
    assert frame.columns == columns
    assert frame.rows() == rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.none()),
        min_size=1,
        max_size=20,
    )
)
def test_numbers_come_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, values: list[float | None]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    lines = [f"{'' if value is None else repr(value)},1" for value in values]
    path.write_text("a,b\n" + "\n".join(lines))
    read = read_table(path).frame["a"].to_list()
    for number, value in zip(read, values, strict=True):
        assert number == value
        if value is not None:
            assert math.copysign(1, number) == math.copysign(1, value) or value == 0


def test_a_file_that_ends_inside_a_word_is_refused(tmp_path: Path) -> None:
    text = "a,b\n1,NEAR BAY\n2,INLAND\n3,NEAR BA"
    assert 'ends in "NEAR BA"' in refusal(tmp_path, text)
    assert frame_of(tmp_path, text + "\n").height == 3
    assert frame_of(tmp_path, text + "Y").height == 3
    assert frame_of(tmp_path, "a,b\n1,x\n2,").height == 2
    assert frame_of(tmp_path, "a,b\n1,x\n2,y").height == 2
    assert 'ends in "fal"' in refusal(tmp_path, "a,b\n1,true\n2,false\n3,fal")


def test_a_line_of_names_that_nothing_separates_is_shown_as_it_is(tmp_path: Path) -> None:
    assert frame_of(tmp_path, "x y\n1 2\n3 4\n").columns == ["x y"]
