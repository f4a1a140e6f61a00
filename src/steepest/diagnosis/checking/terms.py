"""Gradients without a term of the loss, or with one that is not in it."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.checking.gaps import FEW, Gaps
from steepest.diagnosis.finding import Finding, Remedy
from steepest.readable import listed, readable

__all__ = ["constant", "proportional", "signed"]


def proportional(gaps: Gaps) -> Finding | None:
    """A term λ·θ is missing (or too much): an l2 penalty."""
    size = float(gaps.param @ gaps.param)
    if size == 0 or len(gaps.param) < 2:
        return None
    strength = float(gaps.gap @ gaps.param) / size
    if strength == 0 or not gaps.lacks(strength * gaps.param):
        return None
    number = readable(abs(strength))
    half = readable(abs(strength) / 2)
    lack = "lacks" if strength > 0 else "holds"
    also = "" if strength > 0 else ", which the loss does not have"
    remedy = "add {} to" if strength > 0 else "take {} out of"
    return Finding(
        "gradient_missing_term",
        "error",
        "A term in the parameters is missing" if strength > 0 else "A term is too much",
        f"the gradient of {gaps.where}{gaps.sampled} {lack} {number} times the "
        f"parameter: the derivative of an l2 penalty {half}·‖θ‖²{also}",
        {"strength": strength, **gaps.numbers()},
        (
            Remedy(
                f"{remedy.format(number + ' times the parameter')} the gradient of "
                f"{gaps.where}, or change the penalty in the loss",
                {},
            ),
        ),
    )


def signed(gaps: Gaps) -> Finding | None:
    """A term λ·sign(θ) is missing: an l1 penalty."""
    signs = np.sign(gaps.param)
    if len(np.unique(gaps.column)) < 2 or not np.any(signs):
        return None
    strength = float(gaps.gap @ signs) / float(signs @ signs)
    if strength == 0 or not gaps.lacks(strength * signs):
        return None
    number = readable(abs(strength))
    return Finding(
        "gradient_missing_term",
        "error",
        "The term of an l1 penalty is missing" if strength > 0 else "A term is too much",
        f"the gradient of {gaps.where}{gaps.sampled} "
        f"{'lacks' if strength > 0 else 'holds'} {number} times the sign of the parameter: the "
        f"derivative of an l1 penalty {number}·|θ|"
        + ("" if strength > 0 else ", which the loss does not have"),
        {"l1": strength, **gaps.numbers()},
        (Remedy(f"let the gradient and the loss have the same penalty, {number}·|θ|", {}),),
    )


def constant(gaps: Gaps) -> Finding | None:
    """The same number is missing at every point, in one or more coordinates."""
    columns = np.unique(gaps.column)
    if len(gaps.gap) < 2 * len(columns):
        return None
    middle = {j: float(np.mean(gaps.gap[gaps.column == j])) for j in columns.tolist()}
    if not gaps.lacks(np.array([middle[j] for j in gaps.column.tolist()])):
        return None
    terms = listed([f"{readable(middle[j])} in {gaps.names[j]}" for j in columns.tolist()])
    numbers = {f"missing_{gaps.names[j]}": middle[j] for j in columns.tolist()[:FEW]}
    return Finding(
        "gradient_missing_term",
        "error",
        "A constant is missing from the gradient",
        f"the gradient lacks the same number at every point tested, {terms}{gaps.sampled}: "
        "the derivative of a linear term, or of |θ|",
        numbers | gaps.numbers(),
        (Remedy(f"add the derivative of the linear term to the gradient of {gaps.where}", {}),),
    )
