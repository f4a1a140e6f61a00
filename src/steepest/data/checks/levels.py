"""Whether the levels of text are those that the model knows."""

from __future__ import annotations

import math

from steepest.data.breach import Breach
from steepest.data.column_spread import Levels
from steepest.data.contract import Sketch
from steepest.data.spreads import FALSE_ALARMS, Spread, Spreads
from steepest.readable import counted, listed, readable

__all__ = ["levels_gone", "new_levels", "other_spelling"]

_BY_CHANCE = 0.001


def other_spelling(spreads: Spreads) -> list[Breach]:
    """Levels that are known but for their case, or the blanks in and around them."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        pairs = _respelled(spread)
        if not pairs:
            continue
        rows = sum(spread.levels[level] for level in pairs)
        new, known = next(iter(pairs.items()))
        breaches.append(
            Breach(
                code="spelling",
                severity="warning",
                column=spread.name,
                expected=f'"{known}"',
                came=f'"{new}"',
                sentence=f'"{spread.name}" spells levels otherwise in {counted(rows, "row")}: '
                f"{listed([f'{a!r} for {b!r}' for a, b in pairs.items()])}; a model takes them "
                "for new ones, so write them as they were",
                evidence=(("rows", float(rows)), ("levels", float(len(pairs)))),
            )
        )
    return breaches


def new_levels(spreads: Spreads) -> list[Breach]:
    """Levels that were not there when the contract was stated."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        respelled = _respelled(spread)
        new = [level for level in _unknown(spread) if level not in respelled]
        if not new:
            continue
        rows = sum(spread.levels[level] for level in new) + _unlisted(spread)
        chance = 1.0 if spread.unseen is None else spread.unseen
        grave = chance < FALSE_ALARMS
        shown = listed([f'"{level}"' for level in new[:3]])
        more = f" and {len(new) - 3:,} more" if len(new) > 3 else ""
        known = _sketch(spread)
        breaches.append(
            Breach(
                code="new_level",
                severity="warning" if grave else "note",
                column=spread.name,
                expected=listed(known.levels[:3]) + (" ..." if len(known.levels) > 3 else ""),
                came=f"{shown}{more}",
                sentence=f'"{spread.name}" has levels that it did not have, in '
                f"{counted(rows, 'row')} of {spread.found.count:,}: {shown}{more}; they count as "
                f"the reference level, {_advice(spread, grave=grave)}",
                evidence=(
                    ("rows", float(rows)),
                    ("levels", float(len(new))),
                    ("rows_expected", _expected(spread)),
                    ("p_value", chance),
                ),
            )
        )
    return breaches


def _unlisted(spread: Spread) -> int:
    return spread.found.others if isinstance(spread.found, Levels) else 0


def _advice(spread: Spread, *, grave: bool) -> str:
    if grave:
        return "so train again with rows of them if they stay"
    alone = sum(count == 1 for count in _sketch(spread).counts)
    if not alone:
        return "and chance may have kept so rare ones out of the rows that trained"
    levels = counted(alone, "level")
    return (
        f"and chance brings such: {levels} had a single row, so that about "
        f"{readable(_expected(spread), digits=2)} such rows are to be expected"
    )


def _expected(spread: Spread) -> float:
    """So many rows with levels that were not there: Good and Turing's estimate (1953)."""
    counts = _sketch(spread).counts
    alone = sum(count == 1 for count in counts)
    return spread.found.count * alone / max(1, sum(counts))


def levels_gone(spreads: Spreads) -> list[Breach]:
    """Levels that no row has, though chance would not leave them out."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        sketch = _sketch(spread)
        before, now = sum(sketch.counts), spread.found.count
        gone = [
            level
            for level, was, rows in zip(sketch.levels, sketch.counts, spread.counts, strict=False)
            if rows == 0 and was < before and now * math.log1p(-was / before) < math.log(_BY_CHANCE)
        ]
        if gone:
            breaches.append(
                Breach(
                    code="level_gone",
                    severity="note",
                    column=spread.name,
                    expected=listed(gone),
                    came="not there",
                    sentence=f'"{spread.name}" no longer has {listed(gone)}; look whether such '
                    "rows were left out",
                    evidence=(("levels", float(len(gone))),),
                )
            )
    return breaches


def _sketch(spread: Spread) -> Sketch:
    """The contract's, of levels; an empty one for numbers and where there is none."""
    sketch = spread.pair.column.sketch
    empty = spread.pair.is_number or sketch is None
    return Sketch((), (), ()) if empty or sketch is None else sketch


def _unknown(spread: Spread) -> list[str]:
    """Levels that the contract does not list; none where it does not list all."""
    sketch = _sketch(spread)
    if not sketch.levels or sketch.counts[-1] or spread.pair.is_target:
        return []
    return sorted(set(spread.levels) - set(sketch.levels))


def _respelled(spread: Spread) -> dict[str, str]:
    """New spelling -> the known level that it is, but for case and blanks."""
    known = {_plain(level): level for level in reversed(_sketch(spread).levels)}
    return {new: known[_plain(new)] for new in _unknown(spread) if _plain(new) in known}


def _plain(level: str) -> str:
    return "".join(level.split()).casefold()
