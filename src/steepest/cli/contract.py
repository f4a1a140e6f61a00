"""`steepest contract`: what a saved run expects of a table, and whether one keeps to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import engine_options, json_option, store_option

if TYPE_CHECKING:
    from steepest.data.breach import ContractCheck
    from steepest.data.contract import Contract
    from steepest.data.held import UseOfTarget
    from steepest.store import Store

__all__ = ["command"]

BROKEN = 1


@click.group()
def command() -> None:
    """Hold a table against what a saved run learned from.

    A contract is stated at every fit and saved with the model: the columns by name, order, type
    and unit, their ranges and levels, how often they are missing, how they are spread, and
    which of them name a row.
    """


@command.command()
@click.argument("run")
@click.argument("data")
@click.option(
    "--target",
    type=click.Choice(["if there", "needed", "ignored"]),
    default="if there",
    show_default=True,
    help="Whether DATA holds the target too.",
)
@click.option("--units", metavar="C=U,...", help="What columns of DATA are measured in.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 1 on warnings, too; chance alone does that to 1 table in 100 at most.",
)
@store_option
@engine_options
@json_option
def check(
    run: str,
    data: str,
    target: str,
    units: str | None,
    strict: bool,
    store: str | None,
    as_json: bool,
    **walk: Any,
) -> None:
    """Hold the table DATA against the contract of RUN.

    Broken is what predictions are refused for: columns that are absent, renamed, empty or of
    another type, infinite numbers, a key that names two rows, classes that nobody knows. Warnings
    are what may mislead: drift, other units, new levels, values outside the range. Where chance
    may bring it about, it is a note: all tests of a table together warn of at most 1 in 100
    tables that are drawn as the first was, where rows do not depend on each other.

    Rows that do not fit into memory are read once, piece by piece: all that can be counted is
    counted over every row, and other units and swapped names are looked for in rows drawn at
    random.

    Exit status: 0 the contract holds, 1 it is broken, 2 the table could not be read.

    \b
    Examples:
      steepest contract check last houses-of-next-year.csv
      steepest contract check houses-1 new.parquet --units size=m2 --strict
    """
    from steepest.cli.contract_text import check_to_dict, show_check
    from steepest.data.units import units_from
    from steepest.store import Store

    kept = Store(store)
    run_id = kept.resolve(run)
    use: UseOfTarget = target  # pyright: ignore[reportAssignmentType]
    found, engine = _checked(kept, run_id, data, use, units_from(units), walk)
    if as_json:
        import msgspec

        answer = {"run": run_id, "data": data, "engine": engine} | check_to_dict(found)
        click.echo(msgspec.json.encode(answer))
    else:
        from rich.console import Console

        show_check(found, run_id, Console())
    if found.broken or (strict and found.warnings):
        click.get_current_context().exit(BROKEN)


@command.command()
@click.argument("run")
@click.option("--out", metavar="FILE", help="Write the JSON to FILE, not to the screen.")
@store_option
@json_option
def show(run: str, out: str | None, store: str | None, as_json: bool) -> None:
    """Show the contract of RUN as a table, or as JSON that people can read.

    \b
    Examples:
      steepest contract show last
      steepest contract show houses-1 --json
      steepest contract show houses-1 --out houses-contract.json
    """
    from steepest.store import Store

    kept = Store(store)
    run_id = kept.resolve(run)
    contract = _contract(kept, run_id)
    if out is not None:
        _write(out, contract_json(contract))
        click.echo(f"The contract of {run_id} is in {out}.", err=True)
    if as_json:
        click.echo(contract_json(contract))
    elif out is None:
        _print(contract, run_id)


def _checked(
    store: Store,
    run_id: str,
    data: str,
    target: UseOfTarget,
    units: Mapping[str, str],
    walk: dict[str, Any],
) -> tuple[ContractCheck, str]:
    """What was found, and by which engine; "memory" where the rows were all there at once."""
    from steepest.cli.walking import WalkProgress
    from steepest.data.check_contract import broken_table, check_contract
    from steepest.data.names import NoTableError
    from steepest.passes.asking import Ask
    from steepest.run import Request
    from steepest.saved import load_part
    from steepest.scaling.checking import check_by_pieces
    from steepest.scaling.choice import pieces_of
    from steepest.scaling.engines import begin_engine
    from steepest.scaling.later_rows import later_layout, later_request

    contract = _contract(store, run_id)
    request = later_request(walk, load_part(store, run_id, "request", Request), contract.target)
    try:
        source = pieces_of(data, request)
    except NoTableError as error:
        return broken_table(error), request.engine
    if source is None:
        return check_contract(contract, data, target=target, units=units), "memory"
    layout = later_layout(contract, request)
    with WalkProgress() as tell, begin_engine(source, layout, request) as engine:
        ask = Ask(engine, None, tell)
        found = check_by_pieces(ask, contract, target=target, units=units)
        return found.check, engine.name


def contract_json(contract: Contract) -> str:
    """The contract as indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(contract), indent=2).decode()


def _contract(store: Store, run_id: str) -> Contract:
    from steepest.data.contract import Contract
    from steepest.saved import load_needed

    return load_needed(store, run_id, "contract", Contract)


def _write(out: str, text: str) -> None:
    from pathlib import Path

    from steepest.errors import InputError

    try:
        Path(out).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} could not be written: {error.strerror or error}") from error


def _print(contract: Contract, run_id: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from steepest.cli.cells import cell
    from steepest.cli.contract_text import column_words
    from steepest.data.row_key import key_text
    from steepest.readable import counted

    console = Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("column", "role", "type", "unit", "values"):
        table.add_column(name, overflow="fold")
    table.add_column("missing", justify="right")
    for column in contract.columns:
        table.add_row(*(cell(console, word) for word in column_words(column, contract.rows)))
    rows = counted(contract.rows, "row")
    console.print(cell(console, f"The contract of {run_id}: {rows} of {contract.source}."))
    console.print(table)
    key = f"Each row has a key of its own: {key_text(contract.key)}." if contract.key else ""
    console.print(cell(console, key or "No key was named (--key), so rows are not told apart."))
