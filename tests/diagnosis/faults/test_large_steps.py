"""Steps that move the weights by much of their size; beside sound ones, in traces made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Stop, Trace

ROWS = 60
LOSS = 0.3 + 2.0 * np.exp(-np.arange(ROWS) / 20)


def watched(
    loss: np.ndarray = LOSS,
    share: object = 0.005,
    cosine: object = 0.3,
    gradient: object = 1.0,
    weight: object = 4.0,
    rate: float = 1.0,
    looks: slice = slice(0, 40),
    **measures: object,
) -> Trace:
    """A watched loop, of which the first rows were looked at."""
    columns = {
        "gradient_norm": gradient,
        "gradient_norm/fc": gradient,
        "weight_norm": weight,
        "weight_norm/fc": weight,
        "update_to_weight": share,
        "gradient_cosine": cosine,
        **measures,
    }
    whole = {
        name: np.broadcast_to(np.asarray(value, dtype=np.float64), len(loss))
        for name, value in columns.items()
    }
    seen = {name: np.full(len(loss), np.nan) for name in columns}
    for name, column in seen.items():
        column[looks] = whole[name][looks]
    return Trace(
        np.arange(len(loss)),
        np.asarray(loss),
        np.full(len(loss), rate),
        "sgd",
        (),
        Stop("budget", "the loop ended"),
        loss_of="unknown",
        measures=seen,
    )


def once(value: float, usual: float, row: int = 1) -> np.ndarray:
    column = np.full(ROWS, usual)
    column[row] = value
    return column


def test_a_step_that_throws_the_loss_up() -> None:
    loss = LOSS.copy()
    loss[2:6] = 9.0
    finding = diagnose(watched(loss, share=once(0.8, 0.02))).findings[0]
    assert (finding.code, finding.severity) == ("large_steps", "warning")
    assert "80 % of their size" in finding.because
    assert finding.evidence["largest_update_to_weight"] == 0.8


def test_a_step_after_which_the_gradient_is_large() -> None:
    trace = watched(share=once(0.5, 0.02), gradient=once(8.0, 1.0, row=2))
    assert "large_steps" in [finding.code for finding in diagnose(trace).findings]


def test_steps_that_bounce() -> None:
    rng = np.random.default_rng(0)
    trace = watched(share=0.1, cosine=rng.normal(-0.3, 0.2, ROWS))
    finding = next(f for f in diagnose(trace).findings if f.code == "large_steps")
    assert "against each other" in finding.because


def test_large_steps_under_which_nothing_falls() -> None:
    loss = 2.3 + 0.1 * np.random.default_rng(0).normal(size=ROWS)
    finding = next(
        f for f in diagnose(watched(loss, share=0.08)).findings if f.code == "large_steps"
    )
    assert finding.severity == "error"
    assert "stays at" in finding.because


def test_a_sharpness_far_above_the_limit() -> None:
    loss = LOSS.copy()
    loss[3:8] = 5.0
    finding = diagnose(watched(loss, share=0.06, probe_sharpness=9.0)).findings[0]
    assert finding.code == "large_steps"
    assert "times sharpness is 9, above the limit of 2" in finding.because


def test_the_rate_that_it_gives_makes_the_first_steps_a_hundredth() -> None:
    loss = LOSS.copy()
    loss[2:6] = 9.0
    finding = diagnose(watched(loss, share=once(0.8, 0.5), rate=5.0)).findings[0]
    assert finding.remedies[0].set["learning_rate"] == pytest.approx(5.0 * 0.01 / 0.5, rel=0.1)


SOUND: dict[str, Callable[[], Trace]] = {
    "sound": watched,
    "one large step that hurts nobody": lambda: watched(share=once(0.8, 0.02)),
    "a rise without large steps": lambda: watched(np.where(np.arange(ROWS) == 5, 9.0, LOSS)),
    "back and forth in small steps": lambda: watched(cosine=-0.6, share=0.01),
    "back and forth for a few steps": lambda: watched(cosine=-0.6, share=0.1, looks=slice(0, 7)),
    "weights that began at zero": lambda: watched(
        share=once(5.0, 0.9), weight=np.arange(ROWS) / 10.0, gradient=once(9.0, 1.0, row=3)
    ),
    "sharp, and none the worse for it": lambda: watched(share=0.06, probe_sharpness=9.0),
    "nothing but noise under small steps": lambda: watched(
        2.3 + 0.1 * np.random.default_rng(0).normal(size=ROWS)
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_it_is_clear(name: str) -> None:
    assert "large_steps" in diagnose(SOUND[name]()).clear


def test_it_cannot_tell_without_looks() -> None:
    assert (
        "steepest.watch"
        in diagnose(replace(watched(), measures={}, rule="unknown")).cannot_tell["large_steps"]
    )
    assert diagnose(watched(looks=slice(0, 3))).cannot_tell["large_steps"] == "more steps"
