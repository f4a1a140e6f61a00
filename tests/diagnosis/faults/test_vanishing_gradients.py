"""First layers that no gradient reaches any more, in traces made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Fact, Stop, Trace

ROWS = 30


def watched(sizes: Sequence[object], rows: int = ROWS) -> Trace:
    """Layers a, b, c, ... with gradients of these norms, and weights of norm 2."""
    measures = {name: np.ones(rows) for name in ("gradient_norm", "weight_norm")}
    measures["update_to_weight"] = np.full(rows, 0.004)
    for name, size in zip("abcdefgh", sizes, strict=False):
        measures[f"gradient_norm/{name}"] = np.broadcast_to(np.asarray(size, dtype=float), rows)
        measures[f"weight_norm/{name}"] = np.full(rows, 2.0)
    backwards = dict(reversed(measures.items()))
    names = ", ".join("abcdefgh"[: len(sizes)])
    return Trace(
        np.arange(rows),
        np.full(rows, 2.3),
        np.full(rows, 0.1),
        "sgd",
        (),
        Stop("budget", "the loop ended"),
        loss_of="unknown",
        measures=backwards,
        facts={"layers": Fact(names, "in the order of the model")},
    )


def test_the_first_layers_are_named() -> None:
    finding = diagnose(watched([1e-9, 1e-8, 1e-6, 1e-3, 0.1, 1.0])).findings[0]
    assert finding.code == "vanishing_gradients"
    assert finding.layers == ("a", "b", "c")
    assert finding.evidence["largest_share"] == pytest.approx(1e-6)
    assert "of that of layer f" in finding.because


BEGINS_AT_ZERO = np.where(np.arange(ROWS) < 2, 1e-12, 0.1)
SOUND: dict[str, Sequence[object]] = {
    "even": [0.1, 0.2, 0.2, 0.5],
    "small, but not that small": [1e-3, 1e-3, 0.01, 1.0],
    "frozen": [0.0, 0.0, 0.3, 0.2, 0.5, 1.0],
    "begins at zero": [BEGINS_AT_ZERO, BEGINS_AT_ZERO, BEGINS_AT_ZERO, 1.0],
    "one alone": [1e-9, 0.1, 0.2, 1.0],
    "in the middle": [0.5, 1e-9, 1e-8, 1.0, 1.0],
    "a branch": [1e-9, 1e-8, 1.0, 1e-9, 1.0],
    "three layers": [1e-9, 1e-8, 1.0],
}


@pytest.mark.parametrize("name", SOUND)
def test_it_is_clear(name: str) -> None:
    assert "vanishing_gradients" in diagnose(watched(SOUND[name])).clear


def test_it_cannot_tell_without_looks() -> None:
    few = watched([1e-9, 1e-8, 0.1, 1.0], rows=3)
    assert diagnose(few).cannot_tell["vanishing_gradients"] == "more steps"
    bare = replace(few, measures={}, rule="unknown")
    assert "steepest.watch" in diagnose(bare).cannot_tell["vanishing_gradients"]
