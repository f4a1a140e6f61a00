"""The blocks of the report as HTML."""

from __future__ import annotations

import math
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
from steepest.views.markup import Markup, join, name_of, tag
from steepest.views.phrases import LEVELS
from steepest.views.style import COUNT
from steepest.views.svg import svg_drawn

__all__ = ["blocks_html", "section_html", "words_html"]

NARROW = 3  # columns: a table of so few is not drawn out over the page
_ICONS = {
    "good": '<circle cx="12" cy="12" r="10"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "notice": '<circle cx="12" cy="12" r="10"/><path d="M12 11v6M12 7.2v.1"/>',
    "warning": '<path d="M12 3L22 20.5H2z"/><path d="M12 9.5v5M12 17.4v.1"/>',
    "error": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "unknown": '<circle cx="12" cy="12" r="10"/>'
    '<path d="M9.3 9.4a2.8 2.8 0 1 1 4 2.6c-.9.5-1.3 1-1.3 2M12 17v.1"/>',
}
_TAGS = {"strong": "strong", "code": "code", "italic": "i", "raised": "sup"}


def section_html(section: Section) -> Markup:
    """A section of the page under a heading, to be linked to by its name."""
    heading = tag("h2", section.title, id=f"{section.name}-heading")
    return tag(
        "section",
        heading,
        blocks_html(section.blocks),
        id=section.name,
        aria_labelledby=f"{section.name}-heading",
    )


def blocks_html(blocks: Iterable[Block]) -> Markup:
    """The blocks, one after the other; notes that follow each other are one list."""
    pieces: list[Markup] = []
    notes: list[Note] = []
    for block in (*blocks, None):
        if isinstance(block, Note):
            notes.append(block)
            continue
        if notes:
            pieces.append(tag("ul", *map(_note, notes), class_="remarks"))
            notes = []
        if block is not None:
            pieces.append(_block(block))
    return join(*pieces)


def words_html(words: Words) -> Markup:
    """Words with those that are set apart; a number stays with its per cent sign."""
    return join(*map(_piece, words_of(words)))


def _piece(piece: str | Span) -> str:
    if isinstance(piece, str):
        return piece.replace(" %", "\xa0%")
    if piece.kind == "name":
        return name_of(piece.text)
    if piece.kind == "break":
        return tag("br")
    if piece.kind == "small":
        return tag("span", piece.text, class_="small")
    return tag(_TAGS[piece.kind], piece.text)


def _block(block: Block) -> Markup:
    match block:
        case Paragraph():
            return tag("p", words_html(block.words), class_=block.look or None)
        case Bullets():
            return _bullets(block)
        case Table():
            return _table(block)
        case Command():
            return _command(block.text)
        case Pictures():
            return tag("div", *map(_picture, block.pictures), class_="figures")
        case Folded():
            return tag(
                "details",
                tag("summary", block.summary),
                blocks_html(block.blocks),
                class_="printed" if block.printed else None,
            )
        case Beside():
            return tag("div", *map(_table, block.tables), class_="tables")
        case Alarm():
            return _alarm(block)
        case Cards():
            return tag(
                "div", *map(_card, block.cards), class_="pair" if block.beside else "findings"
            )
        case Facts():
            return _facts(block)
        case Equation():
            return tag(
                "div", *(tag("p", words_html(line)) for line in block.lines), class_="equation"
            )
        case Steps():
            return _steps(block)
        case Note():
            return tag("ul", _note(block), class_="remarks")


def _bullets(bullets: Bullets) -> Markup:
    items = (tag("li", blocks_html(item)) for item in bullets.items)
    if not bullets.numbered:
        return tag("ul", *items, class_="bullets")
    return tag("ol", *items, class_="bullets", start=bullets.first if bullets.first > 1 else None)


def _table(table: Table) -> Markup:
    """It scrolls sideways where it is too wide, and is stacked on a phone where it says so."""
    to_right = set(table.numbers)

    def looks(i: int) -> str | None:
        return "number" if i in to_right else None

    pictures = {i for row in table.rows for i, cell in enumerate(row) if isinstance(cell, Dots)}
    head = (
        tag("th", words, scope="col", class_="picture" if i in pictures else looks(i))
        for i, words in enumerate(table.head)
    )
    inner = tag(
        "table",
        tag("caption", tag("span", words_html(table.caption))),
        tag("thead", tag("tr", *head)),
        tag("tbody", *(_row(table, row) for row in table.rows)),
    )
    return tag(
        "div",
        inner,
        class_=f"wide{' stacked' * table.stacked}{' narrow' * (len(table.head) <= NARROW)}",
        tabindex=0,
        role="region",
        aria_label=table.caption,
    )


