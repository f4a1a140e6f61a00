"""NaN or overflow."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import layers_in
from steepest.readable import readable
from steepest.trace import Fact

__all__ = ["non_finite"]

GREW = 100.0
HUGE = 1e100
TEN = 10.0
TRIED = {
    "operation": "guard that operation: keep its argument inside its domain (clamp it, add a small "
    "number, use log_softmax or logsumexp), or bound what the layer puts out",
    "overflow": "use bfloat16 there, which has the range of float32, or leave that layer in "
    "float32; normalise or clip what it puts out; where it is the scaled loss, a gradient scaler",
    "data": "look for missing or infinite values in the inputs, and drop or fill those rows",
    "outside": "look for missing or infinite values in the targets and in what weights the loss",
    "parameters": "clip the norm of the gradient before the update, and lower the learning rate",
    "gradient": "look for a root, a norm or a division at zero behind that layer, and add a small "
    "number inside it; else clip the norm of the gradient and lower the learning rate",
}


def non_finite(reading: Reading) -> Answer:
    """A number became NaN or overflowed: where it began, and what led to it.

    Sees
        The first row in which the loss, a parameter or an entry of the gradient is not
        finite, and the losses before it. In a watched loop also the operations behind that
        loss, and what they kept: the first one of finite arguments whose result is not finite,
        and the layer before it; or the data, the targets, the parameters, the gradient.
    Matters
        Nothing after it means anything: NaN and infinity spread to every parameter at the
        next step.
    Decides
        Any value that is not finite. If the loss grew at every one of the last steps before,
        or in size to 100 times the first, it overflowed from growth (and `diverging` is the
        cause); else, with two finite losses or more, it broke at once: a logarithm or a
        division out of its domain, or bad data. What a watched loop names is taken as it is.
    When it is wrong
        A log that writes NaN for "not measured" looks the same; such columns belong into
        measures, not into the loss.
    Try
        After growth: a smaller learning rate. After a sudden break: look at the parameters
        of the last finite row, and guard the logarithm or division that fails there. In
        half precision: bfloat16, or a scaler of the gradient and normalised layers.
    Sources
        Goldberg 1991, "What every computer scientist should know about floating-point
        arithmetic".
    """
    if (fact := reading.trace.facts.get("first_non_finite")) is not None:
        return _watched(reading, fact)
    if "loss_unknown" in reading.trace.facts:
        return CannotTell("the loss of each step")
    trace, first = reading.trace, reading.finite
    if first == len(trace):
        return Clear()
    step = int(trace.step[first])
    evidence = {"step": float(step)}
    what = _what(reading)
    before = ""
    if first > 0:
        evidence["last_finite_loss"] = float(trace.loss[first - 1])
        before = f"; the last finite loss was {readable(evidence['last_finite_loss'])}"
    if reading.growth is not None:
        evidence["growth_per_step"] = reading.growth
    because = f"{what} at step {step:,}{_led_to_it(reading)}{before}"
    return Finding(
        "non_finite", "error", "Not finite: NaN or overflow", because, evidence, (_remedy(reading),)
    )


def _watched(reading: Reading, fact: Fact) -> Finding:
    """What a watched loop saw itself."""
    kind = reading.trace.facts.get("non_finite_kind")
    step = _first_step(reading)
    evidence = {"step": step}
    loss = reading.trace.loss[reading.trace.step < step]
    before = loss[np.isfinite(loss)]
    led = ""
    if len(before):
        evidence["last_finite_loss"] = float(before[-1])
        led = f"; the loss before it was {readable(before[-1])}"
    grew = len(before) > 1 and bool(before[-1] > TEN * abs(before[0]))
    if grew:
        led += f", up from {readable(before[0])} at first"
    said = "unknown" if kind is None else str(kind.value)
    remedies = tuple(Remedy(sentence, {}) for sentence in _sentences(said, grew=grew))
    return Finding(
        "non_finite",
        "error",
        "Not finite: NaN or overflow",
        f"first at step {int(step):,}: {fact.value}{led}",
        evidence,
        remedies,
        layers_in(reading, "non_finite_layers"),
    )


def _first_step(reading: Reading) -> float:
    """The step that a watcher gave, else that of the first loss that is not finite, else the
    last."""
    step, trace = reading.trace.number("non_finite_step"), reading.trace
    if step is not None:
        return step
    broken = np.flatnonzero(~np.isfinite(trace.loss))
    return float(trace.step[broken[0] if len(broken) else -1])


def _sentences(kind: str, *, grew: bool) -> tuple[str, ...]:
    """What to try, by where it came from."""
    slower = "lower the learning rate: it overflowed from growth"
    if kind in ("operation", "parameters", "gradient", "unknown") and grew:
        return (slower, TRIED.get(kind, TRIED["parameters"]))
    return (TRIED.get(kind, TRIED["parameters"]),)


def _grew(reading: Reading) -> bool:
    loss = reading.trace.loss[: reading.finite]
    far = len(loss) > 1 and bool(loss[-1] > GREW * abs(loss[0]))
    huge = len(loss) > 1 and bool(abs(loss[-1]) > HUGE)  # also of losses that fall below zero
    return reading.growth is not None or far or huge


def _led_to_it(reading: Reading) -> str:
    if reading.growth is not None:
        return f", after the loss had grown by a factor of {readable(reading.growth)} a step"
    if _grew(reading):
        first = readable(float(reading.trace.loss[0]))
        return f", after the loss had grown in size, from {first} at first"
    if reading.finite == 0:
        return ", the first one recorded"
    if reading.finite == 1:
        return ", after a single finite row"
    first, last = reading.trace.loss[0], reading.trace.loss[reading.finite - 1]
    return ", without growing before" if abs(last) <= abs(first) else ""


def _remedy(reading: Reading) -> Remedy:
    if _grew(reading):
        return Remedy("lower the learning rate: it overflowed from growth", {})
    if reading.finite == 0:
        return Remedy("look at the start and at the data: one of them is outside the domain", {})
    return Remedy(
        "look at the parameters of the last finite row: a logarithm, a root or a division "
        "leaves its domain there, or the data hold such a value",
        {},
    )


def _what(reading: Reading) -> str:
    trace, row = reading.trace, reading.finite
    tables = (
        ("the loss", trace.loss[row : row + 1]),
        ("the gradient", None if trace.gradient is None else trace.gradient[row]),
        ("the parameters", None if trace.params is None else trace.params[row]),
    )
    for name, values in tables:
        if values is not None and not np.all(np.isfinite(values)):
            kind = "NaN" if np.any(np.isnan(values)) else "infinite"
            return f"{name} became {kind}"
    return "a value became not finite"
