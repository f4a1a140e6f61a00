"""The data contract: every column, its part in the model, and what to know about it."""

from __future__ import annotations

from steepest.data.contract import Column, Remark
from steepest.readable import readable
from steepest.run import Run
from steepest.views.markup import Markup, join, name_of, tag
from steepest.views.report_parts.layout import Part, data_table, folded, icon, section

__all__ = ["contract"]

MOST_ROWS = 30
ROLES = {"target": "target", "feature": "feature", "weight": "weight", "left_out": "left out"}
KINDS = {"number": "number", "truth": "true or false", "text": "text", "other": "other"}
SIGNS = {"warning": ("warning", "Warning: "), "info": ("notice", "Note: ")}


def contract(run: Run) -> Markup:
    """The remarks, warnings first, then the table of columns."""
    held = run.contract
    dropped = f" {held.dropped:,} more have no target and were dropped." if held.dropped else ""
    return section(
        "data",
        "The data contract",
        tag("p", "Source: ", tag("code", held.source), f". {held.rows:,} usable rows.", dropped),
        _remarks(held.remarks),
        _tables(held.columns),
    )


def _remarks(remarks: tuple[Remark, ...]) -> Part:
    if not remarks:
        return tag("p", "Nothing about it needs a remark.")
    return tag("ul", *map(_remark, remarks), class_="remarks")


def _remark(remark: Remark) -> Markup:
    level, word = SIGNS[remark.severity]
    return tag("li", icon(level), tag("p", tag("strong", word), remark.sentence), class_=level)


def _tables(columns: tuple[Column, ...]) -> Markup:
    if len(columns) <= MOST_ROWS + 5:
        return _table("The columns", columns)
    rest = columns[MOST_ROWS:]
    return join(
        _table(f"The first {MOST_ROWS} columns", columns[:MOST_ROWS]),
        folded(f"The other {len(rest):,} columns", _table("More columns", rest)),
    )


def _table(caption: str, columns: tuple[Column, ...]) -> Markup:
    return data_table(
        caption,
        ("Column", "Role", "Kind", "Missing", "Distinct", "Values", "Mean", "Spread"),
        [_row(column) for column in columns],
        numbers=(3, 4, 6, 7),
    )


def _row(column: Column) -> tuple[str, ...]:
    role = ROLES[column.role]
    return (
        name_of(column.name),
        join(role, tag("br"), tag("span", column.reason, class_="small"))
        if column.role == "left_out"
        else role,
        KINDS[column.kind],
        f"{column.missing:,}",
        f"{column.distinct:,}",
        _values(column),
        "" if column.mean is None else readable(column.mean),
        "" if column.std is None else readable(column.std),
    )


def _values(column: Column) -> str:
    if column.low is not None and column.high is not None:
        return f"{readable(column.low)} to {readable(column.high)}"
    if not column.levels:
        return ""
    shown = [f"{level or '(empty)'} ({rows:,})" for level, rows in column.levels[:5]]
    more = column.distinct - len(shown)
    return ", ".join(shown) + (f", {more:,} more" if more > 0 else "")
