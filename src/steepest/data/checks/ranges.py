"""Whether the numbers lie where they lay, and which stand for something else."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.column_spread import Numbers
from steepest.data.spreads import FALSE_ALARMS, Spread, Spreads
from steepest.readable import counted, readable

__all__ = ["outside_range", "sentinel_values"]


def outside_range(spreads: Spreads) -> list[Breach]:
    """Rows below the lowest or above the highest number that the contract knows.

    A note where chance may put so many rows there, and so far: of rows drawn alike, the one
    that is the largest of all may be a later one. A warning otherwise, because there the model
    goes on in a straight line where it has seen nothing.
    """
    breaches: list[Breach] = []
    for spread in spreads.columns:
        low, high = spread.pair.column.low, spread.pair.column.high
        if not spread.pair.is_number or low is None or high is None:
            continue
        if spread.reach.below or spread.reach.above:
            breaches.append(_outside(spread, (low, high)))
    return breaches


def _outside(spread: Spread, known: tuple[float, float]) -> Breach:
    low, high = known
    reach = spread.reach
    below, above = reach.below, reach.above
    chance = 1.0 if spread.outside is None else spread.outside
    least, most = reach.least or 0.0, reach.most or 0.0
    beyond = max(low - least, most - high) / ((high - low) or 1.0)
    grave = chance < FALSE_ALARMS
    far = f"by {readable(beyond, digits=2)} times the width of the range"
    said = (
        "there the model goes on from what it has seen elsewhere; trust its predictions less"
        if grave
        else "chance may do that to rows drawn alike"
    )
    return Breach(
        code="range",
        severity="warning" if grave else "note",
        column=spread.name,
        expected=f"{readable(low)} to {readable(high)}",
        came=f"{readable(least)} to {readable(most)}",
        sentence=f'"{spread.name}" lies outside {readable(low)} to {readable(high)}, where it was, '
        f"in {counted(below + above, 'row')} of {reach.count:,}, at most {far}; {said}",
        evidence=(
            ("rows", float(below + above)),
            ("below", float(below)),
            ("above", float(above)),
            ("widths_beyond", beyond),
            ("p_value", chance),
        ),
    )


def sentinel_values(spreads: Spreads) -> list[Breach]:
    """A number such as -999 outside the range, in two rows or more."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        for value in spread.sentinels:
            rows = _rows(spread, value)
            low, high = spread.pair.column.low or 0.0, spread.pair.column.high or 0.0
            breaches.append(
                Breach(
                    code="sentinel",
                    severity="warning",
                    column=spread.name,
                    expected=f"{readable(low)} to {readable(high)}",
                    came=f"{readable(value)} in {rows:,} rows",
                    sentence=f'"{spread.name}" is {readable(value)} in {rows:,} rows, outside '
                    f"{readable(low)} to {readable(high)}: it looks like a mark for missing "
                    "values; leave them empty instead, or the model takes it for a measurement",
                    evidence=(("rows", float(rows)), ("value", value)),
                )
            )
    return breaches


def _rows(spread: Spread, mark: float) -> int:
    return spread.found.marks[mark] if isinstance(spread.found, Numbers) else 0
