"""Ground that is level and yet no minimum: what a saddle and a plateau have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.diagnosis.record.reading import Reading

__all__ = ["FlatGround", "downward_at_the_end"]

FLAT = 0.01
ROUNDING = 1e-6
SOON = 0.5


@dataclass(frozen=True, slots=True)
class FlatGround:
    """The end of a record where the loss hardly moves and the cost curves downward.

    curvature:  the smallest at the end, below zero
    fell:       the share of its size by which the loss fell over the later half
    opens:      whether as many steps again would lead out: α|λ|k is a half or more
    """

    curvature: float
    fell: float
    opens: bool


def downward_at_the_end(reading: Reading) -> FlatGround | None:
    """None where the loss moves by 1 % or more, or nothing curves downward, as far as known.

    The curvature is the smallest eigenvalue at the end, where it was measured, else that
    along the last moves; it has to be above a millionth of the largest.
    """
    half, end = float(reading.losses[len(reading.losses) // 2]), float(reading.losses[-1])
    fell = (half - end) / max(abs(half), 1e-300)
    level = 0 <= fell < FLAT or reading.trace.stop.reason == "converged"
    smallest = smallest_curvature(reading)
    if smallest is None or smallest >= 0 or not level:
        return None
    steps = float(reading.steps[-1] - reading.steps[0])
    opens = not reading.rated or reading.rate * abs(smallest) * steps >= SOON
    return FlatGround(smallest, fell, opens)


def smallest_curvature(reading: Reading) -> float | None:
    """Zero where it is within rounding; None where it is not known."""
    known, steepest = reading.trace.number("smallest_eigenvalue"), reading.sharpness
    if known is not None and steepest is not None:
        return known if abs(known) > ROUNDING * abs(steepest) else 0.0
    if reading.evidence is None:
        return None
    curvature = reading.evidence.moves.curvature
    late = curvature[-max(3, len(curvature) // 10) :]
    late = late[np.isfinite(late)]
    return float(np.median(late)) if len(late) >= 3 else None
