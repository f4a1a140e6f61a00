"""The door to the compiler: compiled once, and kept on disk for the next run."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pickle import PickleError
from typing import Any

import numba
from numba.core.caching import FunctionCache

__all__ = ["AS_WRITTEN", "NO_NAN", "SUMS", "compiled"]

# Sums may be taken in any order and with fused multiply-add, which is what lets them run in
# vectors; the order is fixed when the code is compiled, so that results repeat to the bit.
SUMS = frozenset({"reassoc", "contract", "nsz"})
# For numbers of which none is NaN: their least and greatest are then found in vectors too.
NO_NAN = SUMS | {"nnan"}
# For code that lives on its rounding; a fused multiply-add only rounds less.
AS_WRITTEN = frozenset({"contract"})

_sources: dict[int, frozenset[str]] = {}


def compiled(flags: frozenset[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile without the interpreter's lock; kept on disk where the machine lets us.

    flags: SUMS, NO_NAN or AS_WRITTEN. A division by zero gives what IEEE 754 says, as in NumPy: the
    check for it would keep loops from running in vectors.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": set(flags), "error_model": "numpy"}

    def door(function: Callable[..., Any]) -> Callable[..., Any]:
        dispatcher: Any = numba.njit(**options)(function)
        sources = _sources_of(function)
        _sources[id(dispatcher)] = sources
        with suppress(RuntimeError, OSError):  # where there is no folder to keep it in
            dispatcher._cache = _Kept(function, sources)
        return dispatcher

    return door


def _sources_of(function: Any) -> frozenset[str]:
    """The files that its code comes from: its own, and those of what it calls."""
    named = (function.__globals__.get(name) for name in function.__code__.co_names)
    called = (_sources.get(id(value), frozenset[str]()) for value in named)
    return frozenset({function.__code__.co_filename}).union(*called)


class _Kept(FunctionCache):
    """Numba's own cache, which looks at one file only and takes a full disk for the end."""

    def __init__(self, function: Callable[..., Any], sources: frozenset[str]) -> None:
        super().__init__(function)
        stamp = [(path, os.stat(path).st_mtime_ns, os.stat(path).st_size) for path in sources]
        index: Any = self._cache_file
        index._source_stamp = sorted(stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept, or None; what cannot be read is thrown away."""
        try:
            return super().load_overload(sig, target_context)  # pyright: ignore
        except (OSError, EOFError, PickleError):
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it where that works."""
        with suppress(OSError):
            super().save_overload(sig, data)  # pyright: ignore[reportUnknownMemberType]
