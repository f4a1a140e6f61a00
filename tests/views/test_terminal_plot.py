from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from steepest.views.canvas import Canvas
from steepest.views.terminal_plot import draw


@dataclass(frozen=True)
class Drawn:
    x: tuple[float, ...]
    y: tuple[float, ...]
    mark: str = "line"
    label: str = ""


def parabola(**given) -> Drawn:
    x = np.linspace(-3, 3, 61)
    return Drawn(tuple(x), tuple(x**2), **given)


def test_the_picture_has_the_size_that_was_asked_for():
    text = draw([parabola(label="J")], width=60, height=9, x_label="w", y_label="J").plain
    lines = text.splitlines()
    assert max(map(len, lines)) <= 60
    assert len(lines) == 1 + 9 + 2 + 1  # name, rows, axis and its numbers, legend


@pytest.mark.parametrize("width", [30, 60, 100])
@pytest.mark.parametrize("high", [1e-6, 1.0, 12345.0, 1e12])
def test_no_line_is_wider_than_the_width_whatever_the_numbers(width, high):
    layer = Drawn((0.0, high), (-high, high), label="a name")
    text = draw([layer, layer], width=width, height=6, x_label="size", y_label="price").plain
    assert max(map(len, text.splitlines())) <= width


def cell(text: str, character: str) -> tuple[int, int]:
    (found,) = [
        (row, line.index(character))
        for row, line in enumerate(text.splitlines())
        if character in line
    ]
    return found


def test_points_stand_where_they_belong():
    points = [
        Drawn((0.0,), (0.0,), "A"),
        Drawn((1.0,), (0.0,), "B"),
        Drawn((0.0,), (1.0,), "C"),
    ]
    text = draw(points, width=40, height=10, x_range=(0.0, 1.0), y_range=(0.0, 1.0)).plain
    a, b, c = (cell(text, character) for character in "ABC")
    assert a == (9, c[1])
    assert b == (9, 39 - 1)
    assert c[0] == 0


def test_ticks_stand_at_their_numbers():
    dot = Drawn((0.0,), (20.0,), "X")
    text = draw([dot], width=40, height=12, x_range=(-1, 1), y_range=(0, 40)).plain
    row, _ = cell(text, "X")
    assert text.splitlines()[row].split()[0] == "20"


def test_numbers_count_the_first_ten_and_the_first_at_a_place_stays():
    path = Drawn(tuple(range(20)), (0.0,) * 20, "numbers")
    rows = draw([path], width=60, height=3).plain.splitlines()
    line = next(row for row in rows if "9" in row)
    assert "".join(line.split())[-10:] == "0123456789"
    twice = Drawn((0.0, 0.0), (0.0, 0.0), "numbers")
    rows = draw([twice], width=30, height=3, x_range=(-1, 1), y_range=(-1, 1)).plain.splitlines()
    assert "0" in rows[1]
    assert "1" not in rows[1]


def test_a_logarithmic_axis_draws_a_geometric_fall_as_a_straight_line():
    steps = np.arange(33)
    layer = Drawn(tuple(steps), tuple(100 * 0.5**steps), ".")
    rows = draw([layer], width=50, height=33, log_y=True).plain.splitlines()
    places = [(i, row.index(".", 8)) for i, row in enumerate(rows[:33]) if "." in row[8:]]
    slopes = np.diff(np.array(places), axis=0)
    assert len(places) > 25
    assert np.all(np.abs(slopes[:, 1] - slopes[:, 1].mean()) <= 1)


def test_numbers_that_are_not_finite_leave_a_gap_and_never_raise():
    layer = Drawn((0.0, 1.0, 2.0, 3.0), (1.0, float("nan"), float("inf"), 2.0))
    assert draw([layer], width=40, height=5).plain
    assert draw([Drawn((1.0,), (float("nan"),))], width=40, height=5).plain
    assert draw([Drawn((0.0, 1.0), (0.0, -1.0))], width=40, height=5, log_y=True).plain
    assert draw([Drawn((2.0, 2.0), (5.0, 5.0))], width=40, height=5).plain


def test_a_terminal_without_braille_gets_ascii():
    layers = [parabola(label="J"), parabola(mark="dashes", label="dashed")]
    layers.append(parabola(mark="dots", label="dotted"))
    assert draw(layers, width=50, height=8, ascii_only=True).plain.isascii()


def test_dots_fill_the_cells_that_the_line_crosses():
    canvas = Canvas(3, 2)
    canvas.line((0.0, 0.5), (1.0, 0.5), "line", "red")
    rows = [list(canvas.row(i)) for i in range(2)]
    filled = [row for row in rows if all(character != " " for character, _ in row)]
    assert len(filled) == 1
    assert {style for _, style in filled[0]} == {"red"}


def test_lines_are_cut_off_at_the_edges():
    canvas = Canvas(4, 1)
    canvas.line((-1e9, 0.0), (1e9, 0.0), "line", "")
    assert "".join(c for c, _ in canvas.row(0)) == "⣀⣀⣀⣀"
    outside = Canvas(4, 1)
    outside.line((0.0, 2.0), (1.0, 3.0), "line", "")
    outside.line((float("nan"), 0.0), (1.0, 1.0), "line", "")
    outside.character(1.5, 0.5, "X", "")
    assert "".join(c for c, _ in outside.row(0)) == "    "
