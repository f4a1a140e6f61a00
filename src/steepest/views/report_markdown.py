"""The blocks of the report as Markdown, as GitHub reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from steepest.views.content import (
    Alarm,
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Command,
    Dots,
    Equation,
    Facts,
    Folded,
    Note,
    Paragraph,
    Picture,
    Pictures,
    Section,
    Span,
    Steps,
    Table,
    Words,
    words_of,
)
from steepest.views.markup import plain
from steepest.views.phrases import LEVELS

__all__ = ["BEGINNING", "escaped", "page_markdown"]

BEGINNING = "<!-- a report of steepest -->\n"
"""What every report in Markdown begins with, so that it is known when it is met again."""

WIDEST = 40
_SPECIAL = re.compile(r"[\\`*\[\]<>|~$@&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|www(?=\.)")
_OPENING = re.compile(r"^(#{1,6}|[-+>=]+|\d+[.)])(?=\s|$)")


def page_markdown(
    title: str,
    words: Words,
    facts: Sequence[tuple[str, str]],
    alarms: Iterable[Block],
    sections: Iterable[Section],
) -> str:
    """The whole page; `title` says which run it is of."""
    head = [f"{BEGINNING}# {_inline(words)}", f"*{escaped(title)}*"]
    head.append("\n".join(f"- {escaped(what)}: {escaped(value)}" for what, value in facts))
    pieces = [*head, *_pieces(alarms)]
    for section in sections:
        pieces += [f"## {escaped(section.title)}", *_pieces(section.blocks)]
    return "\n\n".join(pieces) + "\n"


def escaped(text: str) -> str:
    r"""Text that is nothing but text in Markdown, on one line.

    >>> escaped("a|b\n*c* <d> median_house_value _x_")
    'a\\|b \\*c\\* \\<d\\> median_house_value \\_x\\_'
    """
    line = " ".join(plain(text).split())
    return _SPECIAL.sub(lambda found: "".join(f"\\{c}" for c in found[0][:1]) + found[0][1:], line)


def _inline(words: Words) -> str:
    line = "".join(map(_span, words_of(words))).strip()
    return _OPENING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", line)


def _span(piece: str | Span) -> str:
    if isinstance(piece, str):
        left = " " if piece[:1].isspace() else ""
        right = " " if piece[-1:].isspace() and piece.strip() else ""
        return f"{left}{escaped(piece)}{right}"
    match piece.kind:
        case "strong":
            end = " " if piece.text.endswith(" ") else ""
            return f"**{escaped(piece.text)}**{end}"
        case "italic":
            return f"*{escaped(piece.text)}*"
        case "raised":
            return f"^{escaped(piece.text)}"
        case "code":
            return _code(piece.text)
        case "break":
            return ": "
        case _:
            return escaped(piece.text)


def _code(text: str) -> str:
    line = " ".join(plain(text).split())
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    room = " " if "`" in line else ""
    return f"{fence}{room}{line}{room}{fence}"


def _pieces(blocks: Iterable[Block]) -> list[str]:
    """Each block as a text; those that say nothing without a screen are left out."""
    pieces: list[str] = []
    last: Block | None = None
    for block in blocks:
        texts = _block(block)
        if isinstance(block, Note) and isinstance(last, Note):  # one list
            pieces[-1] += f"\n{texts[0]}"
        else:
            pieces += texts
        last = block
    return pieces


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph():
            text = _inline(block.words)
            return [text] if text else []
        case Bullets():
            return [_bullets(block)]
        case Table():
            return _table(block)
        case Command():
            return [_command(block.text)]
        case Pictures():
            return [text for picture in block.pictures for text in _picture(picture)]
        case Folded():
            return _pieces(block.blocks)
        case Beside():
            return [text for table in block.tables for text in _table(table)]
        case Note():
            word = f"**{escaped(block.word)}:** " if block.word else ""
            return [f"- {word}{_inline(block.words)}"]
        case Alarm():
            return [f"> **{escaped(block.title)}**\n>\n> {_inline(block.words)}"]
        case Cards():
            return [text for card in block.cards for text in _card(card)]
        case Facts():
            return ["\n".join(_fact(*fact) for fact in block.facts)]
        case Equation():
            return ["\\\n".join(_inline(line) for line in block.lines)]
        case Steps():
            return []


def _bullets(bullets: Bullets) -> str:
    items: list[str] = []
    for i, item in enumerate(bullets.items, bullets.first):
        mark = f"{i}. " if bullets.numbered else "- "
        first, *rest = "\n\n".join(_pieces(item)).split("\n")
        indent = " " * len(mark)
        items.append("\n".join([mark + first, *(f"{indent}{line}".rstrip() for line in rest)]))
    return "\n".join(items)


def _command(text: str) -> str:
    line = " ".join(plain(text).split())
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence}sh\n{line}\n{fence}"


def _table(table: Table) -> list[str]:
    """Its columns aligned to read in the source too; pictures within it are left out."""
    dropped = {i for row in table.rows for i, cell in enumerate(row) if isinstance(cell, Dots)}
    kept = [i for i in range(len(table.head)) if i not in dropped]
    rows = [[_cell(row[i]) for i in kept] for row in table.rows]
    lines = _aligned(
        [escaped(table.head[i]) for i in kept], rows, {kept.index(i) for i in table.numbers}
    )
    return [f"**{escaped(table.caption)}**", "\n".join(lines)]


def _aligned(head: list[str], rows: list[list[str]], numbers: set[int]) -> list[str]:
    from rich.cells import cell_len

    widths = [
        max(3, *(min(cell_len(row[i]), WIDEST) for row in (head, *rows))) for i in range(len(head))
    ]

    def line(cells: Sequence[str]) -> str:
        padded: list[str] = []
        for i, cell in enumerate(cells):
            room = " " * max(0, widths[i] - cell_len(cell))
            padded.append(room + cell if i in numbers else cell + room)
        return f"| {' | '.join(padded)} |"

    rule = [
        "-" * (width - 1) + ":" if i in numbers else "-" * width for i, width in enumerate(widths)
    ]
    return [line(head), line(rule), *map(line, rows)]


def _cell(cell: Cell) -> str:
    if isinstance(cell, Dots):
        return ""
    return "".join(map(_span, (cell,) if isinstance(cell, (str, Span)) else cell)).strip()


def _picture(picture: Picture) -> list[str]:
    """Its numbers; a picture without any says nothing here."""
    if picture.table is None:
        return []
    told = (f"### {escaped(picture.title)}", _inline(picture.words))
    return [*filter(None, told), *_table(picture.table)]


def _card(card: Card) -> list[str]:
    head = f"### {escaped(card.about)}: {escaped(card.title)} ({LEVELS[card.level]})"
    return [head, *_pieces(card.blocks)]


def _fact(what: str, figure: str, more: str) -> str:
    rest = f" ({escaped(more)})" if more else ""
    return f"- {escaped(what)}: **{escaped(figure)}**{rest}"
