"""A small drawing surface of terminal characters: eight braille dots in every cell."""

from __future__ import annotations

import math
from collections.abc import Iterator

__all__ = ["Canvas"]

# Bit of the dot in column 0 or 1, row 0 to 3 of a cell (Unicode 16.0, block U+2800).
BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
UPPER, LOWER = 0x01 | 0x02 | 0x08 | 0x10, 0x04 | 0x40 | 0x20 | 0x80
DASH = {"line": (1, 1), "dashes": (5, 9), "dots": (1, 5)}


class Canvas:
    """Lines and characters on `columns` x `rows` cells; positions run from 0 to 1, y upwards.

    >>> canvas = Canvas(4, 1)
    >>> length = canvas.line((0.0, 0.0), (1.0, 1.0), "line", "")
    >>> "".join(character for character, _ in canvas.row(0))
    '⣀⠤⠒⠉'
    """

    def __init__(self, columns: int, rows: int, *, ascii_only: bool = False) -> None:
        self.columns, self.rows = columns, rows
        self._ascii_only = ascii_only
        self._dots: dict[tuple[int, int], int] = {}
        self._style: dict[tuple[int, int], str] = {}
        self._characters: dict[tuple[int, int], str] = {}

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        mark: str,
        style: str,
        drawn: float = 0.0,
    ) -> float:
        """A straight line, cut off at the edges; mark: "line", "dashes" or "dots".

        Returns how many dots long the line is, with those `drawn` before it, so that the
        next piece of a curve takes the pattern up where this one left it.
        """
        clipped = _clip(start, end)
        if clipped is None:
            return drawn
        (x0, y0), (x1, y1) = ((self._across(x), self._down(y)) for x, y in clipped)
        length = math.hypot(x1 - x0, y1 - y0)
        on, period = DASH[mark]
        count = math.ceil(max(abs(x1 - x0), abs(y1 - y0)))
        for i in range(count + 1):
            share = i / count if count else 0.0
            if (drawn + share * length) % period < on:
                self._dot(round(x0 + share * (x1 - x0)), round(y0 + share * (y1 - y0)), style)
        return drawn + length

    def character(self, x: float, y: float, character: str, style: str) -> None:
        """One character over the dots; the first at a place stays. Nothing outside the edges."""
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return
        cell = (round(self._down(y)) // 4, round(self._across(x)) // 2)
        if cell not in self._characters:
            self._characters[cell] = character
            self._style[cell] = style

    def row(self, row: int) -> Iterator[tuple[str, str]]:
        """(character, style) of each cell of a row, from the left; row 0 is at the top."""
        for column in range(self.columns):
            cell = (row, column)
            bits = self._dots.get(cell, 0)
            character = self._characters.get(cell) or self._braille(bits)
            yield character, self._style.get(cell, "")

    def _across(self, x: float) -> float:
        return x * (2 * self.columns - 1)

    def _down(self, y: float) -> float:
        return (1.0 - y) * (4 * self.rows - 1)

    def _dot(self, across: int, down: int, style: str) -> None:
        cell = (down // 4, across // 2)
        self._dots[cell] = self._dots.get(cell, 0) | BITS[across % 2][down % 4]
        if cell not in self._characters:
            self._style[cell] = style

    def _braille(self, bits: int) -> str:
        if not bits:
            return " "
        if not self._ascii_only:
            return chr(0x2800 + bits)
        if not bits & LOWER:
            return "'"
        return ":" if bits & UPPER else "."


def _clip(
    start: tuple[float, float], end: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The part of the line inside the unit square, or None (Liang and Barsky 1984)."""
    (x0, y0), (x1, y1) = start, end
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        return None
    enters, leaves = 0.0, 1.0
    for position, change in ((x0, x1 - x0), (y0, y1 - y0)):
        if change == 0.0:
            if not 0.0 <= position <= 1.0:
                return None
            continue
        first, second = sorted((-position / change, (1.0 - position) / change))
        enters, leaves = max(enters, first), min(leaves, second)
    if enters > leaves:
        return None
    return tuple((x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in (enters, leaves))  # type: ignore
