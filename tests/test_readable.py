from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.readable import readable


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1234567, "1,234,567"),
        (-1234567.0, "-1,234,567"),
        (999_999_999, "999,999,999"),
        (10**9, "1e9"),
        (1_234_567_890, "1.235e9"),
        (123456.7, "123,500"),
        (999.96, "1,000"),
        (999_999_999.5, "1e9"),
        (0.001, "0.001"),
        (0.0012344, "0.001234"),
        (0.00099999, "0.001"),
        (0.0009999, "9.999e-4"),
        (1.5e-300, "1.5e-300"),
        (5e-324, "4.941e-324"),
        (10**400 + 1, "1e400"),
        (True, "1"),
        (np.float32(0.1), "0.1"),
        (np.int64(20640), "20,640"),
        (np.float64("inf"), "infinity"),
        (-math.inf, "-infinity"),
        (math.nan, "not a number"),
    ],
)
def test_each_number_reads_as_people_write_it(number: float, text: str) -> None:
    assert readable(number) == text


def test_digits_can_be_asked_for() -> None:
    assert readable(math.pi, digits=1) == "3"
    assert readable(math.pi, digits=8) == "3.1415927"


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_what_is_read_back_differs_by_at_most_half_a_unit_of_the_fourth_digit(
    number: float,
) -> None:
    text = readable(number)
    back = float(text.replace(",", ""))
    assert abs(back - number) <= 5.0001e-4 * abs(number) + 5e-324


@given(st.floats(min_value=1e-3, max_value=9.99e8))
def test_no_exponent_and_no_stray_zeros_in_the_common_range(number: float) -> None:
    for text in (readable(number), readable(-number).removeprefix("-")):
        assert re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d*[1-9])?", text)
