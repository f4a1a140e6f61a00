"""A table held against a contract: on the screen, as plain data, and as notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from steepest.data.breach import Breach, ContractCheck
    from steepest.data.contract import Column

__all__ = ["check_to_dict", "column_words", "show_check", "warnings_of"]

_STYLES = {"broken": "bold red", "warning": "yellow", "note": "dim"}
_SAID_BY_THE_MODEL = ("new_level",)
_PLAIN = ("range", "order", "extra")  # notes of which the table says all


def check_to_dict(check: ContractCheck) -> dict[str, Any]:
    """Plain data for JSON."""
    return {
        "rows": check.rows,
        "columns": check.columns,
        "tested": check.tested,
        "false_alarms": check.false_alarms,
        "drawn": check.drawn,
        "broken": len(check.broken),
        "warnings": len(check.warnings),
        "breaches": [_breach_to_dict(breach) for breach in check.breaches],
    }


def _breach_to_dict(breach: Breach) -> dict[str, Any]:
    import msgspec

    return msgspec.to_builtins(breach) | {"evidence": dict(breach.evidence)}


def warnings_of(check: ContractCheck) -> list[str]:
    """The warnings as sentences, but for what the model itself says of new levels."""
    return [b.sentence for b in check.warnings if b.code not in _SAID_BY_THE_MODEL]


def show_check(check: ContractCheck, run: str, console: Console) -> None:
    """Print what broke and what moved as a table, then what to do, then what it means."""
    from steepest.cli.cells import cell
    from steepest.readable import counted

    source = check.source or "the table"
    columns = counted(check.columns, "column")
    opening = (
        f"{source}: {counted(check.rows, 'row')}, {columns} held against the contract of {run}."
    )
    console.print(cell(console, opening))
    if check.breaches:
        _table(check, console)
        _sentences(check, console)
    console.print(cell(console, _alarms(check)))
    if check.drawn:
        console.print(cell(console, _drawn(check)))
    console.print(cell(console, _verdict(check)), style="bold")


def _table(check: ContractCheck, console: Console) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from steepest.cli.cells import cell

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", "what", "column", "expected", "came"):
        table.add_column(name, overflow="fold")
    for breach in check.breaches:
        words = (breach.severity, breach.code, breach.column, breach.expected, breach.came)
        row = [cell(console, _short(word)) for word in words]
        row[0].stylize(_STYLES[breach.severity])
        table.add_row(*row)
    console.print(table)


def _short(words: str, most: int = 60) -> str:
    return words if len(words) <= most else f"{words[: most - 3]}..."


def _sentences(check: ContractCheck, console: Console) -> None:
    from steepest.views.console_lines import block

    for breach in check.breaches:
        if breach.severity == "note" and breach.code in _PLAIN:
            continue
        named = breach.sentence.startswith(check.source)  # a path keeps its letters
        first = breach.sentence[0] if named else breach.sentence[0].upper()
        sentence = f"{first}{breach.sentence[1:]}."
        block(console, "- ", "", sentence, style=_STYLES[breach.severity])
    console.print()


def _alarms(check: ContractCheck) -> str:
    from steepest.readable import counted

    tested = f"{counted(check.tested, 'column')} tested for drift"
    if not check.tested:
        tested = "Nothing was tested for drift"
    if not check.false_alarms:
        return f"{tested}."
    return (
        f"{tested}; of tables drawn alike, at most {100 * check.false_alarms:.2g} in 100 get a "
        "warning by chance: of drift, gaps, the range, new levels or repeated rows."
    )


def _drawn(check: ContractCheck) -> str:
    return (
        f"Other units and swapped names were looked for in {check.drawn:,} rows drawn at random; "
        f"all else was counted over all {check.rows:,}."
    )


def _verdict(check: ContractCheck) -> str:
    if check.broken:
        return (
            "The contract is broken: predict and evaluate refuse this table "
            f"({len(check.broken):,} broken)."
        )
    if check.warnings:
        from steepest.readable import counted

        be = "is" if len(check.warnings) == 1 else "are"
        warned = f"there {be} {counted(len(check.warnings), 'warning')}"
        return f"The contract is not broken, but {warned}: look before you predict."
    return "The contract holds."


def column_words(column: Column, rows: int) -> tuple[str, ...]:
    """A column of a contract in the cells of a table; rows: those of the contract."""
    role = column.role.replace("_", " ")
    missing = f"{100 * column.missing / max(1, rows):.2g} %"
    return column.name, role, column.dtype, column.unit, _values(column), missing


def _values(column: Column) -> str:
    from steepest.readable import readable

    if column.levels:
        more = f" and {column.distinct - 3:,} more" if column.distinct > 3 else ""
        return ", ".join(level for level, _ in column.levels[:3]) + more
    if column.low is not None and column.high is not None:
        return f"{readable(column.low)} to {readable(column.high)}"
    return f"{column.distinct:,} different"
