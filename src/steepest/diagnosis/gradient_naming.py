"""What is wrong with a gradient: its sign, a factor, a term, or nothing that has a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.finding import Finding, Remedy
from steepest.diagnosis.gradient_factors import factor_remedy, factor_words, same_for_all
from steepest.diagnosis.gradient_search import Entry
from steepest.diagnosis.gradient_slopes import Slope, length
from steepest.readable import counted, listed, readable
from steepest.trace import Array

__all__ = ["name_fault"]

CLOSE = 1e-3
FEW = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """The entries (n,) of every coordinate that is wrong somewhere.

    param, told, slope, allowed: (n,) its value, gradient and slope, and the slack of the latter
    column, point: (n,) which coordinate and which point
    whole:         whether no coordinate with a slope is right
    where:         the coordinates in words
    sampled:       where not all were looked at: how many of how many are wrong, in brackets
    """

    names: tuple[str, ...]
    rows: int | None
    column: NDArray[np.int64]
    point: NDArray[np.int64]
    param: Array
    told: Array
    slope: Array
    allowed: Array
    whole: bool
    where: str
    sampled: str

    @property
    def gap(self) -> Array:
        """(n,) what the gradient lacks: slope - gradient."""
        return self.slope - self.told

    def lacks(self, guess: Array, times: float | Array = 1.0) -> bool:
        """Whether the gap is the guess (n,), within what was measured.

        times: how often the guess holds the slope, and with it the slope's error
        """
        slack = self.allowed * np.maximum(1.0, np.abs(times)) + CLOSE * np.abs(guess)
        return bool(np.all(np.abs(self.gap - guess) <= slack))

    def numbers(self) -> dict[str, float]:
        """The worst entry, by name."""
        worst = int(np.argmax(np.abs(self.gap) / self.allowed))
        name = self.names[int(self.column[worst])]
        return {
            "wrong_coordinates": float(len(np.unique(self.column))),
            f"gradient_{name}": float(self.told[worst]),
            f"slope_{name}": float(self.slope[worst]),
        }


def name_fault(
    entries: Sequence[Entry], along: Sequence[Slope], names: tuple[str, ...], rows: int | None
) -> Finding:
    """The finding for entries of which some are wrong.

    along: slopes along directions that mix all coordinates, to tell whether what a sample of
    the coordinates says holds for all
    rows:  how many rows the loss is a mean over, where that is known
    """
    evidence = _evidence(entries, along, names, rows)
    for hypothesis in HYPOTHESES:
        finding = hypothesis(evidence)
        if finding is not None:
            return finding
    return _wrong(evidence)


def _evidence(
    entries: Sequence[Entry], along: Sequence[Slope], names: tuple[str, ...], rows: int | None
) -> Evidence:
    bad = {entry.coordinate for entry in entries if entry.slope.wrong}
    plain = [entry for entry in entries if entry.slope.kink is None]
    felt = {e.coordinate for e in plain if abs(e.slope.value) > e.slope.allowed} | bad
    seen = {entry.coordinate for entry in entries}
    kept = [e for e in plain if e.coordinate in bad and (e.slope.known or e.slope.wrong)]
    told = np.array([entry.slope.told for entry in kept])
    slope = np.array([entry.slope.value for entry in kept])
    whole = felt == bad and (len(seen) == len(names) or same_for_all(told, slope, along))
    where = listed([names[j] for j in sorted(bad)])
    sampled = ""
    if whole and len(names) > 1:
        where = "every coordinate"
    elif len(seen) < len(names):
        sampled = f" ({len(bad):,} of the {counted(len(seen), 'coordinate')} looked at)"
        where = where if len(bad) <= FEW else "many coordinates"
    return Evidence(
        names,
        rows,
        np.array([entry.coordinate for entry in kept]),
        np.array([entry.point for entry in kept]),
        np.array([entry.param for entry in kept]),
        told,
        slope,
        np.array([entry.slope.allowed for entry in kept]),
        whole,
        where,
        sampled,
    )


def _not_a_number(evidence: Evidence) -> Finding | None:
    bad = ~np.isfinite(evidence.told)
    if not np.any(bad):
        return None
    where = listed([evidence.names[j] for j in np.unique(evidence.column[bad]).tolist()])
    first = int(np.argmax(bad))
    return Finding(
        "gradient_wrong",
        "error",
        "The gradient is not a finite number",
        f"the gradient of {where} is {readable(evidence.told[first])} where the loss has the "
        f"slope {readable(evidence.slope[first])}",
        {"wrong_coordinates": float(len(np.unique(evidence.column[bad])))},
        (Remedy(f"look for 0/0, log(0) or an overflow in the gradient of {where}", {}),),
    )


def _zero(evidence: Evidence) -> Finding | None:
    if np.any(evidence.told) or not np.all(np.isfinite(evidence.slope)):
        return None
    worst = int(np.argmax(np.abs(evidence.slope)))
    name = evidence.names[int(evidence.column[worst])]
    return Finding(
        "gradient_missing_term",
        "error",
        "The gradient is missing where the loss has a slope",
        f"the gradient of {evidence.where}{evidence.sampled} is 0 where the loss has a slope, "
        f"{readable(evidence.slope[worst])} along {name}: that parameter would never move",
        evidence.numbers(),
        (Remedy(f"compute and return the derivative with respect to {evidence.where}", {}),),
    )


def _factor(evidence: Evidence) -> Finding | None:
    """One factor for all that is wrong: told = factor · slope."""
    told, slope = evidence.told, evidence.slope
    if not np.any(slope):
        return None
    size = np.abs(slope) + np.abs(told) + evidence.allowed  # as many relative digits for all
    factor = float(np.sum(told / size * (slope / size)) / np.sum((slope / size) ** 2))
    words = factor_words(factor, evidence.rows)
    if not evidence.lacks((1 - factor) * slope, 1 - factor) or (len(told) == 1 and not words.known):
        return None
    if factor < 0:
        code, title = "gradient_sign", "Wrong sign in the gradient"
    else:
        code, title = "gradient_scale", "The gradient is off by a factor"
    return Finding(
        code,
        "error",
        title,
        f"the gradient of {evidence.where}{evidence.sampled} is {words.times} the slope of the "
        f"loss{words.meaning}",
        {"factor": words.exact, **evidence.numbers()},
        (Remedy(factor_remedy(factor, words, evidence.where), {}),),
    )


def _factor_of_point(evidence: Evidence) -> Finding | None:
    """The direction is right and the length is not: clipped, or made of length one."""
    if not evidence.whole or len(np.unique(evidence.column)) < 2:
        return None
    points = np.unique(evidence.point)
    if len(points) < 2:
        return None
    times = np.zeros_like(evidence.slope)
    lengths: list[float] = []
    for point in points:
        here = evidence.point == point
        told, slope = evidence.told[here], evidence.slope[here]
        square = float(slope @ slope)
        times[here] = 1 - float(told @ slope) / square if square else 0.0
        lengths.append(length(told))
    if not evidence.lacks(times * evidence.slope, times):
        return None
    alike = max(lengths) - min(lengths) < 1e-6 * max(lengths)
    what = f"has the length {readable(lengths[0])} everywhere" if alike else "is off by a factor"
    return Finding(
        "gradient_scale",
        "error",
        "The gradient has the right direction and the wrong length",
        f"the gradient points along the slope of the loss, but {what}"
        f"{'' if alike else ' that changes from point to point'}: clipped or normalised?",
        evidence.numbers() | ({"length": lengths[0]} if alike else {}),
        (Remedy("return the gradient itself; clip or normalise it in the update", {}),),
    )


def _proportional(evidence: Evidence) -> Finding | None:
    """A term λ·θ is missing (or too much): an l2 penalty."""
    size = float(evidence.param @ evidence.param)
    if size == 0 or len(evidence.param) < 2:
        return None
    strength = float(evidence.gap @ evidence.param) / size
    if strength == 0 or not evidence.lacks(strength * evidence.param):
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
        f"the gradient of {evidence.where}{evidence.sampled} {lack} {number} times the "
        f"parameter: the derivative of an l2 penalty {half}·‖θ‖²{also}",
        {"l2": strength, **evidence.numbers()},
        (
            Remedy(
                f"{remedy.format(number + ' times the parameter')} the gradient of "
                f"{evidence.where}, or change the penalty in the loss",
                {},
            ),
        ),
    )


def _signs(evidence: Evidence) -> Finding | None:
    """A term λ·sign(θ) is missing: an l1 penalty."""
    signs = np.sign(evidence.param)
    if len(np.unique(evidence.column)) < 2 or not np.any(signs):
        return None
    strength = float(evidence.gap @ signs) / float(signs @ signs)
    if strength == 0 or not evidence.lacks(strength * signs):
        return None
    number = readable(abs(strength))
    return Finding(
        "gradient_missing_term",
        "error",
        "The term of an l1 penalty is missing" if strength > 0 else "A term is too much",
        f"the gradient of {evidence.where}{evidence.sampled} "
        f"{'lacks' if strength > 0 else 'holds'} {number} times the sign of the parameter: the "
        f"derivative of an l1 penalty {number}·|θ|"
        + ("" if strength > 0 else ", which the loss does not have"),
        {"l1": strength, **evidence.numbers()},
        (Remedy(f"let the gradient and the loss have the same penalty, {number}·|θ|", {}),),
    )


def _constant(evidence: Evidence) -> Finding | None:
    """The same number is missing at every point, in one or more coordinates."""
    columns = np.unique(evidence.column)
    if len(evidence.gap) < 2 * len(columns):
        return None
    middle = {j: float(np.mean(evidence.gap[evidence.column == j])) for j in columns.tolist()}
    if not evidence.lacks(np.array([middle[j] for j in evidence.column.tolist()])):
        return None
    terms = listed([f"{readable(middle[j])} in {evidence.names[j]}" for j in columns.tolist()])
    numbers = {f"missing_{evidence.names[j]}": middle[j] for j in columns.tolist()[:FEW]}
    return Finding(
        "gradient_missing_term",
        "error",
        "A constant is missing from the gradient",
        f"the gradient lacks the same number at every point tested, {terms}{evidence.sampled}: "
        "the derivative of a linear term, or of |θ|",
        numbers | evidence.numbers(),
        (Remedy(f"add the derivative of the linear term to the gradient of {evidence.where}", {}),),
    )


def _swapped(evidence: Evidence) -> Finding | None:
    """Two coordinates have each other's gradient."""
    columns = np.unique(evidence.column)
    if len(columns) != 2:
        return None
    one, two = (evidence.column == j for j in columns)
    if np.count_nonzero(one) != np.count_nonzero(two):
        return None
    crossed = evidence.slope.copy()
    crossed[one], crossed[two] = evidence.slope[two], evidence.slope[one]
    if not evidence.lacks(evidence.slope - crossed):
        return None
    first, second = (evidence.names[j] for j in columns.tolist())
    return Finding(
        "gradient_wrong",
        "error",
        "Two coordinates are swapped",
        f"{first} has the gradient of {second}, and {second} that of {first}",
        evidence.numbers(),
        (Remedy(f"swap the gradients of {first} and {second}", {}),),
    )


