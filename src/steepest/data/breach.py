"""What a later table breaks of the contract, or how it has drifted from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Breach", "ContractCheck"]


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing in a table that is not as the contract has it.

    code:      "absent", "type", "infinite", "new_level", "range", "missing_rate", "drift", ...
    severity:  "broken": the shape or a type, so that predictions are refused; "warning": they
               can be made, and may mislead; "note": good to know
    column:    the column that it is about; "" for the table
    expected:  what the contract has, in a few words
    came:      what the table has
    sentence:  all that with what to do
    evidence:  name -> number: the population stability index, a p-value, rows, ...
    """

    code: str
    severity: Literal["broken", "warning", "note"]
    column: str
    expected: str
    came: str
    sentence: str
    evidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ContractCheck:
    """A table held against a contract.

    source:       of the table; rows: how many it has
    breaches:     the broken first, then warnings, then notes
    columns:      how many columns were held against the contract
    tested:       how many of them were tested for drift
    false_alarms: the share of tables drawn alike, at most, that get a warning all the same: of
                  drift, gaps, the range, new levels, one value in every row or repeated rows
    drawn:        in so many rows, drawn at random, other units and swapped names were looked for,
                  where the table is not in memory; all else is counted over all rows. 0: all rows
    """

    source: str
    rows: int
    columns: int
    tested: int
    false_alarms: float
    breaches: tuple[Breach, ...]
    drawn: int = 0

    @property
    def broken(self) -> tuple[Breach, ...]:
        """What refuses a prediction."""
        return tuple(breach for breach in self.breaches if breach.severity == "broken")

    @property
    def warnings(self) -> tuple[Breach, ...]:
        """What lets predictions be made, and may mislead."""
        return tuple(breach for breach in self.breaches if breach.severity == "warning")
