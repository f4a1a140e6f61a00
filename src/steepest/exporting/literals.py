"""Plain values as the text of Python, laid out as formatters lay it out.

Names and levels come from anybody's table: as literals they can be nothing but text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

__all__ = ["assignment", "docstring", "literal", "visible"]

WIDTH = 88
Plain = None | bool | float | str | Sequence["Plain"] | Mapping[str, "Plain"]


def assignment(name: str, value: Plain) -> str:
    """The statement that gives the value a name.

    >>> print(assignment("UNITS", {"size": "m2"}))
    UNITS = {"size": "m2"}
    """
    return f"{name} = {literal(value, before=len(name) + 3)}"


def literal(value: Plain, *, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """The value on one line where it fits, else an entry a line.

    before, after: characters on the line that are not of the value.

    >>> literal(["say \\"hi\\"", "it's", "a\\nb", None, 1e-5])
    '(\\'say "hi"\\', "it\\'s", "a\\\\nb", None, 1e-05)'
    """
    if not isinstance(value, (Mapping, Sequence)) or isinstance(value, str):
        return _text(value) if isinstance(value, str) else repr(value)
    flat = _flat(value)
    if not value or indent + before + len(flat) + after <= WIDTH:
        return flat
    begin, end = ("{", "}") if isinstance(value, Mapping) else ("(", ")")
    pad = " " * (indent + 4)
    entries = [f"{pad}{entry},\n" for entry in _entries(value, indent + 4)]
    return f"{begin}\n{''.join(entries)}{' ' * indent}{end}"


def docstring(lines: Sequence[str], *, indent: int = 0) -> str:
    """The lines as a docstring, whatever they hold; the last is not looked at by itself."""
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    pad = " " * indent
    laid = "\n".join(f"{pad}{line}".rstrip() for line in body.split("\n"))
    return f'{pad}"""{laid[indent:]}\n{pad}"""'


def visible(text: str) -> str:
    """A name within a sentence: what cannot be printed is written out.

    >>> visible("a\\nb")
    'a\\\\nb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _entries(value: Mapping[str, Plain] | Sequence[Plain], indent: int) -> list[str]:
    if not isinstance(value, Mapping):
        return [literal(inner, indent=indent, after=1) for inner in value]
    keys = {key: _text(key) for key in value}
    return [
        f"{keys[key]}: {literal(inner, indent=indent, before=len(keys[key]) + 2, after=1)}"
        for key, inner in value.items()
    ]


def _flat(value: Plain) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Plain]", value)
        return "{" + ", ".join(f"{_text(k)}: {_flat(v)}" for k, v in named.items()) + "}"
    if isinstance(value, Sequence):
        inner = ", ".join(_flat(entry) for entry in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _text(value: str) -> str:
    """As `repr`, in the quotes that need fewer escapes, double ones where both do."""
    plain = repr(value)
    if plain[0] == '"' or value.count('"') > value.count("'"):
        return plain
    inner = plain[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inner}"'
