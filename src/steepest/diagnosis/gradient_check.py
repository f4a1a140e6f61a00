"""Hold a gradient against the slope of its loss, and name what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.arguments import real, texts, whole
from steepest.diagnosis.checking.answer import CoordinateCheck, GradientCheck
from steepest.diagnosis.checking.meter import Meter
from steepest.diagnosis.checking.naming import name_fault
from steepest.diagnosis.checking.search import (
    ALL,
    Entry,
    coordinates,
    directions,
    find_wrong,
    vague,
    weights,
)
from steepest.diagnosis.checking.slopes import Place, Slope, make_place, scale_of
from steepest.diagnosis.finding import Finding
from steepest.errors import InputError
from steepest.readable import counted, listed, readable

__all__ = ["check_gradient"]

EACH = 64  # up to so many parameters, every coordinate is looked at, not only directions
NEARBY = 2
NEAR = 0.1
TRIES = 8
SHOWN = 8


def check_gradient(
    loss: Callable[[Any], Any],
    gradient: Callable[[Any], Any],
    params: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    rows: int | None = None,
    points: int = 1 + NEARBY,
    tolerance: float | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Hold a gradient against the slope of its loss.

    loss:       params -> one number; gradient: params -> an array of the shape of `params`
    params:     where to test, float64, of any shape
    names:      of the parameters, flat; rows: over how many rows the loss is a mean, where
                it is: factors of that size are then named
    points:     how many to test: the given one, and others near it, where a fault cannot hide
                behind zeros
    tolerance:  how far a slope may be off, relative; None: 1e-6, and as much more as the loss's
                own rounding asks for (a loss in float32)

    The slope is measured along the gradient and in random directions that mix all coordinates,
    some ten to a hundred evaluations however many parameters there are; only where it is not
    what the gradient says, or for up to 64 parameters, each coordinate is looked at (of more
    than a thousand, by halving blocks). By complex step (Squire and Trapp 1998) where the loss
    takes complex numbers and is analytic there, which is held against differences; else by
    central differences extrapolated to none (Ridders 1982), at steps that fit the loss's
    measured noise (More and Wild 2011). What is called wrong is off by more than the tolerance
    and four times the error of the measurement, at two choices of steps. At a kink any slope
    between the two one-sided ones is right.

    Raises InputError for a loss or gradient that is drawn at random, is not finite, changes its
    argument or has the wrong shape, and for a loss too coarse to have a slope.

    >>> def loss(w): return float(0.5 * np.mean((w - [1.0, 2.0]) ** 2))
    >>> check_gradient(loss, lambda w: (w - [1.0, 2.0]) / 2, [3.0, 5.0]).verdict
    'right'
    >>> found = check_gradient(loss, lambda w: w - [1.0, 2.0], [3.0, 5.0])
    >>> print(found.headline)
    gradient_scale: the gradient of every coordinate is 2 times the slope of the loss: twice \
as long, as when the loss has a factor 1/2 that the gradient lacks.
    """
    meter = Meter(loss, gradient, params)
    known = _names(names, meter.start.size)
    count = whole("points", points, 1, 100)
    rows = None if rows is None else whole("rows", rows, 1)
    if tolerance is not None:
        tolerance = real("tolerance", tolerance, "a number above 0, below 1", lambda x: 0 < x < 1)
    rng = np.random.default_rng(whole("seed", seed, 0))
    with np.errstate(all="ignore"):
        return _check(meter, known, rows, count, tolerance, rng)


def _check(
    meter: Meter,
    names: tuple[str, ...],
    rows: int | None,
    count: int,
    tolerance: float | None,
    rng: np.random.Generator,
) -> GradientCheck:
    places = _places(meter, count, tolerance, rng)
    along = [_along(place, rng) for place in places]
    _refuse_coarse(along)
    entries = _entries(places, along, rng)
    failed = [slope for slopes in along for slope in slopes if slope.wrong]
    findings: tuple[Finding, ...] = ()
    if any(entry.slope.wrong for entry in entries):
        findings = (name_fault(entries, failed, names, rows),)
    elif failed:
        findings = (_nowhere(failed),)
    return GradientCheck(
        verdict=findings[0].code if findings else "right",
        findings=findings,
        worst=_worst(entries, names),
        parameters=meter.start.size,
        points=len(places),
        evaluations=meter.evaluations,
        how="complex step" if all(p.complex_step for p in places) else "central differences",
        error=_error(along),
        tested=np.array([place.point for place in places]),
        notes=_notes(places, along, entries, count, names),
    )


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return ("w",) if count == 1 else tuple(f"w_{j}" for j in range(count))
    known = texts("names", names)
    if len(known) != count:
        raise InputError(f"names holds {len(known):,} texts for {counted(count, 'parameter')}")
    return known


def _places(
    meter: Meter, count: int, tolerance: float | None, rng: np.random.Generator
) -> list[Place]:
    """The point given and others near it; where the loss is not finite there, nearer ones."""
    mixed = weights(meter.start.size, rng)
    meter.first_loss(meter.start)
    first = make_place(meter, meter.start, tolerance, mixed)
    assert first is not None  # its loss is finite, as the line before requires  # noqa: S101
    places, reach = [first], NEAR
    for _ in range(count + TRIES):
        if len(places) == count:
            break
        moved = reach * scale_of(meter.start) * rng.normal(size=meter.start.size)
        place = make_place(meter, meter.start + moved, tolerance, mixed)
        if place is None:
            reach /= 4
        else:
            places.append(place)
    return places


