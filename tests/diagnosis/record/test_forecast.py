"""Tests of what another rate, or more steps, would do."""

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.objective.curve import Curve


def test_a_loss_that_shrinks_by_less_than_rounding_has_no_end_to_foretell() -> None:
    # on |w| the loss falls by the same amount at every step, and at the kink by none
    trace = descend(Curve.of("abs(w)"), [3.0], learning_rate=0.05, steps=50, tolerance=0.0)
    assert diagnose(trace).findings
