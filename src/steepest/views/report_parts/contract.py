"""The data contract: every column, its part in the model, and what to know about it."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.data.contract import Column, Remark
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.views.content import (
    Block,
    Cell,
    Folded,
    Level,
    Note,
    Paragraph,
    Section,
    Span,
    Table,
    code,
    name,
)

__all__ = ["contract"]

MOST_ROWS = 30
ROLES = {"target": "target", "feature": "feature", "weight": "weight", "left_out": "left out"}
KINDS = {"number": "number", "truth": "true or false", "text": "text", "other": "other"}
SIGNS: dict[str, tuple[Level, str]] = {
    "warning": ("warning", "Warning"),
    "info": ("notice", "Note"),
}


def contract(run: Run) -> Section:
    """The remarks, warnings first, then the table of columns."""
    held = run.contract
    dropped = f" {held.dropped:,} more have no target and were dropped." if held.dropped else ""
    words = f". {held.rows:,} usable rows.{dropped}"
    return Section(
        "data",
        "Data: the contract",
        (
            Paragraph(("Source: ", code(held.source), words)),
            *_key(held.key),
            *_remarks(held.remarks),
            _folded(held.columns),
        ),
    )


def _key(key: Sequence[str]) -> tuple[Block, ...]:
    if not key:
        return ()
    pieces: list[str | Span] = ["A row is named by "]
    for i, column in enumerate(key):
        pieces += [" and " if i else "", name(column)]
    return (Paragraph((*pieces, ".")),)


def _remarks(remarks: Sequence[Remark]) -> tuple[Block, ...]:
    """The warnings in sight, and what is only to be known behind a fold."""
    if not remarks:
        return (Paragraph("Nothing about it needs a remark."),)
    notes = [_remark(remark) for remark in remarks if not _in_sight(remark)]
    told = tuple(_remark(remark) for remark in remarks if _in_sight(remark))
    if not notes:
        return told
    return (*told, Folded(f"{counted(len(notes), 'note')} on the columns", tuple(notes), True))


def _in_sight(remark: Remark) -> bool:
    return remark.severity == "warning" or remark.code == "by_pieces"


def _remark(remark: Remark) -> Block:
    level, word = SIGNS[remark.severity]
    return Note(level, word, remark.sentence)


def _folded(columns: tuple[Column, ...]) -> Block:
    """Every column; on paper as well, as far as a reader would go through them."""
    split = MOST_ROWS if len(columns) > MOST_ROWS + 5 else len(columns)
    first, rest = columns[:split], columns[split:]
    words = f"All {counted(len(columns), 'column')}: kind, missing values, range"
    if not rest:
        return Folded(words, (_table("The columns", first),), True)
    more = Folded(f"The other {counted(len(rest), 'column')}", (_table("More columns", rest),))
    return Folded(words, (_table(f"The first {MOST_ROWS} columns", first), more), True)


def _table(caption: str, columns: tuple[Column, ...]) -> Table:
    units = any(column.unit for column in columns)
    head = ("Column", "Role", "Kind", "Missing", "Distinct", "Values", "Mean", "Spread")
    if units:
        head = (*head[:3], "Unit", *head[3:])
    return Table(
        caption,
        head,
        tuple(_row(column, units=units) for column in columns),
        numbers=(4, 5, 7, 8) if units else (3, 4, 6, 7),
    )


def _row(column: Column, *, units: bool) -> tuple[Cell, ...]:
    role: Cell = ROLES[column.role]
    if column.role == "left_out":
        role = (ROLES[column.role], Span("break", ""), Span("small", _why_out(column)))
    return (
        name(column.name),
        role,
        KINDS[column.kind],
        *((column.unit,) if units else ()),
        f"{column.missing:,}" if column.missing or column.distinct else "",
        _distinct(column),
        _values(column),
        "" if column.mean is None else readable(column.mean),
        "" if column.std is None else readable(column.std),
    )


def _why_out(column: Column) -> str:
    """The reason, and where not all rows were counted, in how many they were."""
    if not column.looked_at:
        return column.reason
    return f"{column.reason}; counted in {column.looked_at:,} rows"


def _distinct(column: Column) -> str:
    """How many different values; at least so many where not all rows were counted."""
    if not column.distinct and not column.missing:
        return "not read"  # of rows in pieces only what is asked for is
    return f"{'at least ' if column.looked_at or column.drawn else ''}{column.distinct:,}"


def _values(column: Column) -> str:
    if column.low is not None and column.high is not None:
        return f"{readable(column.low)} to {readable(column.high)}"
    if not column.levels:
        return ""
    shown = [f"{level or '(empty)'} ({rows:,})" for level, rows in column.levels[:5]]
    more = column.distinct - len(shown)
    return ", ".join(shown) + (f", {more:,} more" if more > 0 else "")
