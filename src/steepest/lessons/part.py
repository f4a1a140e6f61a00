"""What a lesson is made of: words, numbers and pictures, as plain values.

A lesson says what is to be shown, and nothing of how: the terminal shows it today, a page
can show the same parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from steepest.diagnosis.finding import Diagnosis
from steepest.trace import Trace

__all__ = [
    "Epochs",
    "Heading",
    "Layer",
    "Lesson",
    "Look",
    "Mark",
    "Part",
    "Plot",
    "Table",
    "Try",
    "Verdict",
    "Words",
]

Mark = str


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what comes next, where a lesson has several experiments."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What to watch, said before the numbers come; one sentence each."""

    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Epochs:
    """The lines of a descent in one variable, one an epoch.

    first, last: how many epochs to print from the beginning and from the end; all of them
    where that is enough. `command` prints them all.
    """

    trace: Trace
    command: str
    first: int = 1_000_000
    last: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, as text; `caption` says what they are.

    numbers: the same for programs, name -> value; they are not shown.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing in a plot: as many y as x.

    mark: "line", "dashes" or "dots" join the points, "numbers" counts the first ten from
    0, and any single character is put on each point.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    mark: Mark
    label: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture; ranges that are None hold everything."""

    caption: str
    layers: tuple[Layer, ...]
    x_label: str
    y_label: str
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    log_y: bool = False
    height: int = 14


@dataclass(frozen=True, slots=True)
class Try:
    """What to do next: (a command line, what it shows)."""

    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the diagnosis says of a descent of this lesson; `of` names the descent."""

    of: str
    diagnosis: Diagnosis


Part = Heading | Words | Look | Epochs | Table | Plot | Try | Verdict


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    name:      what it is called by
    sentence:  what it shows, for the list
    play:      gives its parts, in order, computing as it goes; the last is a Verdict
    """

    name: str
    title: str
    sentence: str
    play: Callable[[], Iterator[Part]]
