"""What a log does not say and yet shows: its update rule, its learning rates, its curvatures.

Our own descents say all of this as facts; here a record of parameters and gradients from
elsewhere gets the same facts, so that every rule reads both alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.diagnosis.gradients.evidence import Evidence
from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import SecantField
from steepest.diagnosis.record.record import PLAIN, Context, Record
from steepest.trace import Array, Fact, Trace

__all__ = ["FROM_THE_RECORD", "inferred"]

HOW = "from the moves of the record and the turns of its gradients"
MET = "the largest and the smallest curvature along the moves of the record"
WHOLE = HOW + ", which have taken every direction"
FROM_THE_RECORD = (HOW, MET)
SAME = 1e-3
IN_SIGHT = 0.1
CERTAIN = 3.0


def inferred(trace: Trace) -> Trace:
    """The trace, with what its moves and gradients show beyond what it says.

    A rule that is unknown becomes plain descent where every move is a step straight against
    the recorded gradient; rates that were not logged become those of the moves; a loss of
    which nothing is said is that of all rows unless its gradients are those of samples; and
    where the gradients are linear along the path, the curvatures and the minimum are facts.
    """
    if trace.rule != "unknown":
        return trace
    shown = Record(trace, Context()).evidence
    if shown is None:
        return trace
    moves = shown.moves
    if moves.plain:
        trace = replace(trace, rule=PLAIN, learning_rate=_rates(trace, moves))
    noisy = shown.noisy and shown.fault is None
    if trace.loss_of == "unknown":
        trace = _of_batches(trace) if noisy else replace(trace, loss_of="full")
    facts = {} if noisy else _facts(shown)
    return replace(trace, facts={**facts, **trace.facts})


def _of_batches(trace: Trace) -> Trace:
    """The loss that was logged is taken for that of all rows, as it is the best there is."""
    return replace(trace, loss_of="batch", measures={"full_loss": trace.loss, **trace.measures})


def _rates(trace: Trace, moves: Moves) -> Array:
    """The recorded rates; where there are none, those of the moves, the same for all of them
    if they agree to a thousandth."""
    if np.any(np.isfinite(trace.learning_rate)):
        return trace.learning_rate
    implied = np.where(moves.moved, moves.implied, np.nan)
    seen = implied[np.isfinite(implied)]
    if len(seen) == 0:
        return np.full(len(trace), moves.overall)
    if np.ptp(seen) <= SAME * np.median(seen) or _blurred(moves, seen) or not moves.follows.any():
        return np.full(len(trace), float(np.median(seen)))
    rates = np.full(len(trace), np.nan)
    if len(moves.params) < len(trace):  # of a very long record only head and tail were looked at
        return rates
    rates[: len(implied)] = implied
    return _carried(rates)


def _blurred(moves: Moves, seen: Array) -> bool:
    """Whether the rates differ by no more than what rounding makes of them."""
    clear = moves.moved
    allowed = CERTAIN * moves.blur[clear] / moves.lengths[clear]
    return bool(np.all(np.abs(seen / np.median(seen) - 1.0) <= SAME + allowed))


def _carried(rates: Array) -> Array:
    """Rates of rows that did not move: that of the row before, or of the first that did."""
    known = np.flatnonzero(np.isfinite(rates))
    last = np.maximum.accumulate(np.where(np.isfinite(rates), np.arange(len(rates)), known[0]))
    return rates[last]


def _facts(shown: Evidence) -> dict[str, Fact]:
    field, moves = shown.field, shown.moves
    if field is None:
        return {}
    if not field.linear:
        return _met(moves, field)
    values, axes = field.curvatures
    if len(values) == 0:
        return {}
    facts: dict[str, Fact] = {
        "sharpness": Fact(float(values[-1]), HOW),
        "smallest_eigenvalue": Fact(float(values[0]), HOW),
    }
    if values[0] <= 0:
        return facts
    flattest = min(float(values[0]), field.flattest)  # min ignores NaN in second place
    whole = len(values) == moves.params.shape[1]
    facts["condition_number"] = Fact(float(values[-1]) / flattest, WHOLE if whole else HOW)
    return facts | _bottom(shown, values, axes)


def _met(moves: Moves, field: SecantField) -> dict[str, Fact]:
    """Where the curvature changes on the way, or digits are few: the steepest and the flattest
    that the moves have met, which say no more than how long the valley is at least."""
    values, _ = field.curvatures
    steepest = max([moves.steepest, *values[-1:].tolist()])
    flattest = field.flattest
    if not (steepest > flattest > 0 and moves.params.shape[1] > 1):
        return {}
    return {
        "sharpness": Fact(steepest, MET),
        "condition_number": Fact(steepest / flattest, MET),
    }


def _bottom(shown: Evidence, values: Array, axes: Array) -> dict[str, Fact]:
    """The bottom of the bowl, where the directions in sight hold nearly all of the gradient."""
    lowest = int(np.argmin(shown.loss))  # where a runaway has not drowned the difference
    gradient, params = shown.moves.gradient[lowest], shown.moves.params[lowest]
    along = axes.T @ gradient
    rest = float(np.linalg.norm(gradient - axes @ along))
    if rest > IN_SIGHT * float(np.linalg.norm(gradient)):
        return {}
    drop = 0.5 * float(np.sum(along**2 / values))
    return {
        "hessian": Fact((axes * values) @ axes.T, HOW),
        "minimum": Fact(params - axes @ (along / values), HOW),
        "minimum_loss": Fact(float(shown.loss[lowest]) - drop, HOW),
    }
