"""The loss does not move because the parameters do not."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.resolution import resolution
from steepest.diagnosis.record.watched import layer_words, layers_in

__all__ = ["frozen_parameters"]

QUARTER = 0.25
FELT = 10.0


def frozen_parameters(reading: Reading) -> Answer:
    """The parameters stay where they are, though the gradient is not zero.

    Sees
        A record: the parameters from row to row, the gradient, the learning rate. A log: the
        losses, the losses on held-out rows, and the norm of the gradient where it is there. A
        watched loop: what requires no gradient, groups at a rate of zero, and their values.
    Matters
        Nothing is trained. The optimizer holds no parameters or those of another model, the
        graph is cut before the gradient arrives, the rate is zero, or no step is ever taken.
    Decides
        A record: every parameter is the same, to the bit, in all rows or in the last quarter and
        more, while the gradient is not zero (and, where they had moved before, would move them by
        a billionth of their size). A log: the loss of fixed rows is the same to rounding (three
        in a million) throughout; or, of mini-batches, it only scatters (no trend by four standard
        errors, one run in sixteen thousand by chance, and no first drop) while the loss of the
        held-out rows is the same to rounding; or scatters without one, above the level of
        guessing, ln(classes): an untrained network is worse than guessing, because its outputs
        differ from row to row, whereas one whose units are dead guesses. A gradient that has
        vanished makes it `dead_units`. A watched loop: a layer that is not trained, keeps its
        values over five updates, does not come before all that is trained (features do), and holds
        weights as an initialiser draws them (all of them within its sharp bounds and as even as
        chance has it, beside biases that are; no copy of a part that is trained); or a rate that
        is zero from the first update to the tenth and on. Other frozen layers are no fault.
    When it is wrong
        In a log with few digits, a rate that is millions of times too small looks the same.
        Random features that are never meant to be trained look like a forgotten layer.
    Try
        Compare the parameters before and after a step; train a layer that holds no trained
        values (`requires_grad_(True)`); hand the optimizer those of this
        model, after every replacement of a layer; look for `detach`, `no_grad`, a rate of 0.
    Sources
        Goodfellow, Bengio and Courville 2016, "Deep learning", section 11.5 (debugging).
    """
    if (watched := _watched(reading)) is not None:
        return watched
    if reading.curve is None:
        return _of_record(reading)
    found = stall(reading.curve)
    if len(reading.curve.train) < 5:
        return CannotTell(MORE)
    if found is None or found.kind != "frozen" or reading.moves:
        return Clear()
    train = reading.curve.train
    evidence = {"rows": float(reading.curve.rows), "loss": train.last, "scatter": train.noise}
    if reading.curve.gradient is not None:
        evidence["gradient_norm"] = reading.curve.gradient.last
    return _finding(found.because, evidence)


def _watched(reading: Reading) -> Finding | None:
    facts = reading.trace.facts
    if "rate_zero" in facts:
        because = f"the learning rate of all parameters is 0, {facts['rate_zero'].how}"
        return _finding(because, {"learning_rate": 0.0})
    start = layers_in(reading, "frozen_at_start")
    if not start:
        return None
    one = len(start) == 1
    it = "it" if one else "them"
    return Finding(
        "frozen_parameters",
        "warning",
        "Frozen at its random start: a layer that nothing trains",
        f"{layer_words(start)}: {_why(reading, start)}, and {'it holds' if one else 'they hold'} "
        f"{facts['frozen_at_start'].how}",
        {"parts": float(len(start))},
        (Remedy(f"train {it}{_switch(reading)}, or load trained values into {it}", {}),),
        start,
    )


def _switch(reading: Reading) -> str:
    """How that is said in the framework of the loop."""
    if reading.framework.startswith("PyTorch"):
        return " (requires_grad_(True))"
    return " (trainable = True)" if reading.framework.startswith("Keras") else ""


def _why(reading: Reading, layers: tuple[str, ...]) -> str:
    its = "its" if len(layers) == 1 else "their"
    if set(layers) <= set(layers_in(reading, "rate_zero_in")):
        return f"the learning rate of {its} group is 0"
    return f"none of {its} parameters is trained"


def _of_record(reading: Reading) -> Answer:
    params, gradient = reading.trace.params, reading.trace.gradient
    if params is None or gradient is None or reading.finite < 3:
        return CannotTell(MORE)
    params, gradient = params[: reading.finite], gradient[: reading.finite]
    last = params[-1]
    moved = np.flatnonzero(np.any(params != last, axis=1))
    since = 0 if len(moved) == 0 else int(moved[-1]) + 1
    rows = len(params) - since
    gaps = np.diff(reading.trace.step[: reading.finite])
    if np.all(gaps % 2 == 0):
        return CannotTell("steps at odd distances: a jump to and fro looks the same at even ones")
    norm = float(np.max(np.linalg.norm(gradient[since:], axis=1)))
    if norm == 0 or rows < 3 or rows < QUARTER * len(params):
        return Clear()
    step = norm * (reading.rate if reading.rated else 0.0)
    if since > 0 and not step > FELT * float(np.linalg.norm(resolution(params)[-1])):
        return Clear()  # it has come to rest: a step is below what the log can show
    return _finding(
        f"all parameters ({params.shape[1]}) stay the same over the last {rows:,} rows, with a "
        f"gradient of norm {norm:.4g}",
        {"rows": float(rows), "gradient_norm": norm},
    )


def _finding(because: str, evidence: dict[str, float]) -> Finding:
    sentence = (
        "make sure that the optimizer holds the parameters of this model, that its step is "
        "called, that the learning rate is not zero, and that nothing cuts the gradient off"
    )
    return Finding(
        "frozen_parameters",
        "error",
        "Frozen: the parameters do not move",
        because,
        evidence,
        (Remedy(sentence, {}),),
    )
