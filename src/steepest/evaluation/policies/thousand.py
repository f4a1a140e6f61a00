"""What the errors of one day of a thousand cases are, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import ErrorKind, Thousand
from steepest.evaluation.policies.costs import Costs, cost_matrix
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import Measured, measure, share_among
from steepest.trace import Array

__all__ = [
    "cost_of_a_thousand",
    "thousand_decisions",
    "thousand_numbers",
]

CASES = 1_000

Places = NDArray[Any]


def thousand_numbers(
    name: str,
    error: Array,
    baseline_error: Array,
    costs: Costs | None,
    *,
    constant: str = "",
    drawn: Drawn = EACH_ROW,
) -> Thousand | None:
    """Of predicted numbers: how many are too high and too low, by how much in all.

    name:   of the target; error, baseline_error: (m,) prediction minus truth, those of the
            baseline being of the cheapest constant: see `cheapest_numbers`; None where one is
            not finite
    constant: what that is, in words: "predicting 34.2"

    >>> import numpy as np
    >>> day = thousand_numbers("price", np.array([2.0, -1.0]), np.array([4.0, -4.0]),
    ...                        Costs("EUR", over=1.0, under=3.0))
    >>> [(kind.name, kind.count, kind.amount, kind.cost) for kind in day.kinds]
    [('over', 500.0, 1000.0, 1000.0), ('under', 500.0, 500.0, 1500.0)]
    >>> day.cost, day.baseline_cost, day.saved
    (2500.0, 8000.0, 5500.0)
    """
    if not np.all(np.isfinite(error)):
        return None
    kinds = (
        _side("over", f"{name} predicted too high", error, costs and costs.over, drawn),
        _side("under", f"{name} predicted too low", -error, costs and costs.under, drawn),
    )
    if costs is None:
        return Thousand(kinds, None, None, None, None, "")
    return _priced(
        kinds,
        _cost_of(error, costs),
        _cost_of(baseline_error, costs),
        costs.currency,
        constant,
        drawn,
    )


def thousand_decisions(
    target: Places,
    decided: Places,
    shares: Array,
    classes: tuple[str, ...],
    costs: Costs | None,
    *,
    likeliest: Places | None = None,
    drawn: Drawn = EACH_ROW,
) -> Thousand:
    """Of decisions: how many rows of each class are decided to be of each other one.

    target, decided: (m,) the places of the true class and of the decided one
    shares:    (m, K) of the classes among the rows that trained, by which the cheapest constant
               decision is known
    likeliest: (m,) the likeliest class, where it is not that which is decided for
    """
    matrix = None if costs is None else cost_matrix(costs, classes)
    pairs = [
        _pair(target, decided, classes, pair, matrix, drawn)
        for pair in np.ndindex(*_square(classes))
    ]
    kinds = tuple(kind for kind in pairs if kind is not None)
    if costs is None or matrix is None:
        return Thousand(kinds, None, None, None, None, "")
    truth, always = target.astype(np.int64), np.argmin(shares @ matrix, axis=1)
    day = _priced(
        kinds,
        matrix[truth, decided.astype(np.int64)],
        matrix[truth, always],
        costs.currency,
        _calling(always, classes),
        drawn,
    )
    if likeliest is None:
        return day
    return replace(day, likeliest_cost=CASES * float(matrix[truth, likeliest].mean()))


def _calling(always: Places, classes: tuple[str, ...]) -> str:
    """The class that every row is called; of folds that of most of them."""
    most = int(np.bincount(always, minlength=len(classes)).argmax())
    return f"calling a row {classes[most]}"


def _priced(
    kinds: tuple[ErrorKind, ...],
    cost: Array,
    other: Array,
    currency: str,
    constant: str,
    drawn: Drawn,
) -> Thousand:
    """The day with its cost beside that of the cheapest constant; cost, other: (m,) of each row."""
    own, saved = _of_a_thousand((cost, other - cost), drawn)
    return Thousand(
        kinds,
        *own,
        CASES * float(other.mean()),
        currency,
        constant=constant,
        saved=saved[0],
        saved_low=saved[1],
        saved_high=saved[2],
    )


def cost_of_a_thousand(cost: Array, drawn: Drawn = EACH_ROW) -> Measured:
    """The cost of a thousand rows such as these, with its interval; cost: (m,) of each.

    Where every row costs the same there is no interval: how much others might cost is not known.
    """
    (measured,) = _of_a_thousand((cost,), drawn)
    return measured


def _of_a_thousand(costs: tuple[Array, ...], drawn: Drawn) -> list[Measured]:
    """That of each of several costs of the same rows."""
    alike = [cost.min() == cost.max() for cost in costs]
    measured: list[Measured] = [(CASES * float(cost.mean()), None, None) for cost in costs]
    if not all(alike):
        found = measure(np.column_stack(costs), lambda means: CASES * means, drawn)
        measured = [
            plain if same else one for plain, same, one in zip(measured, alike, found, strict=True)
        ]
    return measured


def _cost_of(error: Array, costs: Costs) -> Array:
    over, under = np.maximum(error, 0.0), np.maximum(-error, 0.0)
    return (costs.over or 0.0) * over + (costs.under or 0.0) * under


def _side(name: str, words: str, error: Array, cost: float | None, drawn: Drawn) -> ErrorKind:
    count = share_among(error > 0, drawn)
    total = CASES * float(np.maximum(error, 0.0).mean())
    return ErrorKind(
        name, words, *_times(count), total, None if cost is None else cost * total, each=cost
    )


def _pair(
    target: Places,
    decided: Places,
    classes: tuple[str, ...],
    pair: tuple[int, ...],
    matrix: Array | None,
    drawn: Drawn,
) -> ErrorKind | None:
    """One kind of decision; None for a right one without a cost, and of many classes for a
    wrong one that neither came nor costs."""
    truth, taken = pair
    such = (target == truth) & (decided == taken)
    each = None if matrix is None else float(matrix[truth, taken])
    if (truth == taken and not each) or (len(classes) > 2 and not such.any() and not each):
        return None
    count = share_among(such, drawn)
    cost = None if each is None else each * CASES * count[0]
    return ErrorKind(
        _name(pair, classes),
        _words(pair, classes),
        *_times(count),
        amount=None,
        cost=cost,
        each=each,
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
    words = f"called {classes[taken]}, in truth {classes[truth]}"
    if len(classes) > 2:
        return words
    return f"{words} (a false {'positive' if taken else 'negative'})"


def _square(classes: tuple[str, ...]) -> tuple[int, int]:
    return len(classes), len(classes)


def _times(share: Measured) -> Measured:
    value, low, high = share
    return (
        CASES * value,
        None if low is None else CASES * low,
        None if high is None else CASES * high,
    )