def _row(table: Table, row: Sequence[Cell]) -> Markup:
    cells: list[Markup] = []
    for i, cell in enumerate(row):
        if i == 0:
            cells.append(tag("th", _cell(cell), scope="row"))
            continue
        looks = "number" if i in table.numbers else None
        if isinstance(cell, Dots):
            looks = "picture"
        elif cell == "":
            looks = f"{looks or ''} none".strip()
        label = table.head[i] if table.stacked else None
        cells.append(tag("td", _cell(cell), class_=looks, data_label=label))
    return tag("tr", *cells)


def _cell(cell: Cell) -> Markup:
    if isinstance(cell, Dots):
        return _dots(cell, "dots")
    if isinstance(cell, (str, Span)):
        return words_html((cell,))
    return tag("span", words_html(cell))  # one thing beside its label on a phone


def _dots(dots: Dots, look: str) -> Markup:
    """A line with the dot, the bar of its interval and the mark; the words beside it say it."""
    left, right = dots.span

    def at(number: float) -> float:
        return round(100 * (number - left) / ((right - left) or 1.0), 2)

    if not all(map(math.isfinite, (dots.value, left, right))):
        return tag("span", class_=look, aria_hidden="true")
    bar = mark = None
    if dots.low is not None and dots.high is not None:
        width = round(at(dots.high) - at(dots.low), 2)
        bar = tag("span", class_="range", style=f"left:{at(dots.low)}%;width:{width}%")
    if dots.reference is not None:
        mark = tag("span", class_="base", style=f"left:{at(dots.reference)}%")
    dot = tag("span", class_="dot", style=f"left:{at(dots.value)}%")
    return tag("span", mark, bar, dot, class_=look, aria_hidden="true")


def _command(text: str) -> Markup:
    """Where it is too long for a line, it breaks before an option."""
    words = re.split(r" (?=--)", text)
    spans = [tag("span", word) for word in words]
    inner = tag("code", spans[0], *(part for span in spans[1:] for part in (" ", span)))
    return tag("pre", inner, class_="command")


def _picture(picture: Picture) -> Markup:
    table = picture.table
    return tag(
        "figure",
        tag("h3", picture.title),
        svg_drawn(
            picture.draw, name=f"view-{picture.name}", title=picture.title,
            description=picture.caption,
        ),
        tag("figcaption", words_html(picture.caption)),
        None if table is None else tag("details", tag("summary", "Its numbers"), _table(table)),
    )  # fmt: skip


def _note(note: Note) -> Markup:
    word = tag("strong", f"{note.word}: ") if note.word else None
    return tag("li", _icon(note.level), tag("p", word, words_html(note.words)), class_=note.level)


def _alarm(alarm: Alarm) -> Markup:
    told = tag("div", tag("p", alarm.title, class_="loud"), tag("p", words_html(alarm.words)))
    return tag("div", _icon("warning"), told, class_="alarm")


def _card(card: Card) -> Markup:
    return tag(
        "article",
        tag(
            "p",
            _icon(card.level),
            tag("span", card.about, class_="about"),
            tag("span", LEVELS[card.level], class_="level"),
            class_="sign",
        ),
        tag("h3", card.title),
        blocks_html(card.blocks),
        class_=f"card {card.level}",
    )


def _facts(facts: Facts) -> Markup:
    entries = (
        tag(
            "div",
            tag("dt", words_html(what)),
            tag("dd", tag("span", words_html(figure), class_="figure"),
                tag("span", words_html(more), class_="small") if more else None),
        )
        for what, figure, more in facts.facts
    )  # fmt: skip
    return tag("dl", *entries, class_="facts")


def _steps(steps: Steps) -> Markup:
    swatches = [tag("span", style=f"background:var(--shade-{i})") for i in range(0, COUNT, 2)]
    return tag(
        "p",
        tag("span", f"○ step {steps.first:,} ", class_="end"),
        tag("span", *swatches, class_="shades", aria_hidden="true"),
        tag("span", f" step {steps.last:,} ■", class_="end"),
        tag("span", "one shade a step, the same in every picture", class_="small"),
        class_="legend",
    )


def _icon(level: str) -> Markup:
    """The sign of a level, beside its word."""
    return tag("svg", Markup(_ICONS[level]), viewBox="0 0 24 24", class_="icon", aria_hidden="true")
