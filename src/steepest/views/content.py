"""What a report is made of: words, tables and pictures, before they are HTML or Markdown.

The parts of the report yield these blocks, and each writer turns them into its own kind of
text, so that what is said is written in one place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from steepest.views.style import Palette

__all__ = [
    "Alarm",
    "Beside",
    "Block",
    "Bullets",
    "Card",
    "Cards",
    "Cell",
    "Command",
    "Dots",
    "Equation",
    "Facts",
    "Folded",
    "Level",
    "Note",
    "Paragraph",
    "Picture",
    "Pictures",
    "Section",
    "Span",
    "Steps",
    "Table",
    "Words",
    "code",
    "dots_in_row",
    "name",
    "strong",
    "words_of",
]

Level = Literal["good", "notice", "warning", "error", "unknown"]


@dataclass(frozen=True, slots=True)
class Span:
    """Some words that are set apart from those around them.

    kind:  "name" of something in the data, "strong", "code", "italic", "raised" (an exponent),
           "small", or "break" for the end of a line
    """

    kind: Literal["name", "strong", "code", "italic", "raised", "small", "break"]
    text: str


Words = str | Sequence[str | Span]


def name(text: str) -> Span:
    """A name from the data."""
    return Span("name", text)


def strong(text: str) -> Span:
    """Words that matter more than those around them."""
    return Span("strong", text)


def code(text: str) -> Span:
    """Words for a machine."""
    return Span("code", text)


def words_of(words: Words) -> tuple[str | Span, ...]:
    """The pieces of some words."""
    return (words,) if isinstance(words, str) else tuple(words)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """look: "", "prose" (not wider than is good to read), "lead" or "small"."""

    words: Words
    look: str = "prose"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is some blocks. numbered: in their order of importance, from `first`."""

    items: tuple[tuple[Block, ...], ...]
    numbered: bool = False
    first: int = 1


@dataclass(frozen=True, slots=True)
class Dots:
    """A value and its interval as a dot and a bar, beside what it is to be compared with.

    reference:  a dashed line; None: there is none
    span:  the numbers at the left and the right end, the same for a whole column
    """

    value: float
    low: float | None
    high: float | None
    reference: float | None
    span: tuple[float, float]


def dots_in_row(
    values: Iterable[tuple[float, float | None, float | None]], reference: float
) -> list[Dots]:
    """One for each (value, low, high), on a common line that holds them and the reference."""
    held = list(values)
    numbers = [number for triple in held for number in triple if number is not None]
    numbers = [number for number in (*numbers, reference) if math.isfinite(number)]
    room = 0.05 * ((max(numbers) - min(numbers)) or 1.0)
    span = (min(numbers) - room, max(numbers) + room)
    return [Dots(value, low, high, reference, span) for value, low, high in held]


Cell = str | Span | Dots | Sequence[str | Span]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row heads it.

    numbers:  which columns are numbers, and stand to the right
    wide:     None: on a narrow screen the cells of a row stand below each other where there are
              more than three; False: they never do, as in a matrix
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...] = ()
    wide: bool | None = None

    @property
    def stacked(self) -> bool:
        """Whether its cells stand below each other on a narrow screen."""
        return len(self.head) > 3 if self.wide is None else self.wide


@dataclass(frozen=True, slots=True)
class Command:
    """A command to copy."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: `words` say what it shows, `table` holds its numbers.

    name:     unique in the report
    draw:     on bare matplotlib axes, in the colours of a palette
    reading:  how to read it, which is said beside the picture alone
    """

    name: str
    title: str
    words: str
    draw: Callable[[Any, Palette], None]
    table: Table | None = None
    reading: str = ""

    @property
    def caption(self) -> str:
        """What stands under it."""
        return f"{self.words} {self.reading}".strip()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures beside each other."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """What is shown only when it is asked for.

    printed: on paper it is unfolded, because who signs has to see it
    """

    summary: str
    blocks: tuple[Block, ...]
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Narrow tables, beside each other where there is room."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence behind a sign and a word: "Warning: ..."."""

    level: Level
    word: str
    words: Words


@dataclass(frozen=True, slots=True)
class Alarm:
    """What must not be overlooked."""

    title: str
    words: Words


@dataclass(frozen=True, slots=True)
class Card:
    """A thing that is judged: what about, how it stands, and why."""

    about: str
    level: Level
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards, two beside each other where there is room; or each over the whole width."""

    cards: tuple[Card, ...]
    beside: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """A few figures that everybody looks for: (what, figure, what belongs to it)."""

    facts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """Formulas, one a line."""

    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The legend of the shades from the first to the last step."""

    first: int
    last: int


Block = (
    Paragraph | Bullets | Table | Command | Pictures | Folded | Note | Alarm | Cards
    | Facts | Equation | Steps | Beside
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading; `name` is what a link to it is called."""

    name: str
    title: str
    blocks: tuple[Block, ...]
