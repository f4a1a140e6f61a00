"""How much memory may be used, and what of it is for what."""

from __future__ import annotations

import re

from steepest.arguments import shown, whole
from steepest.errors import InputError

__all__ = ["memory_bytes"]

_DECIMAL = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS = _DECIMAL | {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}


def memory_bytes(memory: str | int | None) -> int:
    """Bytes, of a number of them or a text such as "400MB" or "1.5 GiB"; 0 for None.

    Raises InputError for anything else.

    >>> memory_bytes("400MB"), memory_bytes("1.5 GiB"), memory_bytes(None)
    (400000000, 1610612736, 0)
    """
    if memory is None:
        return 0
    if isinstance(memory, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", memory)
        unit = None if found is None else _UNITS.get(found[2].lower())
        if found is None or unit is None:
            raise InputError(f"memory is {shown(memory)}; expected bytes, as 400MB or 1.5GiB")
        memory = int(float(found[1]) * unit)
    return whole("memory", memory, 1, also=" bytes")
