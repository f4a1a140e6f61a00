"""A query to DuckDB that only reads: refused before it is asked where it does anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from steepest.data.sources.written import failed
from steepest.errors import InputError

__all__ = ["refuse_writing"]

_WRITING = ("COPY", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "ATTACH")


def refuse_writing(connection: Any, query: str, what: str) -> None:
    """Raise InputError for what is no single query, or would write a file or a table.

    The kind of a statement is not enough: DuckDB 2 takes a select with a COPY in its WITH, which
    only the plan tells.
    """
    try:
        statements = connection.extract_statements(query)
    except Exception as error:  # of DuckDB, which is loaded late
        raise failed(what, error) from error
    if len(statements) != 1:
        raise InputError(f"{what} has {len(statements)} statements; expected one, as a select")
    kind = statements[0].type.name
    if kind == "MULTI":
        raise InputError(
            f"{what} does more than to read; begin it with select, and name the values of a PIVOT "
            "by IN (...)"
        )
    if kind != "SELECT":
        raise InputError(f"{what} is a statement of the kind {kind}; expected one that only reads")
    for name in _plan(connection, statements[0].query, what):
        if any(word in name.split("_") for word in _WRITING):
            raise InputError(f"{what} would write ({name}); expected a query that only reads")


def _plan(connection: Any, query: str, what: str) -> Iterator[str]:
    """What the query would do, one name a step."""
    try:
        [(_, plan)] = connection.execute(f"explain (format json) {query}").fetchall()
    except Exception as error:  # of DuckDB, which is loaded late
        raise failed(what, error) from error
    open_steps: list[dict[str, Any]] = json.loads(plan)
    while open_steps:
        step = open_steps.pop()
        yield str(step["name"]).strip().upper()
        open_steps += step.get("children", [])
