"""Small plots in the terminal: curves, tangents, paths and contours, in braille dots.

What is what can be told without colour: lines are solid, dashed or dotted, points have
letters or digits, and a legend names them. Terminals that have no braille get . : and '.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from steepest.readable import readable
from steepest.views.canvas import Canvas

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["Layer", "Range", "draw"]

Range = tuple[float, float]
COLOURS = ("cyan", "magenta", "green", "red", "blue")
SAMPLE = {
    "line": ("⠤⠤⠤", "---"),
    "dashes": ("⠤ ⠤", "- -"),
    "dots": ("⠄⠄⠄", "..."),
    "numbers": ("0 1 2", "0 1 2"),
}


class Layer(Protocol):
    """One thing to draw.

    x, y:   as many numbers each; where one is not finite, the line has a gap
    mark:   "line", "dashes" or "dots" join the points; "numbers" puts the digits 0 to 9 on
            the first ten; any single character is put on each point
    label:  for the legend; "" for none
    """

    @property
    def x(self) -> Sequence[float]:
        """Positions across."""
        ...

    @property
    def y(self) -> Sequence[float]:
        """Positions upwards."""
        ...

    @property
    def mark(self) -> str:
        """How it is drawn."""
        ...

    @property
    def label(self) -> str:
        """What the legend calls it."""
        ...


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers to positions from 0 to 1, in proportion or by their logarithm."""

    low: float
    high: float
    log: bool

    def position(self, number: float) -> float:
        """Where the number lies; below 0 or above 1 outside the axis, NaN where it has none."""
        if not self.log:
            return (number - self.low) / (self.high - self.low)
        if not number > 0.0:
            return math.nan if math.isnan(number) else -math.inf
        return math.log(number / self.low) / math.log(self.high / self.low)

    def ticks(self, count: int) -> list[float]:
        """About `count` round numbers on the axis."""
        if self.log:
            first, last = math.ceil(_log10(self.low)), math.floor(_log10(self.high))
            return [10.0**k for k in range(first, last + 1, max(1, (last - first) // count + 1))]
        rough = (self.high - self.low) / count
        unit = 10.0 ** math.floor(_log10(rough))
        step = next(size * unit for size in (1, 2, 5, 10) if size * unit >= rough * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [k * step for k in range(first, last + 1)]


def draw(
    layers: Sequence[Layer],
    *,
    width: int = 72,
    height: int = 14,
    x_label: str = "",
    y_label: str = "",
    x_range: Range | None = None,
    y_range: Range | None = None,
    log_x: bool = False,
    log_y: bool = False,
    ascii_only: bool = False,
) -> Text:
    """The picture, `height` rows of dots with axes and a legend, at most `width` wide.

    A range that is not given holds all finite numbers of the layers, with a little room.
    Later layers are drawn over earlier ones.
    """
    from rich.text import Text

    x_axis = _axis([x for layer in layers for x in layer.x], x_range, log=log_x)
    y_axis = _axis([y for layer in layers for y in layer.y], y_range, log=log_y)
    labels = {_row(y_axis, tick, height): readable(tick) for tick in y_axis.ticks(4)}
    margin = max(map(len, [*labels.values(), y_label])) + 2
    canvas = Canvas(width - margin - 2, height, ascii_only=ascii_only)
    for layer, colour in zip(layers, _colours(len(layers)), strict=True):
        _put(canvas, layer, x_axis, y_axis, colour)
    wall, notch = ("|", "+") if ascii_only else ("│", "┤")
    text = Text(f"{y_label:>{margin - 1}}\n" if y_label else "")
    for row in range(height):
        text.append(f"{labels.get(row, ''):>{margin - 1}} {notch if row in labels else wall}")
        for character, style in canvas.row(row):
            text.append(character, style)
        text.append("\n")
    text.append(_floor(x_axis, canvas.columns, margin, x_label, ascii_only=ascii_only))
    text.append_text(_legend(layers, margin, width, ascii_only=ascii_only))
    text.rstrip()
    return text


def _colours(count: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def _log10(number: float) -> float:
    return math.log10(max(number, 1e-300))


def _axis(numbers: Sequence[float], given: Range | None, *, log: bool) -> Axis:
    if given is not None:
        return Axis(*given, log)
    usable = [n for n in numbers if math.isfinite(n) and (n > 0.0 or not log)] or [1.0]
    low, high = min(usable), max(usable)
    if log:
        return Axis(low / 1.3, high * 1.3, log)
    room = 0.04 * (high - low) or 0.5 * max(1.0, abs(high))
    return Axis(low - room, high + room, log)


def _row(axis: Axis, number: float, height: int) -> int:
    return round((1.0 - axis.position(number)) * (4 * height - 1)) // 4


def _put(canvas: Canvas, layer: Layer, x_axis: Axis, y_axis: Axis, style: str) -> None:
    places = [
        (x_axis.position(x), y_axis.position(y)) for x, y in zip(layer.x, layer.y, strict=True)
    ]
    if layer.mark in ("line", "dashes", "dots"):
        drawn = 0.0
        for start, end in pairwise(places):
            drawn = canvas.line(start, end, layer.mark, style, drawn)
        return
    digits = layer.mark == "numbers"
    for k, (x, y) in enumerate(places[:10] if digits else places):
        canvas.character(x, y, str(k) if digits else layer.mark, f"bold {style}")


def _floor(axis: Axis, columns: int, margin: int, label: str, *, ascii_only: bool) -> str:
    """The horizontal axis, its numbers, and its name at the right end."""
    corner, line, notch = ("+", "-", "+") if ascii_only else ("└", "─", "┴")
    rule, numbers = [line] * columns, [" "] * (margin + columns + 2)
    for tick in axis.ticks(max(2, columns // 14)):
        column = round(axis.position(tick) * (2 * columns - 1)) // 2
        rule[column] = notch
        written = readable(tick)
        begin = min(max(margin + 1 + column - len(written) // 2, 0), len(numbers) - len(written))
        numbers[begin : begin + len(written)] = written
    end = "".join(numbers).rstrip()
    room = margin + columns + 1 - len(label)
    named = f"{end:<{room}}{label}" if len(end) < room else f"{end}\n{label:>{room + len(label)}}"
    return f"{' ' * margin}{corner}{''.join(rule)}\n{named if label else end}\n"


def _legend(layers: Sequence[Layer], margin: int, width: int, *, ascii_only: bool) -> Text:
    from rich.text import Text

    indent = " " * (margin + 1)
    text, used = Text(), width
    for layer, colour in zip(layers, _colours(len(layers)), strict=True):
        if not layer.label:
            continue
        sample = SAMPLE.get(layer.mark, (layer.mark, layer.mark))[ascii_only]
        entry = len(sample) + 1 + len(layer.label)
        starts_line = used + 3 + entry > width
        text.append(("\n" if text else "") + indent if starts_line else "   ")
        text.append(sample, colour).append(f" {layer.label}")
        used = (len(indent) if starts_line else used + 3) + entry
    return text
