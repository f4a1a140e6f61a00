"""Whether the columns are spread as they were, missing values among them."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.sketch import MOST_LEVELS
from steepest.data.spreads import FALSE_ALARMS, FEWEST_ROWS, MOVED_A_LITTLE, Spread, Spreads
from steepest.readable import readable

__all__ = ["drifts", "more_missing", "untested"]


def drifts(spreads: Spreads) -> list[Breach]:
    """What chance does not explain: a warning from a population stability index of 0.1 on.

    A note below, from 0.02 on: with many rows a small difference is seen as well.
    """
    return [
        _drift(spread)
        for spread in spreads.columns
        if spread.by_chance is False and (spread.index or 0.0) >= MOVED_A_LITTLE
    ]


def _drift(spread: Spread) -> Breach:
    index, chance = spread.index or 0.0, spread.chance or 0.0
    before, now = _shares(spread)
    most = max(range(len(now)), key=lambda i: abs(now[i] - before[i]))
    bin_ = _bin(spread, most)
    target = spread.pair.is_target
    advice = "find out why, and train again if it stays"
    if target:
        advice = "what is to be predicted is not what it was, so evaluate the model on these rows"
    if not spread.drifted:
        advice = "that is little, and not by chance"
    how = "otherwise" if spread.drifted else "a little otherwise"
    return Breach(
        code="target_drift" if target else "drift",
        severity="warning" if spread.drifted else "note",
        column=spread.name,
        expected=f"{100 * before[most]:.0f} % {bin_}",
        came=f"{100 * now[most]:.0f} %",
        sentence=f'"{spread.name}" is spread {how} than it was: {100 * now[most]:.0f} % of the '
        f"rows are {bin_}, and {100 * before[most]:.0f} % were (population stability index "
        f"{readable(index, digits=2)}, p {_p(chance)}); {advice}",
        evidence=(
            ("population_stability_index", index),
            ("p_value", chance),
            ("share_before", before[most]),
            ("share_now", now[most]),
        ),
    )


def _shares(spread: Spread) -> tuple[list[float], list[float]]:
    sketch = spread.pair.column.sketch
    counts = () if sketch is None else sketch.counts
    before, now = sum(counts), sum(spread.counts)
    return [count / before for count in counts], [count / now for count in spread.counts]


def _bin(spread: Spread, place: int) -> str:
    sketch = spread.pair.column.sketch
    if sketch is None:
        return ""
    if sketch.levels:
        return f'"{sketch.levels[place]}"' if place < len(sketch.levels) else "other levels"
    edges = [readable(edge) for edge in sketch.edges]
    if place == 0:
        return f"up to {edges[0]}"
    if place == len(edges):
        return f"above {edges[-1]}"
    return f"between {edges[place - 1]} and {edges[place]}"


def _p(chance: float) -> str:
    return "below 1e-6" if chance < 1e-6 else readable(chance, digits=2)


def more_missing(spreads: Spreads) -> list[Breach]:
    """More values are missing than were, and not by chance."""
    rows = max(1, spreads.held.contract.rows)
    breaches: list[Breach] = []
    for spread in spreads.columns:
        if spread.gaps is None or spread.gaps >= FALSE_ALARMS:
            continue
        before, now = spread.pair.column.missing / rows, spread.pair.missing / spread.pair.rows
        breaches.append(
            Breach(
                code="missing_rate",
                severity="warning",
                column=spread.name,
                expected=f"{100 * before:.2g} % missing",
                came=f"{100 * now:.3g} % missing",
                sentence=f'"{spread.name}" is missing in {100 * now:.3g} % of the rows, and was in '
                f"{100 * before:.2g} % (p {_p(spread.gaps)}); find out what stopped writing it",
                evidence=(
                    ("share_before", before),
                    ("share_now", now),
                    ("p_value", spread.gaps),
                ),
            )
        )
    return breaches


def untested(spreads: Spreads) -> list[Breach]:
    """What could not be tested for drift, and why."""
    old = [s.name for s in spreads.columns if s.pair.column.sketch is None]
    many = [s.name for s in spreads.columns if s.pair.has_more_levels]
    few = [s.name for s in spreads.columns if s.chance is None and s.name not in (*old, *many)]
    breaches: list[Breach] = []
    if old:
        breaches.append(
            _untested(
                "the contract holds no sketch of how they are spread: it is of a run of an earlier "
                "version, so train it again",
                old,
            )
        )
    if many:
        breaches.append(
            _untested(f"the contract lists {MOST_LEVELS} levels, and there were more", many)
        )
    if few:
        breaches.append(_untested(f"{FEWEST_ROWS} rows with a value are needed, then and now", few))
    return breaches


def _untested(why: str, names: list[str]) -> Breach:
    many = f"{len(names):,} columns" if len(names) > 1 else f'"{names[0]}"'
    return Breach(
        code="untested",
        severity="note",
        column="" if len(names) > 1 else names[0],
        expected="a test of drift",
        came="none",
        sentence=f"{many} could not be tested for drift: {why}",
        evidence=(("columns", float(len(names))),),
    )
