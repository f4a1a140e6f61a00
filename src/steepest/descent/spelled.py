"""Rules and learning rates as people write them: a name, and numbers after a colon."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from steepest.errors import InputError

__all__ = ["spelled"]

Kind = TypeVar("Kind")


def spelled(
    text: str, kinds: Mapping[str, Callable[..., Kind]], what: str, *, also: str = ""
) -> Kind:
    """One of some dataclasses from "name", "name:1,2" or "name:field=1,other=2".

    Numbers without a name fill the fields in their order; `also` is what else the caller
    knows. Raises InputError for an unknown name (with the nearest one), an unknown field, or
    what is no number.
    """
    name, _, rest = (part.strip() for part in text.partition(":"))
    if name not in kinds:
        near = get_close_matches(name, kinds, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        known = ", ".join((also, *kinds) if also else kinds)
        raise InputError(f"there is no {what} {name!r}{hint}; known: {known}")
    kind = kinds[name]
    known = [field for field in fields(kind) if field.init]  # pyright: ignore[reportArgumentType]
    values = _numbers(rest, [field.name for field in known], text)
    lacking = [f.name for f in known if f.name not in values and f.default is MISSING]
    if lacking:
        shape = ",".join(f"{field.name}=..." for field in known)
        raise InputError(f"{text!r} lacks {', '.join(lacking)}; write it as {name}:{shape}")
    return kind(**values)


def _numbers(rest: str, names: list[str], text: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place, part in enumerate(part.strip() for part in rest.split(",") if part.strip()):
        name, equals, number = (piece.strip() for piece in part.rpartition("="))
        if not equals:
            if place >= len(names):
                raise InputError(f"{text!r} has more numbers than {', '.join(names) or 'none'}")
            name = names[place]
        if name not in names:
            raise InputError(f"{text!r} sets {name!r}; known here: {', '.join(names) or 'nothing'}")
        if name in values:
            raise InputError(f"{text!r} sets {name} twice; set it once")
        try:
            values[name] = float(number)
        except ValueError:
            raise InputError(f"{text!r} has {number!r} where a number should be") from None
        if not math.isfinite(values[name]):
            raise InputError(f"{text!r} has {number!r} where a finite number should be")
    return values
