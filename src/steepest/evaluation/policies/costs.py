"""What errors cost whoever uses the model, in a currency of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from steepest.arguments import real, shown
from steepest.errors import InputError
from steepest.readable import listed
from steepest.trace import Array

__all__ = ["ClassCost", "Costs", "check_costs", "cost_matrix", "costs_from", "deciding_costs"]

_NUMBERS = ("over", "under")
_CASES = ("false_positive", "false_negative", "true_positive", "true_negative")
_BETWEEN = re.compile(r"(?P<truth>.+)->(?P<decided>.+)")


@dataclass(frozen=True, slots=True)
class ClassCost:
    """What it costs to decide a row of the class `truth` to be `decided`."""

    truth: str
    decided: str
    cost: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What errors cost; what is not named costs nothing.

    currency:      what the costs are counted in: "EUR"; "" where it is not said
    over, under:   of a number: for each unit of the target that a prediction is too high, too low
    false_positive, false_negative, true_positive, true_negative:  of two classes: for each case;
                   the positive class is the second by name: of ill and ok it is ok
    between:       of two classes or more: for each row of one class that is decided to be another

    A cost below zero is a gain, as that of a patient who is found.
    """

    currency: str = ""
    over: float | None = None
    under: float | None = None
    false_positive: float | None = None
    false_negative: float | None = None
    true_positive: float = 0.0
    true_negative: float = 0.0
    between: tuple[ClassCost, ...] = ()


def costs_from(given: str | Mapping[str, float | str] | None) -> Costs | None:
    """The costs from a text or a mapping of name -> number; None for none.

    Names: `over` and `under` for a number; `false_positive`, `false_negative`, `true_positive`,
    `true_negative` for two classes, the positive one of which is the second by name;
    `truth->decided` with the names of classes for two, where nothing can be confused, as for
    many; and `currency`. Raises InputError for another name, and for what is no number.

    >>> costs_from("over=1,under=3,currency=EUR")
    Costs(currency='EUR', over=1.0, under=3.0, false_positive=None, false_negative=None,
          true_positive=0.0, true_negative=0.0, between=())
    >>> costs_from({"cat->dog": 5}).between
    (ClassCost(truth='cat', decided='dog', cost=5.0),)
    """
    if given is None or given == "":
        return None
    named = _pairs(given) if isinstance(given, str) else given
    if not isinstance(named, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"costs is {shown(given)}; expected name=number pairs, as over=1,under=3")
    currency = named.get("currency", "")
    if not isinstance(currency, str):
        raise InputError(f"the currency of the costs is {shown(currency)}; expected a text")
    numbers: dict[str, float] = {}
    between: list[ClassCost] = []
    for name, value in named.items():
        if name == "currency":
            continue
        cost = real(f"the cost {name}", _number(value), "a number, as in over=1,under=3")
        if name in _NUMBERS and cost < 0:
            raise InputError(
                f"the cost {name} is {shown(value)}; expected a number from 0 up: an error that "
                "pays would be sought"
            )
        if name in (*_NUMBERS, *_CASES):
            numbers[name] = cost
        elif found := _BETWEEN.fullmatch(name):
            between.append(ClassCost(found["truth"].strip(), found["decided"].strip(), cost))
        else:
            raise InputError(
                f"there is no cost called {shown(name)}; expected one of "
                f"{', '.join((*_NUMBERS, *_CASES))}, or truth->decided with the names of classes"
            )
    return Costs(currency=currency, between=tuple(between), **numbers)


def check_costs(costs: Costs | None, classes: Sequence[str]) -> None:
    """Raise InputError for costs that do not fit the target.

    classes: of the target, of two the negative first; () for a number
    """
    if costs is None:
        return
    if classes:
        cost_matrix(costs, classes)
        return
    unfit = [*_named_cases(costs), *(_pair(cost) for cost in costs.between)]
    if unfit:
        raise InputError(
            f"the costs name {unfit[0]}, and the target is a number; name over and under, what "
            "each unit costs that a prediction is too high or too low, as over=1,under=3"
        )
    if costs.over is None and costs.under is None:
        raise InputError("the costs name no cost; expected over or under, as over=1,under=3")


