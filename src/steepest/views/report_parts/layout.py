"""What the parts of the report are laid out with: sections, tables, commands, long lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from steepest.views.markup import Markup, join, tag

__all__ = ["Part", "command", "data_table", "folded", "icon", "paragraphs", "section"]

Part = Markup | None
Cell = str | None

_ICONS = {
    "good": '<circle cx="12" cy="12" r="10"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "notice": '<circle cx="12" cy="12" r="10"/><path d="M12 11v6M12 7.2v.1"/>',
    "warning": '<path d="M12 3L22 20.5H2z"/><path d="M12 9.5v5M12 17.4v.1"/>',
    "error": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "unknown": '<circle cx="12" cy="12" r="10"/>'
    '<path d="M9.3 9.4a2.8 2.8 0 1 1 4 2.6c-.9.5-1.3 1-1.3 2M12 17v.1"/>',
}


def section(name: str, title: str, *children: str | None) -> Markup:
    """A section of the page under a heading, to be linked to by its name."""
    heading = tag("h2", title, id=f"{name}-heading")
    return tag("section", heading, *children, id=name, aria_labelledby=f"{name}-heading")


def data_table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    numbers: Iterable[int] = (),
    words: bool = False,
) -> Markup:
    """A table that scrolls sideways where it is too wide; the first cell heads its row.

    numbers: which columns are numbers, and stand to the right
    words:   cells hold sentences, which must not be squeezed
    """
    to_right = set(numbers)

    def looks(i: int) -> str | None:
        return "number" if i in to_right else None

    top = tag("tr", *(tag("th", h, scope="col", class_=looks(i)) for i, h in enumerate(head)))
    body = [
        tag(
            "tr",
            *(
                tag("td" if i else "th", cell, class_=looks(i), scope=None if i else "row")
                for i, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    inner = tag(
        "table", tag("caption", tag("span", caption)), tag("thead", top), tag("tbody", *body)
    )
    looks_like = "wide words" if words else "wide"
    return tag("div", inner, class_=looks_like, tabindex=0, role="region", aria_label=caption)


def folded(summary: str, *children: str | None) -> Markup:
    """What is shown only when it is asked for."""
    return tag("details", tag("summary", summary), *children)


def command(text: str) -> Markup:
    """A command to copy; where it is too long for a line, it breaks before an option."""
    words = re.split(r" (?=--)", text)
    spans = [tag("span", word) for word in words]
    code = tag("code", spans[0], *(part for span in spans[1:] for part in (" ", span)))
    return tag("pre", code, class_="command")


def icon(level: str) -> Markup:
    """The sign of a level, beside its word."""
    return tag("svg", Markup(_ICONS[level]), viewBox="0 0 24 24", class_="icon", aria_hidden="true")


def paragraphs(sentences: Iterable[str]) -> Markup:
    """Each sentence as a paragraph of its own, per cent signs kept with their numbers."""
    return join(*(tag("p", text.replace(" %", "\xa0%")) for text in sentences))
