"""Columns that together make up the target."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.ordinary import explained, filled
from steepest.readable import listed
from steepest.trace import Array

__all__ = ["parts_of_target"]

_ROWS = 10_000
_EXACT = 0.9999
_SPARE = 30


def parts_of_target(evidence: Evidence) -> Answer:
    """Two columns or more that together give the target exactly, as parts give their sum.

    Sees
        How much of the target a line in all number columns, or in their logarithms, explains on
        rows that the line was not laid through.
    Matters
        Data that are measured carry noise. A target that is a sum, difference or product of its
        columns was computed from them, or they from it: then the model finds the formula again,
        which is no forecast, and parts that are written down together with the target are not
        there when it is needed.
    Decides
        More than 0.9999 of the variance, by a line laid through half of the rows and held against
        the others, where no single column does as much.
    When it is wrong
        Tables made for teaching, without noise; laws of physics, where finding the formula is the
        point.
    Try
        Leave out one of the parts, that which is known last: `--features` with the others.
    Sources
        Kaufman, Rosset, Perlich and Stitelman 2012, "Leakage in data mining".
    """
    some = evidence.sampled(_ROWS)
    kept = [place for place, name in enumerate(some.numbers) if name not in some.leaking]
    if len(kept) < 2 or some.rows < 2 * (len(kept) + 1) + _SPARE:
        return CannotTell("two number columns, and twice as many rows and 30 more")
    columns, target = some.matrix[:, kept], some.indicators
    by = ""
    for one in target.T:
        if _exact(filled(columns), one[:, None]) and _needs_several(columns, one[:, None]):
            target, by = one[:, None], "a sum of multiples of them"
    if not by and _positive(columns) and not some.classes and _positive(target):
        logs = np.log(columns)
        if _exact(filled(logs), np.log(target)) and _needs_several(logs, np.log(target)):
            by = "a product of powers of them"
    if not by:
        return Clear()
    names = [some.numbers[place] for place in _used(columns, target, kept)]
    name = evidence.contract.target
    return found(
        "parts_of_target",
        tuple(some.numbers[place] for place in kept),
        f"Together the columns give {name} exactly (more than {_EXACT} of its variance on rows "
        f"that the formula was not fitted to): it is {by}, most of all of {listed(names)}. The "
        "scores are then those of a formula, not of a forecast; leave out the parts that are "
        f"known no sooner than {name} (--features).",
    )


def _positive(values: Array) -> bool:
    return bool(np.all(values[np.isfinite(values)] > 0) and np.isfinite(values).all())


def _exact(columns: Array, target: Array) -> bool:
    """Whether a line through every other row explains the target of the rows between."""
    order = np.random.default_rng(0).permutation(len(target))
    laid, held = order[::2], order[1::2]
    design = np.column_stack([np.ones(len(target)), columns])
    solution = np.linalg.lstsq(design[laid], target[laid], rcond=None)[0]
    left = np.sum((target[held] - design[held] @ solution) ** 2)
    whole = np.sum((target[held] - target[held].mean(axis=0)) ** 2)
    return bool(whole > 0 and left < (1 - _EXACT) * whole)


def _needs_several(columns: Array, target: Array) -> bool:
    """Whether no single column explains the target nearly as well."""
    scaled = filled(columns)
    return all(explained(target, scaled[:, [i]]) < 0.999 for i in range(scaled.shape[1]))


def _used(columns: Array, target: Array, kept: list[int]) -> list[int]:
    """The columns of the formula, those with the largest part first, at most four."""
    scaled = filled(columns)
    design = np.column_stack([np.ones(len(target)), scaled])
    size = np.abs(np.linalg.lstsq(design, target, rcond=None)[0][1:]).max(axis=1)
    large = [i for i in np.argsort(-size) if size[i] > 0.01 * size.max()]
    return [kept[i] for i in large[:4]]
