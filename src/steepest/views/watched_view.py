"""A watched loop on the screen: what was trained by what, how it went, and each of its layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steepest.diagnosis.finding import Diagnosis
from steepest.readable import counted, readable
from steepest.trace import Array, Trace
from steepest.views.console_lines import aligned, block, labelled
from steepest.views.layers import LayerRow
from steepest.views.log_view import show_losses
from steepest.views.terminal import show_diagnosis

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_layers", "show_watched"]

MOST_LAYERS = 16
FEW = 10
RECENT = 100


def show_watched(
    what: str, ended: str, trace: Trace, diagnosis: Diagnosis, console: Console
) -> None:
    """Print what a watched loop did, and what was found in it.

    what:   "MLP by Adam"
    ended:  "done: the loop ended after 800 steps"; "" for one that goes on
    """
    fact = trace.facts.get("framework")
    framework = f", {fact.value}" if fact is not None and isinstance(fact.value, str) else ""
    steps = counted(int(trace.step[-1] - trace.step[0]) + 1, "step")
    ended = ended or f"{steps} so far, still going on"
    labelled(console, "Watched", f"{what}{framework}: {ended}.")
    labelled(console, "Loss", _losses(trace.loss))
    labelled(console, "Rate", _rates(trace.learning_rate))
    show_losses(trace, console)
    console.print()
    show_diagnosis(diagnosis, console)


def show_layers(layers: Sequence[LayerRow], named: Collection[str], console: Console) -> None:
    """Print the layers in numbers; of very many the first, and those that findings name.

    named:  the layers that findings are about; marked with a star
    """
    shown = _shown(layers, named)
    if not shown:
        return
    console.print()
    head = ("Layer", "gradient norm", "update to weight", "weight norm")
    rows = [
        (
            f"{layer.name} *" if layer.name in named else layer.name,
            _number(layer.gradient_norm),
            _number(layer.update_to_weight),
            _number(layer.weight_norm),
        )
        for layer in shown
    ]
    aligned(console, [head, *rows])
    more = len(layers) - len(shown)
    rest = f"and {counted(more, 'layer')} more, in --json and in the lab; " if more else ""
    star = "*: a finding names it; " if any(layer.name in named for layer in shown) else ""
    words = f"{rest}{star}medians over the steps that were looked at, the last weight norm."
    block(console, "", "", words[:1].upper() + words[1:])


def _shown(layers: Sequence[LayerRow], named: Collection[str]) -> list[LayerRow]:
    if len(layers) <= MOST_LAYERS:
        return list(layers)
    wanted = [layer.name for layer in layers if layer.name in named][:MOST_LAYERS]
    others = [layer.name for layer in layers if layer.name not in named]
    kept = {*wanted, *others[: MOST_LAYERS - len(wanted)]}
    return [layer for layer in layers if layer.name in kept]


def _losses(loss: Array) -> str:
    known = loss[np.isfinite(loss)]
    if not len(known):
        return "not one that is a finite number."
    words = f"{readable(known[0])} at first, {readable(known[-1])} at last"
    if len(known) > FEW:
        recent = known[-min(RECENT, len(known) // 5) :]
        words += f", {readable(float(recent.mean()))} on average over the last {len(recent)}"
    return words + _broken(loss)


def _broken(loss: Array) -> str:
    strange = int(np.sum(~np.isfinite(loss)))
    return "." if strange == 0 else f"; {counted(strange, 'row')} without a finite one."


def _rates(rate: Array) -> str:
    known = rate[np.isfinite(rate)]
    if not len(known):
        return "learning rate not known."
    low, high = float(known.min()), float(known.max())
    if low == high:
        return f"learning rate {readable(low)}."
    first, last = float(known[0]), float(known[-1])
    peak = f", up to {readable(high)}" if high > max(first, last) else ""
    return f"learning rate from {readable(first)}{peak} to {readable(last)}."


def _number(value: float | None) -> str:
    return "" if value is None else readable(value, 3)
