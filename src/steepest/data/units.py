"""The units of columns, where somebody says them."""

from __future__ import annotations

from collections.abc import Mapping

from steepest.arguments import shown
from steepest.errors import InputError

__all__ = ["units_from"]


def units_from(given: str | Mapping[str, str] | None) -> dict[str, str]:
    """Column -> unit, from a mapping or a text of column=unit pairs; empty for none.

    Raises InputError for what is neither.

    >>> units_from("size=square feet,price=USD 1,000")
    {'size': 'square feet', 'price': 'USD 1,000'}
    """
    if given is None or given == "":
        return {}
    if isinstance(given, str):
        return _pairs(given)
    if not isinstance(given, Mapping) or not all(  # pyright: ignore[reportUnnecessaryIsInstance]
        isinstance(text, str)  # pyright: ignore[reportUnnecessaryIsInstance]
        for pair in given.items()
        for text in pair
    ):
        raise InputError(f"units is {shown(given)}; expected column=unit pairs, as size=m2")
    return dict(given)


def _pairs(text: str) -> dict[str, str]:
    """A comma without an equals sign behind it is part of a unit."""
    pairs: dict[str, str] = {}
    last = ""
    for part in text.split(","):
        name, equals, unit = part.partition("=")
        if equals and name.strip():
            last = name.strip()
            if last in pairs:
                raise InputError(f"units name {shown(last)} twice")
            pairs[last] = unit.strip()
        elif last:
            pairs[last] += f",{part}"
        else:
            raise InputError(f"units hold {shown(part)}; expected column=unit pairs, as size=m2")
    return pairs
