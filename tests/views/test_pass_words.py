"""How far a pass is, in words that are short at any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.views.pass_words import bytes_words, pass_words, rows_words


@pytest.mark.parametrize(
    ("rows", "of_rows", "words"),
    [
        (0, 20_640, "0 of 20,640 rows"),
        (999_999, 1_000_000, "999,999 of 1M rows"),
        (999_600_000, 10**9, "1,000M of 1G rows"),
        (12_345_678, None, "12.3M rows"),
        (3 * 10**12, 10**13, "3T of 10T rows"),
    ],
)
def test_rows(rows: int, of_rows: int | None, words: str) -> None:
    assert rows_words(rows, of_rows) == words


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_no_exponents_and_one_unit(one: int, other: int) -> None:
    words = bytes_words(min(one, other), max(one, other))
    assert "e" not in words.removesuffix("bytes")
    assert words.split()[1] == "of"
    assert words.split()[-1] in ("bytes", "kB", "MB", "GB", "TB")


def test_rows_that_are_not_known_are_left_out() -> None:
    assert pass_words(1_200, (None, None), (5, 10)) == "pass 1,200: 5 of 10 bytes"
