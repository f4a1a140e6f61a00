"""What is wrong with a gradient: its sign, a factor, a term, or nothing that has a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from steepest.diagnosis.checking.gaps import Gaps, gaps_of
from steepest.diagnosis.checking.ratios import (
    factor_of_coordinate,
    factor_of_point,
    one_factor,
    zero,
)
from steepest.diagnosis.checking.search import Entry
from steepest.diagnosis.checking.slopes import Slope
from steepest.diagnosis.checking.terms import constant, proportional, signed
from steepest.diagnosis.finding import Finding, Remedy
from steepest.readable import listed, readable

__all__ = ["name_fault"]


def name_fault(
    entries: Sequence[Entry], along: Sequence[Slope], names: tuple[str, ...], rows: int | None
) -> Finding:
    """The finding for entries of which some are wrong.

    along: slopes along directions that mix all coordinates, to tell whether what a sample of
    the coordinates says holds for all
    rows:  how many rows the loss is a mean over, where that is known
    """
    gaps = gaps_of(entries, along, names, rows)
    for hypothesis in HYPOTHESES:
        finding = hypothesis(gaps)
        if finding is not None:
            return finding
    return _wrong(gaps)


def _not_a_number(gaps: Gaps) -> Finding | None:
    bad = ~np.isfinite(gaps.told)
    if not np.any(bad):
        return None
    broken: list[int] = sorted(set(gaps.column[bad].tolist()))
    where = listed([gaps.names[j] for j in broken])
    first = int(np.argmax(bad))
    return Finding(
        "gradient_wrong",
        "error",
        "The gradient is not a finite number",
        f"the gradient of {where} is {readable(gaps.told[first])} where the loss has the "
        f"slope {readable(gaps.slope[first])}",
        {"wrong_coordinates": float(len(broken))},
        (Remedy(f"look for 0/0, log(0) or an overflow in the gradient of {where}", {}),),
    )


def _swapped(gaps: Gaps) -> Finding | None:
    """Two coordinates have each other's gradient."""
    columns = np.unique(gaps.column)
    if len(columns) != 2:
        return None
    one, two = (gaps.column == j for j in columns)
    if np.count_nonzero(one) != np.count_nonzero(two):
        return None
    crossed = gaps.slope.copy()
    crossed[one], crossed[two] = gaps.slope[two], gaps.slope[one]
    if not gaps.lacks(gaps.slope - crossed):
        return None
    first, second = (gaps.names[int(j)] for j in columns)
    return Finding(
        "gradient_wrong",
        "error",
        "Two coordinates are swapped",
        f"{first} has the gradient of {second}, and {second} that of {first}",
        gaps.numbers(),
        (Remedy(f"swap the gradients of {first} and {second}", {}),),
    )


def _wrong(gaps: Gaps) -> Finding:
    return Finding(
        "gradient_wrong",
        "error",
        "The gradient is not the slope of the loss",
        f"the gradient of {gaps.where}{gaps.sampled} is not the slope of the loss there, "
        "and no one factor and no known term explains by how much",
        gaps.numbers(),
        (Remedy(f"derive the gradient of {gaps.where} again", {}),),
    )


# In this order: the simplest that explains everything that is wrong is the name.
HYPOTHESES: tuple[Callable[[Gaps], Finding | None], ...] = (
    _not_a_number,
    zero,
    one_factor,
    factor_of_point,
    proportional,
    signed,
    _swapped,
    constant,
    factor_of_coordinate,
)
