"""The constant prediction of a number whose errors cost least."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.policies.costs import Costs
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.trace import Array

__all__ = ["cheapest_number", "cheapest_numbers"]


def cheapest_numbers(target: Array, costs: Costs, seed: int, drawn: Drawn = EACH_ROW) -> Array:
    """(m,) for each row the constant that costs least on the other tenths of the rows."""
    constants = np.full(len(target), float(target.mean()))
    for part in tenths_of(len(target), seed, drawn=drawn):
        if not part.all():
            constants[part] = cheapest_number(target[~part], costs)
    return constants


def cheapest_number(target: Array, costs: Costs) -> float:
    """The constant prediction that costs least on these rows: where the share of what it costs
    to be too low lies below it (Koenker and Bassett 1978).

    target: (m,) at least one row. The mean where an error of no side costs, or one is a gain.

    >>> import numpy as np
    >>> cheapest_number(np.arange(1.0, 11.0), Costs(over=1.0, under=3.0))
    8.0
    """
    over, under = costs.over or 0.0, costs.under or 0.0
    if min(over, under) < 0 or over + under == 0:
        return float(target.mean())
    share = under / (over + under)
    return float(np.quantile(target, share, method="inverted_cdf"))
