"""Gradients larger by orders than the loss accounts for, in traces made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.finding import Finding
from steepest.diagnosis.record.record import Context
from steepest.trace import Stop, Trace

ROWS = 40
LOSS = np.full(ROWS, 2.0)


def watched(
    rnn: object, head: object = 0.5, share: object = 0.001, loss: np.ndarray = LOSS
) -> Trace:
    """A recurrent layer and a head, with weights of norm 4, looked at at every step."""
    rnn, head = (np.broadcast_to(np.asarray(v, dtype=float), ROWS) for v in (rnn, head))
    weight = np.full(ROWS, 4.0)
    measures = {
        "gradient_norm": np.hypot(rnn, head),
        "weight_norm": weight * 2**0.5,
        "update_to_weight": np.broadcast_to(np.asarray(share, dtype=float), ROWS),
        "gradient_cosine": np.full(ROWS, 0.3),
        "gradient_norm/rnn": rnn,
        "weight_norm/rnn": weight,
        "gradient_norm/head": head,
        "weight_norm/head": weight,
    }
    stop = Stop("budget", "the loop ended")
    rates = np.full(ROWS, 1e-3)
    return Trace(
        np.arange(ROWS), loss, rates, "adam", (), stop, loss_of="unknown", measures=measures
    )


def spike(top: float, usual: float = 0.5, row: int = 20) -> np.ndarray:
    column = np.full(ROWS, usual)
    column[row] = top
    return column


def found(trace: Trace, context: Context | None = None) -> Finding | None:
    findings = diagnose(trace, context).findings
    return next((each for each in findings if each.code == "exploding_gradients"), None)


def test_a_gradient_that_the_loss_cannot_account_for() -> None:
    finding = found(watched(5e3))
    assert finding is not None
    assert finding.severity == "error"
    assert finding.layers == ("rnn",)
    assert finding.evidence["ratio"] == 5e3 * 4 / 2
    assert "in layer rnn" in finding.because


def test_a_spike_of_it_is_clipped_at_the_usual_norm() -> None:
    finding = found(watched(spike(100.0)))
    assert finding is not None
    assert "at 0.7" in finding.remedies[0].sentence


def test_a_spike_of_three_orders() -> None:
    assert found(watched(spike(1e-3, 1e-7), head=1e-7)) is not None


def test_a_loss_that_exploded_on_the_way_forward_where_the_classes_are_known() -> None:
    trace = watched(3e4, loss=np.full(ROWS, 1e3))
    assert found(trace) is None
    assert found(trace, Context(classes=10)) is not None


def test_it_is_clear_of_sound_ones_and_of_what_large_steps_made() -> None:
    assert found(watched(0.5)) is None
    assert found(watched(20.0)) is None
    assert found(watched(spike(20.0))) is None
    shares = np.full(ROWS, 0.001)
    shares[10:] = 0.5
    assert found(watched(spike(1e4), share=shares)) is None
    assert "exploding_gradients" in diagnose(watched(0.5)).clear


def test_it_cannot_tell_without_looks() -> None:
    bare = replace(watched(0.5), measures={}, rule="unknown")
    assert "steepest.watch" in diagnose(bare).cannot_tell["exploding_gradients"]
