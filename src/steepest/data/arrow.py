"""The door to Arrow, which has no types that a checker could read."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["arrow_from_frame", "arrow_module", "frame_from_arrow", "units_from_arrow"]


def arrow_module(name: str = "pyarrow") -> Any:
    """A module of Arrow by its full name ("pyarrow.csv"), loaded now."""
    return importlib.import_module(name)


def frame_from_arrow(table: Any) -> pl.DataFrame:
    """An Arrow Table or RecordBatch of unique names as a polars frame."""
    import polars as pl

    return pl.DataFrame(pl.from_arrow(table))  # pyright: ignore[reportUnknownMemberType]


def arrow_from_frame(frame: pl.DataFrame) -> Any:
    """A polars frame as an Arrow Table."""
    return frame.to_arrow()  # pyright: ignore[reportUnknownVariableType]


def units_from_arrow(schema: Any) -> dict[str, str]:
    """Column -> unit, of the fields of a schema whose metadata say one ("unit" or "units")."""
    units: dict[str, str] = {}
    for field in schema:
        metadata: dict[bytes, bytes] = field.metadata or {}
        said = metadata.get(b"unit") or metadata.get(b"units")
        if said:
            units[str(field.name)] = said.decode("utf-8", "replace").strip()
    return units
