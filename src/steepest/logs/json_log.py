"""A log in JSON: one object a line, a list of them, or an object of lists.

Keras' History is an object of lists, Hugging Face's `trainer_state.json` holds a list of
objects in "log_history".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from steepest.errors import InputError
from steepest.logs.table import LogTable, cells_of

__all__ = ["read_json_log"]

_HOLDS_ROWS = ("log_history", "steps", "logs", "log", "rows", "records", "metrics", "trace")
_HOLDS_LISTS = ("history", "columns", "data", *_HOLDS_ROWS)
_DEEPEST = 4  # objects within objects; a number further down is no measure of a step
_WIDEST = 1_000  # numbers in a list of one row, such as its parameters

Row = Mapping[str, Any]


def read_json_log(path: Path, text: str) -> LogTable:
    """The log in a JSON text; InputError for text that is no JSON, or holds no rows."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("{'"):
            raise InputError(
                f"{path} holds Python's way to write a dictionary, not JSON; write its rows with "
                "json.dumps"
            ) from error
        if "\n" not in text.strip():
            raise InputError(f"{path} is not JSON: {error}") from error
        rows, remarks = _lines(path, text)
        return _table(path, "JSON lines", rows, remarks)
    if isinstance(whole, list):
        return _table(path, "JSON, a list of rows", _objects(path, cast("list[object]", whole)))
    if not isinstance(whole, dict):
        raise InputError(f"{path} holds no rows: {_short(whole)}")
    return _of_object(path, cast("dict[str, Any]", whole))


def _lines(path: Path, text: str) -> tuple[list[Row], tuple[str, ...]]:
    """The objects, one a line; a last line that is cut off is left out."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    rows: list[Row] = []
    for number, line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == lines[-1][0] and rows and not text.endswith("\n"):
                return rows, ("the last line is cut off and was left out",)
            raise InputError(
                f"{path}: line {number:,} is not JSON ({error}); a log in JSON lines has one "
                "object in every line"
            ) from error
        if not isinstance(row, dict):
            raise InputError(
                f"{path}: line {number:,} is {_short(row)}; a log in JSON lines has one object, "
                'such as {"step": 0, "loss": 1.5}, in every line'
            )
        rows.append(cast("Row", row))
    return rows, ()


def _objects(path: Path, rows: list[object]) -> list[Row]:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InputError(
                f"{path}: element {number:,} of its list is {_short(row)}; expected an object "
                'such as {"step": 0, "loss": 1.5}'
            )
    return cast("list[Row]", rows)


def _of_object(path: Path, whole: dict[str, Any]) -> LogTable:
    """One object: rows in one of its values, or columns as lists."""
    for key in _HOLDS_ROWS:
        rows = whole.get(key)
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            kind = "Hugging Face trainer state" if key == "log_history" else f'JSON, "{key}"'
            return _table(path, kind, _objects(path, cast("list[object]", rows)))
    for key in _HOLDS_LISTS:
        inner = whole.get(key)
        if isinstance(inner, dict) and (lists := _lists(cast("dict[str, Any]", inner))):
            return _of_lists(path, f'JSON, lists in "{key}"', lists, whole)
    lists = _lists(whole)
    if lists:
        return _of_lists(path, "JSON, a list a column", lists, {})
    if _numbers_of(whole):
        return _table(path, "JSON, one row", [whole])
    raise InputError(
        f"{path} is an object without rows (it has {', '.join(list(whole)[:8]) or 'nothing'}); a "
        "list of objects, or lists by column, are needed"
    )


def _lists(of: dict[str, Any]) -> dict[str, list[Any]]:
    """The lists in an object by name; those by row number, as pandas writes, are lists too."""
    found: dict[str, list[Any]] = {}
    for name, value in of.items():
        if isinstance(value, list) and value:
            found[name] = cast("list[Any]", value)
        elif isinstance(value, dict) and value and all(str(k).isdecimal() for k in value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            found[name] = list(cast("dict[str, Any]", value).values())
    return found


def _of_lists(
    path: Path, kind: str, lists: dict[str, list[Any]], beside: Mapping[str, Any]
) -> LogTable:
    """A log of one list a column; the numbers of its epochs may lie beside them."""
    if "epoch" in beside and "epoch" not in lists and isinstance(beside["epoch"], list):
        lists = {"epoch": cast("list[Any]", beside["epoch"]), **lists}
    rows = len(next(iter(lists.values())))
    for name, values in lists.items():
        if len(values) != rows:
            first = next(iter(lists))
            raise InputError(
                f'{path}: "{name}" has {len(values):,} values where "{first}" has {rows:,}; every '
                "column of a log is as long as the others"
            )
    return _table(
        path, kind, [{name: values[i] for name, values in lists.items()} for i in range(rows)]
    )


def _table(path: Path, kind: str, rows: list[Row], remarks: tuple[str, ...] = ()) -> LogTable:
    """Rows of objects as columns; what a row does not have is blank."""
    flat = [dict(_flat(row)) for row in rows if "train_runtime" not in row]
    if not flat:
        raise InputError(f"{path} holds no rows; a log has at least a step and a loss in each")
    names = dict.fromkeys(name for row in flat for name in row)
    columns = {name: cells_of([row.get(name) for row in flat]) for name in names}
    return LogTable(str(path), kind, len(flat), columns, remarks)


def _flat(row: Row, before: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """The numbers and texts in an object, those within others as "train/loss"."""
    for name, value in row.items():
        path = f"{before}/{name}" if before else str(name)
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _flat(cast("Row", value), path, depth + 1)
        elif isinstance(value, list):
            yield from _numbered(path, cast("list[object]", value))
        elif not isinstance(value, bool):
            yield path, value


def _numbered(name: str, values: list[object]) -> Iterable[tuple[str, object]]:
    """The numbers of a list by their place, such as the parameters of a row."""
    if len(values) <= _WIDEST and all(isinstance(value, int | float | None) for value in values):
        return [(f"{name}_{i}", value) for i, value in enumerate(values)]
    return []


def _numbers_of(whole: Row) -> bool:
    return any(isinstance(value, int | float) for value in whole.values())


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
