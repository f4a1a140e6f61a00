from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.data.sources.stretches import end_of_first_row, end_of_last_row, stretches

CELLS = st.text(alphabet='ab,;"\n \r', max_size=6)


def rows_of(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30), size=st.integers(1, 40))
def test_rows_stay_whole_wherever_they_are_cut(rows: list[tuple[str, str]], size: int) -> None:
    whole = io.StringIO(newline="")
    csv.writer(whole).writerows([("x", 'na"me'), *rows])
    data = whole.getvalue().encode()
    found = list(stretches(io.BytesIO(data), ",", size))
    begin = end_of_first_row(data, ",")
    assert b"".join(stretch.data for stretch in found) == data[begin:]
    assert [stretch.start for stretch in found] == [
        begin + sum(len(before.data) for before in found[:place]) for place in range(len(found))
    ]
    told = [row for stretch in found for row in rows_of(stretch.data.decode())]
    assert told == rows_of(data[begin:].decode())


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1,2\n3,4", 4),
        ("1,2\r3,4", 4),
        ('1,"a\nb"\n2', 8),
        ('1,"a\nb', 0),
        ('5" pipe,1\n6,2\n', 14),  # a quote inside a bare value opens nothing
        ('5" pipe,"a\nb', 0),
        ('"a ""b""\n",1\n', 13),
        ("none", 0),
    ],
)
def test_the_last_line_end_outside_of_quotes_is_found(text: str, end: int) -> None:
    assert end_of_last_row(text.encode(), ",") == end


def test_the_first_row_may_follow_blank_lines_and_hold_line_ends() -> None:
    data = b'\xef\xbb\xbf\n\r\n"a\nb",c\r\n1,2\n'
    assert data[end_of_first_row(data, ",") :] == b"1,2\n"


def test_a_stretch_says_whether_it_is_known_to_be_whole() -> None:
    found = list(stretches(io.BytesIO(b'a,b\n1,2\n3,4\n5,"6\n'), ",", 8))
    assert [(stretch.data, stretch.whole) for stretch in found] == [
        (b"1,2\n3,4\n", True),
        (b'5,"6\n', False),
    ]
