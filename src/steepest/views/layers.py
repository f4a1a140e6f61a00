"""What a record of a watched loop says of each layer of its network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.trace import Array, Trace

__all__ = ["LayerRow", "layer_column", "layer_names", "layer_rows", "update_to_weight"]


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer in numbers; None where it was never measured.

    gradient_norm, update_to_weight:  medians over the steps that were looked at
    weight_norm:                      at the last of them
    """

    name: str
    gradient_norm: float | None
    update_to_weight: float | None
    weight_norm: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "gradient_norm": self.gradient_norm,
            "update_to_weight": self.update_to_weight,
            "weight_norm": self.weight_norm,
        }


def layer_names(trace: Trace) -> list[str]:
    """The layers in the order of the model; none where nothing was measured by layer.

    >>> from steepest.trace import Stop
    >>> one = np.ones(1)
    >>> trace = Trace(np.arange(1), one, one, "unknown", (), Stop("budget", "done"),
    ...               measures={"gradient_norm": one, "gradient_norm/fc1": one})
    >>> layer_names(trace)
    ['fc1']
    """
    order = _order(trace)
    found = {
        layer: None
        for name in trace.measures
        for kind, _, layer in [name.partition("/")]
        if layer and kind in ("gradient_norm", "update_norm")
    }
    return sorted(found, key=lambda layer: order.get(layer, len(order)))


def layer_rows(trace: Trace) -> list[LayerRow]:
    """Every layer in numbers."""
    return [
        LayerRow(
            name,
            _median(layer_column(trace, "gradient_norm", name)),
            _median(update_to_weight(trace, name)),
            _last(layer_column(trace, "weight_norm", name)),
        )
        for name in layer_names(trace)
    ]


def layer_column(trace: Trace, measure: str, layer: str) -> Array:
    """(k,) a measure of one layer; NaN where it was not looked at."""
    column = trace.measures.get(f"{measure}/{layer}")
    return np.full(len(trace), np.nan) if column is None else column


def update_to_weight(trace: Trace, layer: str) -> Array:
    """(k,) how far a step moved the layer, as a share of its size."""
    with np.errstate(all="ignore"):
        ratio = layer_column(trace, "update_norm", layer) / layer_column(
            trace, "weight_norm", layer
        )
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _order(trace: Trace) -> dict[str, int]:
    """Where each layer stands in the model, where its watcher wrote that down."""
    fact = trace.facts.get("layers")
    names: Iterable[str] = fact.value.split(", ") if fact and isinstance(fact.value, str) else ()
    return {name: place for place, name in enumerate(names)}


def _median(column: Array) -> float | None:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) else None


def _last(column: Array) -> float | None:
    known = column[np.isfinite(column)]
    return float(known[-1]) if len(known) else None