def cost_matrix(costs: Costs, classes: Sequence[str]) -> Array:
    """(K, K) what it costs to decide a row of the class of the row to be that of the column.

    Raises InputError for costs of another kind of target, and for a class that there is not.

    >>> cost_matrix(Costs(false_positive=1, false_negative=20), ("well", "ill")).tolist()
    [[0.0, 1.0], [20.0, 0.0]]
    """
    if costs.over is not None or costs.under is not None:
        name = "under" if costs.over is None else "over"
        raise InputError(
            f"the costs name {name}, and the target is one of the classes {listed(classes)}; name "
            f"{_example(classes)}"
        )
    cases = _named_cases(costs)
    if cases and len(classes) != 2:
        raise InputError(
            f"the costs name {cases[0]}, and the target has {len(classes)} classes; name "
            f"{_example(classes)}"
        )
    if not cases and not costs.between:
        raise InputError(f"the costs name no cost; expected {_example(classes)}")
    matrix = np.zeros((len(classes), len(classes)))
    if cases:
        matrix[:] = [
            [costs.true_negative, costs.false_positive or 0.0],
            [costs.false_negative or 0.0, costs.true_positive],
        ]
    for cost in costs.between:
        if cases:
            raise InputError(
                f"the costs name both {cases[0]} and {_pair(cost)}; name one kind: "
                f"{_example(classes)}"
            )
        matrix[_place(cost, cost.truth, classes), _place(cost, cost.decided, classes)] = cost.cost
    return matrix


def deciding_costs(costs: Costs | None, classes: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """K rows of K: the costs, where decisions can be made by them; else ().

    They cannot where one class may be decided for whatever is the case and nothing lost: with
    cat->dog alone named, never to decide for dog would cost nothing.

    >>> deciding_costs(costs_from("a->b=1,b->a=9"), ("a", "b"))
    ((0.0, 1.0), (9.0, 0.0))
    >>> deciding_costs(costs_from("a->b=1"), ("a", "b"))
    ()
    """
    if costs is None:
        return ()
    matrix = cost_matrix(costs, classes)
    dearer = matrix > np.diagonal(matrix)[:, None]  # than to decide rightly
    if not dearer.any(axis=0).all():
        return ()
    return tuple(tuple(float(cost) for cost in row) for row in matrix)


def _named_cases(costs: Costs) -> list[str]:
    return [name for name in _CASES if getattr(costs, name)] or [
        name for name in _CASES[:2] if getattr(costs, name) is not None
    ]


def _example(classes: Sequence[str]) -> str:
    pair = f"{classes[0]}->{classes[-1]}=1" if classes else "truth->decided=1"
    if len(classes) != 2:
        return pair
    back = f"{classes[1]}->{classes[0]}=20"
    return f"{pair},{back}, or the same as false_positive=1,false_negative=20"


def _pair(cost: ClassCost) -> str:
    return f"{cost.truth}->{cost.decided}"


def _place(cost: ClassCost, name: str, classes: Sequence[str]) -> int:
    if name in classes:
        return list(classes).index(name)
    near = get_close_matches(name, classes, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"the classes are {listed(classes)}"
    raise InputError(
        f"the costs name {_pair(cost)}, and the target has no class {shown(name)}; {hint}"
    )


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.rpartition("=")
        if not equals or not name.strip():
            raise InputError(
                f"costs hold {shown(part)}; expected name=number pairs with commas in between, "
                "as false_positive=1,false_negative=20,currency=EUR"
            )
        if name.strip() in pairs:
            raise InputError(f"costs name {shown(name.strip())} twice")
        pairs[name.strip()] = value.strip()
    return pairs


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value
