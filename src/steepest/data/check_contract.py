"""Hold a table against a contract: what is broken, what has drifted, what is good to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steepest.data.breach import Breach, ContractCheck
from steepest.data.checks.registry import OF_SHAPE, OF_SPREAD, OUTDONE
from steepest.data.contract import Contract
from steepest.data.held import Held, UseOfTarget, hold
from steepest.data.names import NoTableError, did_you_mean
from steepest.data.spreads import FALSE_ALARMS, spreads_of
from steepest.data.table import read_table
from steepest.errors import InputError

__all__ = [
    "broken_table",
    "check_contract",
    "checked",
    "refuse_broken",
    "refuse_unknown_units",
]

_WEIGHT = ("broken", "warning", "note")


def check_contract(
    contract: Contract,
    data: object,
    *,
    target: UseOfTarget = "if there",
    units: Mapping[str, str] | None = None,
) -> ContractCheck:
    """Hold a table, or anything that `read_table` reads, against a contract.

    target:  whether the table must have the target ("needed", for an evaluation), may have it
             ("if there"), or is not asked about it ("ignored", for predictions)
    units:   column -> unit, where somebody knows them of this table

    Columns that were left out of the model are not asked for. A table without rows, or with two
    columns of one name, is broken; what cannot be read at all raises InputError.

    >>> from steepest.data.survey import read_contract
    >>> contract = read_contract(read_table("houses"), "price")
    >>> check_contract(contract, "houses").breaches
    ()
    >>> (breach,) = check_contract(contract, {"Size": [900.0], "price": [200.0]}).broken
    >>> breach.code, breach.came
    ('renamed', '"Size"')
    """
    try:
        table = read_table(data)
    except NoTableError as error:
        return broken_table(error)
    refuse_unknown_units(units or {}, table.frame.columns, table.source)
    return checked(hold(contract, table, target, units or {}))


def refuse_unknown_units(units: Mapping[str, str], names: Sequence[str], source: str) -> None:
    """Raise InputError for the unit of a column that is not there."""
    for name in units:
        if name not in names:
            hint = did_you_mean(name, names)
            raise InputError(f'{source} has no column "{name}" to have a unit; {hint}')


def refuse_broken(check: ContractCheck) -> None:
    """Raise InputError with the first thing that is broken, and how many more there are."""
    broken = check.broken
    if not broken:
        return
    more = f" ({len(broken) - 1:,} more broken: see steepest contract check)"
    source = f"{check.source}: " if check.source else ""
    raise InputError(f"{source}{broken[0].sentence}{more if len(broken) > 1 else ''}")


def checked(held: Held) -> ContractCheck:
    """All that is broken, or has drifted, in a table held against a contract."""
    of_shape: list[Breach] = []
    whole = held
    for check in OF_SHAPE:
        found = check(whole)
        of_shape += found
        whole = whole.without({breach.column for breach in found if breach.severity == "broken"})
    spreads = spreads_of(whole)
    of_spread = [breach for check in OF_SPREAD for breach in check(spreads)]
    return ContractCheck(
        source=held.source,
        rows=held.rows,
        columns=len(held.pairs),
        tested=spreads.tested,
        false_alarms=FALSE_ALARMS if spreads.family else 0.0,
        breaches=_sorted([*of_shape, *_not_outdone(of_spread)], held.contract),
        drawn=held.drawn,
    )


def _not_outdone(breaches: Sequence[Breach]) -> list[Breach]:
    """Those that do not merely follow from a graver one of the same column."""
    told = {
        (name, code)
        for breach in breaches
        for code in OUTDONE.get(breach.code, ())
        for name in breach.column.split(", ")
    }
    return [breach for breach in breaches if (breach.column, breach.code) not in told]


def _sorted(breaches: Sequence[Breach], contract: Contract) -> tuple[Breach, ...]:
    """The broken first, then warnings, then notes, each in the order of the contract."""
    places = {column.name: place for place, column in enumerate(contract.columns)}
    return tuple(
        sorted(
            breaches,
            key=lambda breach: (_WEIGHT.index(breach.severity), places.get(breach.column, -1)),
        )
    )


def broken_table(error: NoTableError) -> ContractCheck:
    """What is told of a table without rows, or with two columns of one name."""
    expected, came = {
        "empty": ("one row or more", "no rows"),
        "names": ("a name for each column", "none, or one twice"),
    }[error.code]
    breach = Breach(
        code="empty_table" if error.code == "empty" else "column_names",
        severity="broken",
        column="",
        expected=expected,
        came=came,
        sentence=str(error),
    )
    return ContractCheck("", 0, 0, 0, 0.0, (breach,))
