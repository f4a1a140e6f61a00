"""What errors cost whoever uses the model, in a currency of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from steepest.arguments import real, shown
from steepest.errors import InputError

__all__ = ["ClassCost", "Costs", "costs_from"]

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
    false_positive, false_negative, true_positive, true_negative:  of two classes: for each case
    between:       of many classes: for each row of one class that is decided to be another

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
    `true_negative` for two classes; `truth->decided` with the names of classes for many; and
    `currency`. Raises InputError for another name, and for what is no number.

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