def _factor_of_coordinate(evidence: Evidence) -> Finding | None:
    """Every coordinate has a factor of its own, the same at every point."""
    columns = np.unique(evidence.column)
    if len(columns) < 2 or len(evidence.gap) < 2 * len(columns):
        return None
    factors: dict[int, float] = {}
    for j in columns.tolist():
        here = evidence.column == j
        square = float(evidence.slope[here] @ evidence.slope[here])
        factors[j] = float(evidence.told[here] @ evidence.slope[here]) / square if square else 1.0
    times = np.array([1 - factors[j] for j in evidence.column.tolist()])
    if not evidence.lacks(times * evidence.slope, times):
        return None
    words = {j: factor_words(factor, evidence.rows) for j, factor in factors.items()}
    each = listed([f"{evidence.names[j]}: {words[j].times}" for j in columns.tolist()])
    turned = min(factors.values()) < 0
    return Finding(
        "gradient_sign" if turned else "gradient_scale",
        "error",
        "Wrong sign in the gradient" if turned else "The gradient is off by factors",
        f"the gradient is the slope of the loss times a factor of each coordinate ({each})",
        {f"factor_{evidence.names[j]}": words[j].exact for j in columns.tolist()[:FEW]}
        | evidence.numbers(),
        (Remedy("divide the gradient of each coordinate by its factor", {}),),
    )


def _wrong(evidence: Evidence) -> Finding:
    return Finding(
        "gradient_wrong",
        "error",
        "The gradient is not the slope of the loss",
        f"the gradient of {evidence.where}{evidence.sampled} is not the slope of the loss there, "
        "and no one factor and no known term explains by how much",
        evidence.numbers(),
        (Remedy(f"derive the gradient of {evidence.where} again", {}),),
    )


# In this order: the simplest that explains everything that is wrong is the name.
HYPOTHESES: tuple[Callable[[Evidence], Finding | None], ...] = (
    _not_a_number,
    _zero,
    _factor,
    _factor_of_point,
    _proportional,
    _signs,
    _swapped,
    _constant,
    _factor_of_coordinate,
)
