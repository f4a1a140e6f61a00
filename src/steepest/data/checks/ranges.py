"""Whether the numbers lie where they lay, and which stand for something else."""

from __future__ import annotations

import polars as pl

from steepest.data.breach import Breach
from steepest.data.spreads import Spread, Spreads
from steepest.data.stability import exceeding_chance
from steepest.readable import counted, readable

__all__ = ["outside_range", "sentinel_values"]

_BY_CHANCE = 0.001
_FAR = 1.0  # widths of the range
_REPEATED = 2
_NINES = tuple(sign * (10.0**digits - 1) for digits in range(2, 10) for sign in (-1, 1))
_SENTINELS = (*_NINES, -1.0, -9.0, 1e10, 1e20, -1e20, 1e30, -1e30)


def outside_range(spreads: Spreads) -> list[Breach]:
    """Rows below the lowest or above the highest number that the contract knows.

    A note where chance puts so many rows there and none is far off: of rows drawn alike, the
    one that is the largest of all may be a later one. A warning otherwise, because there the
    model goes on in a straight line where it has seen nothing.
    """
    breaches: list[Breach] = []
    for spread in spreads.columns:
        low, high = spread.pair.column.low, spread.pair.column.high
        if not spread.pair.is_number or low is None or high is None:
            continue
        values = spread.values.filter(~spread.values.is_in(_sentinels(spread)))
        outside = values.filter((values < low) | (values > high))
        if outside.len():
            breaches.append(_outside(spreads, spread, values, (low, high)))
    return breaches


def _outside(
    spreads: Spreads, spread: Spread, values: pl.Series, known: tuple[float, float]
) -> Breach:
    low, high = known
    below, above = int((values < low).sum()), int((values > high).sum())
    rows = max(1, spreads.held.contract.rows - spread.pair.column.missing)
    chance = min(
        1.0, 2 * min(exceeding_chance(rows, values.len(), count) for count in (below, above))
    )
    least, most = float(values.min() or 0.0), float(values.max() or 0.0)  # type: ignore[arg-type]
    beyond = max(low - least, most - high) / ((high - low) or 1.0)
    grave = chance < _BY_CHANCE or beyond > _FAR
    far = f"by {readable(beyond, digits=2)} times the width of the range"
    said = (
        "there the model goes on from what it has seen elsewhere; trust its predictions less"
        if grave
        else "so few are to be expected by chance"
    )
    return Breach(
        code="range",
        severity="warning" if grave else "note",
        column=spread.name,
        expected=f"{readable(low)} to {readable(high)}",
        came=f"{readable(least)} to {readable(most)}",
        sentence=f'"{spread.name}" lies outside {readable(low)} to {readable(high)}, where it was, '
        f"in {counted(below + above, 'row')} of {values.len():,}, at most {far}; {said}",
        evidence=(
            ("rows", float(below + above)),
            ("below", float(below)),
            ("above", float(above)),
            ("widths_beyond", beyond),
            ("chance", chance),
        ),
    )


def sentinel_values(spreads: Spreads) -> list[Breach]:
    """A number such as -999 outside the range, in two rows or more."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        for value in _sentinels(spread):
            rows = int((spread.values == value).sum())
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


def _sentinels(spread: Spread) -> list[float]:
    low, high = spread.pair.column.low, spread.pair.column.high
    if not spread.pair.is_number or low is None or high is None:
        return []
    found = spread.values.filter(spread.values.is_in(list(_SENTINELS)))
    found = found.filter((found < low) | (found > high))
    if found.is_empty():
        return []
    rest = spread.values.filter(~spread.values.is_in(found.unique().to_list()))
    counted_values = found.alias("value").value_counts(name="rows").sort("value")
    return [
        float(value)
        for value, rows in counted_values.iter_rows()
        if rows >= _REPEATED and _stands_apart(rest, float(value))
    ]


def _stands_apart(rest: pl.Series, value: float) -> bool:
    """Nothing else lies as far out: 99 is no mark where other rows have 98 and 101."""
    if rest.is_empty():
        return True
    return bool((rest > value).all()) or bool((rest < value).all())
