"""From a descent that was played to the record that a page reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from steepest.live.fits import fit_of
from steepest.live.layers import layers_of
from steepest.live.planes import Asked, plane_of, stored_plane
from steepest.live.played import Played
from steepest.live.setting import Setting
from steepest.live.thinning import MOST_PARAMS, kept_params
from steepest.live.wire import DescentRecord, Facts, Fit, Plane, num, numbers, table
from steepest.trace import Fact

__all__ = ["recorded"]


def recorded(played: Played, setting: Setting) -> DescentRecord:
    """The record of a descent, on the plane that the setting asks for."""
    trace, rows = played.trace, played.rows
    kept = kept_params(trace.params, len(trace.names))
    loss = trace.loss[rows] if played.loss is None else played.loss
    return DescentRecord(
        names=[trace.names[place] for place in kept],
        step=trace.step[rows].tolist(),
        loss=numbers(loss),
        loss_of=trace.loss_of if played.loss is None else "full",
        validation=None if played.validation is None else numbers(played.validation),
        rate=numbers(trace.learning_rate[rows]),
        params=None if trace.params is None else table(trace.params[np.ix_(rows, kept)]),
        gradient=None if trace.gradient is None else table(trace.gradient[np.ix_(rows, kept)]),
        rule=trace.rule,
        facts=_facts(played.facts, kept, len(trace.names)),
        stop={"reason": trace.stop.reason, "because": trace.stop.because},
        diagnosis=played.diagnosis.to_dict(),
        plane=_plane(played, setting, kept),
        fit=_fit(played),
        steps=int(trace.step[-1]),
        note=" ".join((*played.notes, *_left_out(played))),
        growing=played.growing,
        trend=None if played.trend is None else numbers(played.trend[rows]),
        layers=layers_of(trace),
        known=played.objective is not None,
    )


def _facts(facts: Mapping[str, Fact], kept: NDArray[np.int64], count: int) -> Facts:
    def number(name: str) -> float | None:
        fact = facts.get(name)
        return None if fact is None else num(fact.number)

    minimum = facts.get("minimum")
    known = minimum is not None and minimum.array.shape == (count,)
    return Facts(
        sharpness=number("sharpness"),
        condition_number=number("condition_number"),
        largest_stable_rate=number("largest_stable_learning_rate"),
        minimum_loss=number("minimum_loss"),
        minimum=numbers(minimum.array[kept]) if minimum is not None and known else None,
    )


def _plane(played: Played, setting: Setting, kept: NDArray[np.int64]) -> Plane | None:
    if played.landscape is not None:
        return stored_plane(played.landscape, played.trace, played.rows)
    if played.objective is None or not played.light:
        return None
    return plane_of(played.objective, played.trace, played.rows, Asked.of(setting, kept))


def _fit(played: Played) -> Fit | None:
    """The rows; without them where not all parameters are shown, which no prediction bears."""
    if len(played.trace.names) > MOST_PARAMS:
        return None
    return played.fit if played.examples is None else fit_of(played.examples)


def _left_out(played: Played) -> list[str]:
    """What of the record is not shown, in sentences."""
    trace, rows = played.trace, played.rows
    said: list[str] = []
    steps, count = int(trace.step[-1] - trace.step[0]) + 1, len(trace.names)
    if len(rows) < steps:
        said.append(f"{len(rows):,} of {steps:,} steps are shown, the early ones closest.")
    if trace.params is not None and count > MOST_PARAMS:
        said.append(
            f"{MOST_PARAMS} of {count:,} parameters are shown, those that moved most; the rows "
            "are not, as a prediction needs all of them."
        )
    if trace.params is None and not played.watched:
        said.append("No parameters were recorded, so that there is no path to show.")
    return said
