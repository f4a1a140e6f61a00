"""HTML that cannot be broken from within: what is not markup yet is escaped on its way in."""

from __future__ import annotations

import re
from html import escape

__all__ = ["Markup", "join", "name_of", "plain", "tag"]

LONGEST = 80
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_VOID = frozenset({"br", "hr", "meta", "link", "img"})


class Markup(str):
    """Text that is HTML already, made by `tag`, `join` or a file of this package."""

    __slots__ = ()


Child = str | None
Attribute = str | int | bool | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element; children that are not Markup are escaped, and None is left out.

    Attribute names lose a trailing underscore, and others become hyphens. True gives the
    bare attribute, False and None give none.

    >>> tag("td", "a < b", class_="number", aria_label='"x"')
    '<td class="number" aria-label="&quot;x&quot;">a &lt; b</td>'
    """
    opening = f"<{name}{''.join(map(_attribute, attributes, attributes.values()))}>"
    if name in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """The children one after the other, those that are not Markup escaped."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(plain(child))
            for child in children
            if child is not None
        )
    )


def plain(text: str) -> str:
    """The text without characters that no page may hold or that turn the reading direction.

    >>> plain("a\\x00b\\u202ec")
    'a\ufffdb\ufffdc'
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _INVISIBLE.sub("\ufffd", whole)


def name_of(text: str) -> Markup:
    """A name from the data, set apart from the words around it; a very long one is cut.

    >>> name_of("size")
    '<bdi class="name">size</bdi>'
    """
    if len(text) <= LONGEST:
        return tag("bdi", _breakable(text or "(no name)"), class_="name")
    half = LONGEST // 2
    return tag("bdi", _breakable(f"{text[:half]}…{text[-half:]}"), class_="name", title=text)


def _breakable(name: str) -> Markup:
    """The name, to be broken after _ or = rather than within a word."""
    return Markup(re.sub("([_=])", r"\1<wbr>", join(name)))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {written}"
    return f' {written}="{escape(plain(str(value)), quote=True)}"'