def _along(place: Place, rng: np.random.Generator) -> list[Slope]:
    """Slopes along directions; none where the gradient itself is not finite."""
    if not np.all(np.isfinite(place.gradient)):
        return []
    return [place.along(direction) for direction in directions(place, rng)]


def _refuse_coarse(along: Sequence[Sequence[Slope]]) -> None:
    slopes = [slope for some in along for slope in some]
    if slopes and all(vague(slope) for slope in slopes) and any(slope.told for slope in slopes):
        best = min(slopes, key=lambda slope: slope.error)
        raise InputError(
            f"the slope of the loss cannot be measured: at best {readable(best.value)} with an "
            f"error of {readable(best.error)}; let the loss return float64, without rounding and "
            "without large constants added"
        )


def _entries(
    places: Sequence[Place], along: Sequence[Sequence[Slope]], rng: np.random.Generator
) -> list[Entry]:
    """The coordinates, where there are few; of many, where a direction or number is wrong."""
    size = len(places[0].point)
    numbered = list(enumerate(places))
    if size <= EACH:
        return [entry for k, place in numbered for entry in coordinates(place, k, range(size))]
    broken = [(k, place) for k, place in numbered if not np.all(np.isfinite(place.gradient))]
    if broken:
        k, place = broken[0]
        return coordinates(place, k, np.flatnonzero(~np.isfinite(place.gradient))[:SHOWN])
    bad = [(k, place) for k, place in numbered if any(slope.wrong for slope in along[k])]
    if not bad:
        return []
    if size <= ALL:
        return [entry for k, place in bad for entry in find_wrong(place, k, rng)]
    found = find_wrong(bad[-1][1], bad[-1][0], rng)  # near the given point zeros are rare
    which = [entry.coordinate for entry in found]
    return found + [entry for k, place in bad[:-1] for entry in coordinates(place, k, which)]


def _nowhere(failed: Sequence[Slope]) -> Finding:
    worst = max(failed, key=lambda slope: abs(slope.told - slope.value) / slope.allowed)
    return Finding(
        "gradient_wrong",
        "error",
        "The gradient is not the slope of the loss",
        f"along a direction the gradient says {readable(worst.told)} and the loss has the slope "
        f"{readable(worst.value)}, but no one coordinate is off by enough to be told apart",
        {"gradient": worst.told, "slope": worst.value, "error": worst.error},
    )


def _worst(entries: Sequence[Entry], names: tuple[str, ...]) -> tuple[CoordinateCheck, ...]:
    """The worst entry of each coordinate, the worst coordinates first."""

    def off(entry: Entry) -> float:
        slope = entry.slope
        gap = abs(slope.told - slope.value) / slope.allowed if slope.kink is None else 0.0
        return gap if np.isfinite(gap) else np.inf

    kept: dict[int, Entry] = {}
    for entry in sorted(entries, key=off, reverse=True):
        kept.setdefault(entry.coordinate, entry)
    return tuple(
        CoordinateCheck(
            names[entry.coordinate],
            entry.param,
            entry.slope.told,
            entry.slope.value,
            entry.slope.error,
            not entry.slope.wrong,
            entry.point,
        )
        for entry in list(kept.values())[:SHOWN]
    )


def _error(along: Sequence[Sequence[Slope]]) -> float:
    slopes = [slope for some in along for slope in some if slope.kink is None]
    sizes = [slope.error / abs(slope.value) for slope in slopes if slope.value]
    return float(np.median(sizes)) if sizes else 0.0


def _notes(
    places: Sequence[Place],
    along: Sequence[Sequence[Slope]],
    entries: Sequence[Entry],
    asked: int,
    names: tuple[str, ...],
) -> tuple[str, ...]:
    notes: list[str] = []
    kinked = sorted({entry.coordinate for entry in entries if entry.slope.kink is not None})
    if kinked:
        where = listed([names[j] for j in kinked])
        notes.append(
            f"the loss has a kink along {where}; the gradient is one of the slopes that are right"
        )
    elif any(slope.kink is not None for some in along for slope in some):
        notes.append("the loss has a kink here; the gradient is one of the slopes that are right")
    hidden = {entry.coordinate for entry in entries if entry.slope.kink is None}
    hidden -= {entry.coordinate for entry in entries if not vague(entry.slope)}
    if hidden:
        where = listed([names[j] for j in sorted(hidden)])
        notes.append(
            f"the slope along {where} is lost in the loss's rounding: nothing is said of it"
        )
    if len(places) < asked:
        notes.append(
            f"only {counted(len(places), 'point')} could be tested: near it the loss is not finite"
        )
    if max(place.rounding for place in places) > 1e-10:
        digits = max(place.rounding for place in places)
        notes.append(
            f"the loss is rounded to {readable(digits, 2)} of its size, so slopes are coarse: "
            "float64 would tell more"
        )
    return tuple(notes)
