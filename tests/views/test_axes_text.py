"""Numbers and names along the axes."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steepest.views.axes_text import decades, power_label, short, tick_labels


@given(st.text(max_size=200), st.integers(4, 60))
def test_short_names_fit_on_one_line(name: str, longest: int) -> None:
    line = short(name, longest)
    assert len(line) <= longest + 1
    assert "\n" not in line


@given(
    st.floats(-1e12, 1e12),
    st.floats(1e-9, 1e12),
    st.integers(2, 7),
)
def test_labels_of_different_ticks_differ_and_say_the_number(
    first: float, spacing: float, count: int
) -> None:
    values = [float(first + i * spacing) for i in range(count)]
    if abs(first) * 1e-10 > spacing:  # beyond what an axis can resolve
        return
    labels = tick_labels(values)
    assert len(set(labels)) == count
    for value, label in zip(values, labels, strict=True):
        assert math.isclose(float(label.replace(",", "")), value, abs_tol=0.06 * spacing)


def test_decades_are_powers_of_ten_within_the_axis() -> None:
    for low, high in ((1e-300, 1e300), (0.5, 2.0), (3.0, 7.0), (1e-9, 1e4), (1e305, 1.7e308)):
        ticks = decades(low, high, 5)
        assert len(ticks) <= 5
        assert all(low <= tick <= high for tick in ticks)
        assert np.allclose(np.log10(ticks), np.round(np.log10(ticks)))
    assert decades(1.0, 0.5, 5) == []


def test_powers_are_short() -> None:
    assert [power_label(10.0**k) for k in (-12, -2, 0, 5, 6, 100)] == [
        "10⁻¹²",
        "0.01",
        "1",
        "100,000",
        "10⁶",
        "10¹⁰⁰",
    ]
