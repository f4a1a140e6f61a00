"""Ask every rule, root causes first, and name the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps

import numpy as np

from steepest.diagnosis.faults.accumulating_gradients import accumulating_gradients
from steepest.diagnosis.faults.converged import converged
from steepest.diagnosis.faults.crawling import crawling
from steepest.diagnosis.faults.dead_units import dead_units
from steepest.diagnosis.faults.detached_loss import detached_loss
from steepest.diagnosis.faults.diverging import diverging
from steepest.diagnosis.faults.double_softmax import double_softmax
from steepest.diagnosis.faults.evaluation_mode import evaluation_mode
from steepest.diagnosis.faults.exploding_gradients import exploding_gradients
from steepest.diagnosis.faults.frozen_parameters import frozen_parameters
from steepest.diagnosis.faults.gradient_missing_term import gradient_missing_term
from steepest.diagnosis.faults.gradient_scale import gradient_scale
from steepest.diagnosis.faults.gradient_sign import gradient_sign
from steepest.diagnosis.faults.half_precision import half_precision
from steepest.diagnosis.faults.ill_conditioned import ill_conditioned
from steepest.diagnosis.faults.label_leak import label_leak
from steepest.diagnosis.faults.large_steps import large_steps
from steepest.diagnosis.faults.layer_contract import layer_contract
from steepest.diagnosis.faults.noise_floor import noise_floor
from steepest.diagnosis.faults.non_finite import non_finite
from steepest.diagnosis.faults.oscillating import oscillating
from steepest.diagnosis.faults.outside_optimizer import outside_optimizer
from steepest.diagnosis.faults.overfitting import overfitting
from steepest.diagnosis.faults.overshooting import overshooting
from steepest.diagnosis.faults.plateau import plateau
from steepest.diagnosis.faults.saddle import saddle
from steepest.diagnosis.faults.saturated_units import saturated_units
from steepest.diagnosis.faults.scale_drift import scale_drift
from steepest.diagnosis.faults.separable import separable
from steepest.diagnosis.faults.sequential_update import sequential_update
from steepest.diagnosis.faults.shuffled_labels import shuffled_labels
from steepest.diagnosis.faults.skipped_steps import skipped_steps
from steepest.diagnosis.faults.unfinished import unfinished
from steepest.diagnosis.faults.unscaled_inputs import unscaled_inputs
from steepest.diagnosis.faults.vanishing_gradients import vanishing_gradients
from steepest.diagnosis.finding import Answer, CannotTell, Clear, Diagnosis, Finding
from steepest.diagnosis.record.inferred import inferred
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Context, Reading
from steepest.diagnosis.told import causes_of, told_in
from steepest.trace import Trace

__all__ = ["BY_HAND", "LIVE", "RULES", "diagnose", "on"]

Rule = Callable[[Reading], Answer]

# In the order of the verdict: a root cause comes before what it leads to.
RULES: tuple[Rule, ...] = (
    gradient_sign,
    gradient_scale,
    gradient_missing_term,
    sequential_update,
    detached_loss,
    outside_optimizer,
    accumulating_gradients,
    frozen_parameters,
    evaluation_mode,
    unscaled_inputs,
    vanishing_gradients,
    exploding_gradients,
    diverging,
    large_steps,
    skipped_steps,
    non_finite,
    half_precision,
    layer_contract,
    scale_drift,
    double_softmax,
    shuffled_labels,
    dead_units,
    saturated_units,
    label_leak,
    overfitting,
    oscillating,
    separable,
    plateau,
    saddle,
    overshooting,
    ill_conditioned,
    crawling,
    noise_floor,
    converged,
    unfinished,
)


def on(rule: Rule, *facts: str) -> Rule:
    """A rule that is asked only where a watcher has written one of the facts that it reads.

    So what it reads off a curve of losses is left until the loop is over.
    """

    @wraps(rule)
    def asked(reading: Reading) -> Answer:
        known = any(fact in reading.trace.facts for fact in facts)
        return rule(reading) if known else CannotTell(MORE)

    return asked


# What may be asked of a loop that goes on: nothing that a descent is merely on its way to.
LIVE: tuple[Rule, ...] = (
    gradient_sign,
    detached_loss,
    outside_optimizer,
    on(accumulating_gradients, "kept_gradient"),
    on(frozen_parameters, "frozen_at_start", "rate_zero"),
    evaluation_mode,
    unscaled_inputs,
    on(gradient_scale, "slope_ratio"),
    vanishing_gradients,
    exploding_gradients,
    large_steps,
    on(skipped_steps, "skipped_steps"),
    non_finite,
    on(half_precision, "half_precision_layers"),
    on(layer_contract, "contract_changes"),
    on(dead_units, "dead_layers"),
    on(saturated_units, "saturated_layers"),
    on(shuffled_labels, "label_association"),
    on(double_softmax, "softmax_before_loss"),
)

# What may be asked besides of a loop by hand that shows its parameters and gradients.
BY_HAND: tuple[Rule, ...] = (
    gradient_scale,
    gradient_missing_term,
    sequential_update,
    diverging,
    *(rule for rule in LIVE if rule.__name__ != "gradient_scale"),
)


def diagnose(
    trace: Trace, context: Context | None = None, *, rules: Sequence[Rule] = RULES
) -> Diagnosis:
    """Say what went well or wrong in a descent, with numbers, and what to change.

    rules: which to ask, root causes first

    >>> from steepest.descent.descend import descend
    >>> from steepest.objective.function import objective_from
    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    >>> diagnosis = diagnose(descend(bowl, [10.0], learning_rate=1.1, steps=20, tolerance=0))
    >>> diagnosis.verdict, diagnosis.findings[0].remedies[0].sentence
    ('diverging', 'lower the learning rate to 0.5 (1 / sharpness), and further if it still rises')
    """
    with np.errstate(all="ignore"):  # records of runaways overflow
        reading = Reading(inferred(trace), Context() if context is None else context)
        answers = {rule.__name__: rule(reading) for rule in rules}
    found = [_finite(answer) for answer in answers.values() if isinstance(answer, Finding)]
    findings = causes_of(trace, _with_told(trace, found))
    return Diagnosis(
        verdict=findings[0].code if findings else "cannot_tell",
        findings=findings,
        clear=tuple(name for name, answer in answers.items() if isinstance(answer, Clear)),
        cannot_tell={
            name: answer.needs for name, answer in answers.items() if isinstance(answer, CannotTell)
        },
    )


def _with_told(trace: Trace, found: Sequence[Finding]) -> list[Finding]:
    """The findings, with those that were told while the loop went on, in the order of causes."""
    codes = {finding.code for finding in found}
    every = [*found, *(told for told in told_in(trace) if told.code not in codes)]
    order = {rule.__name__: place for place, rule in enumerate(RULES)}
    return sorted(every, key=lambda finding: order.get(finding.code, len(order)))


def _finite(finding: Finding) -> Finding:
    """Without evidence and values that are not finite: where numbers overflowed, they say
    nothing."""
    evidence = {name: value for name, value in finding.evidence.items() if math.isfinite(value)}
    remedies = tuple(
        replace(remedy, set={name: _short(v) for name, v in remedy.set.items() if _sound(v)})
        for remedy in finding.remedies
    )
    return replace(finding, evidence=evidence, remedies=remedies)


def _short(value: float | str) -> float | str:
    """A number to set, in six digits, as people would type it."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _sound(value: float | str) -> bool:
    return isinstance(value, str) or (math.isfinite(value) and value > 0)
