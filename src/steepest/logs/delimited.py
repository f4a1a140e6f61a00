"""A log of separated values (CSV): step, loss, and what else was written down."""

from __future__ import annotations

import csv
from pathlib import Path

from steepest.errors import InputError
from steepest.logs.table import Cells, LogTable, Words, cells_of

__all__ = ["read_delimited_log"]

_DELIMITERS = (",", ";", "\t", "|")


def read_delimited_log(path: Path, text: str) -> LogTable:
    """The log in a text whose first line holds the names of the columns.

    Blank lines and lines before the names that begin with # are left out; so is a last line
    that is cut off, as the log of a run that still goes on may end. Raises InputError for a
    row with another number of values than there are names, and for a line of names that
    holds numbers.
    """
    names, rows = _split(path, text)
    rows, remarks = _whole_rows(path, names, rows, cut_off=not text.endswith(("\n", "\r")))
    if not rows:
        raise InputError(f"{path} has a line of column names but no rows below it")
    read = [_column(cells) for cells in zip(*rows, strict=True)]
    columns = dict(zip(names, read, strict=True))
    used = {name: column for name, column in columns.items() if name}
    return LogTable(str(path), "CSV", len(rows), used, remarks)


def _split(path: Path, text: str) -> tuple[list[str], list[list[str]]]:
    lines = text.splitlines()
    begin = next(i for i in range(len(lines)) if _holds_names(lines, i))
    head = lines[begin].lstrip("# ")
    below = lines[begin + 1 :]
    delimiter = max(_DELIMITERS, key=head.count)
    if delimiter not in head and _spaced(head, below):
        head, below = " ".join(head.split()), [" ".join(line.split()) for line in below]
        delimiter = " "
    try:
        names, *rows = csv.reader([head, *below], delimiter=delimiter)
    except csv.Error as error:
        raise InputError(f"{path} could not be read as separated values: {error}") from error
    names = [name.strip() for name in names]
    _check_names(path, names)
    return names, [row for row in rows if row and not row[0].startswith("#")]


def _spaced(head: str, below: list[str]) -> bool:
    """Whether blanks part the columns: as many words below the names as there are names."""
    first = next((line for line in below if line.strip()), "")
    return len(head.split()) == len(first.split()) > 1


def _holds_names(lines: list[str], i: int) -> bool:
    """Whether a line is the first that is no remark; "# step,loss" above numbers holds names."""
    line = lines[i].strip()
    if not line:
        return False
    after = next((text for text in lines[i + 1 :] if text.strip()), "")
    return not line.startswith("#") or _begins_with_number(after) or not after


def _begins_with_number(line: str) -> bool:
    try:
        float(line.replace(";", ",").replace("\t", ",").replace("|", ",").split(",")[0])
    except ValueError:
        return False
    return True


def _check_names(path: Path, names: list[str]) -> None:
    if not any(names):
        raise InputError(f"{path} has no names of columns; its first line must hold step,loss, ...")
    if _begins_with_number(names[0]) and all(map(_begins_with_number, filter(None, names))):
        raise InputError(
            f'{path} begins with numbers ("{", ".join(names[:3])}"); its first line must hold '
            "the names of the columns, such as step,loss"
        )
    twice = next((name for i, name in enumerate(names) if name and name in names[:i]), None)
    if twice is not None:
        raise InputError(f'{path} has two columns named "{twice}"; rename one of them')


def _whole_rows(
    path: Path, names: list[str], rows: list[list[str]], cut_off: bool
) -> tuple[list[list[str]], tuple[str, ...]]:
    width = len(names)
    if rows and cut_off and len(rows[-1]) < width and len(rows) > 1:
        return _whole_rows(path, names, rows[:-1], cut_off=False)[0], (
            f"the last line is cut off ({len(rows[-1])} of {width} values) and was left out",
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise InputError(
                f"{path}: data row {number:,} has {_values(len(row))} where the line of names "
                f"has {width:,}; complete the row, or quote a value that holds the separator"
            )
    return rows, ()


def _column(cells: tuple[str, ...]) -> Cells | Words:
    """Numbers, those with a decimal comma too (which parts no columns here), or words."""
    column = cells_of(cells)
    if isinstance(column, Words) and any("," in cell for cell in cells):
        with_points = cells_of([cell.replace(",", ".") for cell in cells])
        return with_points if isinstance(with_points, Cells) else column
    return column


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"
