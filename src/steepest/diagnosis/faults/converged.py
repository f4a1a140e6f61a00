"""Done: a bound on what is left."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding
from steepest.diagnosis.losses.alone_ending import ending_alone
from steepest.diagnosis.record.reading import DONE_DISTANCE, Reading
from steepest.readable import counted, readable

__all__ = ["converged"]

ROUNDING = 1e-10


def converged(reading: Reading) -> Answer:
    """The descent is done: what is left is bounded and small.

    Sees
        Why the descent stopped, and the share of the first excess loss that is left.
    Matters
        More steps would change nothing that the data can tell.
    Decides
        It stopped within its tolerance, or its bound on the relative distance to the minimum
        is below a thousandth. Where no bound is known: the gradient is below 1e-10 of the
        first, or less than a millionth of the excess loss is left, which on a round bowl is
        a thousandth of the first distance (a convention, not a test). Under a learning rate
        that decayed, a flat loss or a small gradient may be the rate's doing, so that only a
        bound or a known least loss counts.
        A log of losses: no fall worth having is left by the slope of its last third, and the
        scatter is below a fiftieth of the level.
    When it is wrong
        Where the least loss had to be extrapolated from the losses, a valley that is flat
        for long looks like its end.
    Try
        Nothing; or a smaller tolerance for more digits.
    Sources
        Bach 2010, section 3, for logistic regression's bound; for bowls it is exact.
    """
    if reading.curve is not None:
        return ending_alone(reading.curve, "converged")
    trace = reading.trace
    if reading.finite == 0:
        return CannotTell("one finite step or more")
    if not reading.done:
        if trace.stop.reason != "converged" and reading.left is None:
            return CannotTell("the least possible loss, or a stop that says it converged")
        return Clear()
    evidence = {"steps": float(trace.step[-1])}
    if len(reading.losses):
        evidence["loss"] = float(reading.losses[-1])
    if reading.left is not None:
        evidence["share_left"] = reading.left
    if trace.stop.bound is not None:
        evidence["relative_distance_bound"] = trace.stop.bound
    if trace.stop.reason == "converged":
        because = trace.stop.because
    elif trace.stop.bound is not None:
        because = f"within {trace.stop.bound:.2g} of the minimum, relative to its size"
    elif reading.left is None or reading.left > DONE_DISTANCE**2:
        because = f"the gradient has vanished by step {readable(float(trace.step[-1]))}"
    else:
        share = float(evidence["share_left"] * 100)
        left = f"{readable(share, 2)} %" if share > ROUNDING else "nothing but rounding"
        steps = counted(int(trace.step[-1]), "step")
        because = f"{left} of what there was to gain is left after {steps}"
    return Finding("converged", "info", "Converged", because, evidence)
