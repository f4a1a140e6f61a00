"""Lines for the terminal: wrapped, aligned, and safe whatever the data are named.

Everything is printed as plain text objects, never as markup, so that a column named
"[red]" is a name like any other; control characters in names do not reach the terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steepest.views.markup import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "Sign",
    "aligned",
    "ascii_only",
    "block",
    "command",
    "facts",
    "labelled",
    "lines_of",
    "signed",
]

WIDEST = 96
LABEL = 10
UNBROKEN = "\ue000"  # stands between a number and its per cent sign until lines are broken

Sign = tuple[str, str, str]
"""A character, the same for terminals that have only ASCII, and its style."""


def aligned(console: Console, rows: list[tuple[str, ...]]) -> None:
    """Rows of cells under a head: the first to the left, the numbers to the right."""
    cells = [[_text(console, cell) for cell in row] for row in rows]
    widths = [max(row[i].cell_len for row in cells) for i in range(len(cells[0]))]
    for i, (name, *numbers) in enumerate(cells):
        line = name
        line.pad_right(widths[0] - name.cell_len)
        for number, width in zip(numbers, widths[1:], strict=True):
            line.append(" " * (3 + width - number.cell_len)).append_text(number)
        line.rstrip()
        if i == 0:
            line.stylize("bold")
        console.print(line, soft_wrap=True)


def facts(console: Console, pairs: list[tuple[str, str]], indent: int = 6) -> None:
    """Names with their numbers, down and then across: two beside each other where they fit."""
    cells = [(_text(console, name), _text(console, value)) for name, value in pairs]
    down = -(-len(cells) // 2)
    columns = [column for column in (cells[:down], cells[down:]) if column]
    if indent + sum(_wide(column) for column in columns) + 4 > min(console.width, WIDEST):
        columns = [cells]
    for row in range(max(map(len, columns), default=0)):
        line = _text(console, "").append(" " * indent)
        for column in columns:
            if row < len(column):
                name, value = column[row]
                line.append_text(name)
                line.append(" " * (_wide(column) - name.cell_len - value.cell_len))
                line.append_text(value).append("    ")
        line.rstrip()
        console.print(line, soft_wrap=True)


def _wide(column: list[tuple[Text, Text]]) -> int:
    """Cells that the names, two blanks and the numbers of a column take."""
    names, values = zip(*column, strict=True)
    return max(name.cell_len for name in names) + 2 + max(value.cell_len for value in values)


def labelled(console: Console, label: str, *lines: str) -> None:
    """A label on the left, and each of the lines wrapped beside it."""
    for i, line in enumerate(lines):
        block(console, (label if i == 0 else "").ljust(LABEL), "", line)


def signed(console: Console, sign: Sign, first: str, words: str) -> None:
    """A sentence behind its sign, its first words bold."""
    mark = sign[1 if ascii_only(console) else 0]
    block(console, f"{mark} ", first, words, style=sign[2])


def block(console: Console, begin: str, first: str, words: str, *, style: str = "bold") -> None:
    """Words behind a beginning, their further lines as far from the edge; no trailing blanks.

    first: said in bold before the words
    """
    from rich.text import Text

    line = _text(console, f"{first} {words}".lstrip()).plain
    text = Text(line.replace(" %", f"{UNBROKEN}%"))
    text.stylize("bold", 0, len(first))
    width = max(20, min(console.width, WIDEST) - len(begin))
    for i, line in enumerate(text.wrap(console, width)):
        line.plain = line.plain.rstrip().replace(UNBROKEN, " ")
        head = Text(begin, style) if i == 0 else Text(" " * len(begin))
        console.print(Text.assemble(head, line), soft_wrap=True)


def lines_of(console: Console, text: str) -> None:
    """A text in lines: those too long for the screen wrapped, the others as they are."""
    from rich.text import Text

    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if len(line) > min(console.width, WIDEST):
            block(console, line[:indent], "", line[indent:])
        else:
            kept = plain(line).encode(console.encoding or "utf-8", "replace")
            console.print(Text(kept.decode(console.encoding or "utf-8")), soft_wrap=True)


def command(console: Console, line: str) -> None:
    """A command on one line however long, so that it can be copied."""
    text = _text(console, line)
    text.stylize("cyan")
    console.print(text.__class__("    ").append_text(text), soft_wrap=True)


def _text(console: Console, words: str) -> Text:
    """The words as rich prints them: one line, no markup, nothing this terminal cannot show."""
    from rich.text import Text

    line = " ".join(plain(words).split())
    encoding = console.encoding or "utf-8"
    return Text(line.encode(encoding, "replace").decode(encoding))


def ascii_only(console: Console) -> bool:
    """Whether this terminal shows no more than ASCII."""
    return not (console.encoding or "utf-8").lower().startswith("utf")
