"""What the errors of one day of a thousand cases are, and what they cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import ErrorKind, Thousand
from steepest.evaluation.policies.costs import Costs, cost_matrix
from steepest.evaluation.scoring.intervals import Measured, measure, share_of
from steepest.trace import Array

__all__ = ["cost_of_a_thousand", "thousand_decisions", "thousand_numbers"]

CASES = 1_000

Places = NDArray[Any]


def thousand_numbers(
    name: str, error: Array, baseline_error: Array, costs: Costs | None
) -> Thousand | None:
    """Of predicted numbers: how many are too high and too low, by how much in all.

    name:   of the target; error, baseline_error: (m,) prediction minus truth; None where one is
            not finite

    >>> import numpy as np
    >>> day = thousand_numbers("price", np.array([2.0, -1.0]), np.array([4.0, -4.0]),
    ...                        Costs("EUR", over=1.0, under=3.0))
    >>> [(kind.name, kind.count, kind.amount, kind.cost) for kind in day.kinds]
    [('over', 500.0, 1000.0, 1000.0), ('under', 500.0, 500.0, 1500.0)]
    >>> day.cost, day.baseline_cost
    (2500.0, 8000.0)
    """
    if not np.all(np.isfinite(error)):
        return None
    kinds = (
        _side("over", f"{name} predicted too high", error, costs and costs.over),
        _side("under", f"{name} predicted too low", -error, costs and costs.under),
    )
    if costs is None:
        return Thousand(kinds, None, None, None, None, "")
    cost = cost_of_a_thousand(_cost_of(error, costs))
    baseline = CASES * float(_cost_of(baseline_error, costs).mean())
    return Thousand(kinds, *cost, baseline, costs.currency)


def thousand_decisions(
    target: Places, decided: Places, baseline: Places, classes: tuple[str, ...], costs: Costs | None
) -> Thousand:
    """Of decisions: how many rows of each class are decided to be of each other one.

    target, decided, baseline: (m,) the places of the true class, of the decided one, and of the
    one that the baseline decides for
    """
    matrix = None if costs is None else cost_matrix(costs, classes)
    pairs = [
        _pair(target, decided, classes, pair, matrix) for pair in np.ndindex(*_square(classes))
    ]
    kinds = tuple(kind for kind in pairs if kind is not None)
    if costs is None or matrix is None:
        return Thousand(kinds, None, None, None, None, "")
    truth = target.astype(np.int64)
    cost = cost_of_a_thousand(matrix[truth, decided.astype(np.int64)])
    always = CASES * float(matrix[truth, baseline.astype(np.int64)].mean())
    return Thousand(kinds, *cost, always, costs.currency)


def cost_of_a_thousand(cost: Array) -> Measured:
    """The cost of a thousand rows such as these, with its interval; cost: (m,) of each.

    Where every row costs the same there is no interval: how much others might cost is not known.
    """
    if cost.min() == cost.max():
        return CASES * float(cost.mean()), None, None
    (measured,) = measure(cost[:, None], lambda means: CASES * means)
    return measured


def _cost_of(error: Array, costs: Costs) -> Array:
    over, under = np.maximum(error, 0.0), np.maximum(-error, 0.0)
    return (costs.over or 0.0) * over + (costs.under or 0.0) * under


def _side(name: str, words: str, error: Array, cost: float | None) -> ErrorKind:
    count = share_of(int(np.sum(error > 0)), len(error))
    total = CASES * float(np.maximum(error, 0.0).mean())
    return ErrorKind(name, words, *_times(count), total, None if cost is None else cost * total)


def _pair(
    target: Places,
    decided: Places,
    classes: tuple[str, ...],
    pair: tuple[int, ...],
    matrix: Array | None,
) -> ErrorKind | None:
    """One kind of decision; None for a right one without a cost, and of many classes for a
    wrong one that neither came nor costs."""
    truth, taken = pair
    rows = int(np.sum((target == truth) & (decided == taken)))
    each = None if matrix is None else float(matrix[truth, taken])
    if (truth == taken and not each) or (len(classes) > 2 and not rows and not each):
        return None
    count = share_of(rows, len(target))
    cost = None if each is None else each * CASES * count[0]
    return ErrorKind(
        _name(pair, classes), _words(pair, classes), *_times(count), amount=None, cost=cost
    )


def _name(pair: tuple[int, ...], classes: tuple[str, ...]) -> str:
    truth, taken = pair
    if len(classes) > 2:
        return f"{classes[truth]}->{classes[taken]}"
    return f"{'true' if truth == taken else 'false'}_{'positive' if taken else 'negative'}"


def _words(pair: tuple[int, ...], classes: tuple[str, ...]) -> str:
    truth, taken = pair
    if truth == taken:
        return f"called {classes[taken]}, rightly"
    return f"called {classes[taken]}, in truth {classes[truth]}"


def _square(classes: tuple[str, ...]) -> tuple[int, int]:
    return len(classes), len(classes)


def _times(share: Measured) -> Measured:
    value, low, high = share
    return (
        CASES * value,
        None if low is None else CASES * low,
        None if high is None else CASES * high,
    )
