"""What is descended on, and how: everything that decides a record, read from plain data.

The twin of `frontend/src/wire/setting.ts`, field for field. What comes from a page is not
trusted: every field is checked before anything is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast

from steepest.arguments import real, shown, whole
from steepest.descent.rules import rule_named
from steepest.errors import InputError

__all__ = [
    "BUGS",
    "LARGEST",
    "LARGEST_BATCH",
    "LARGEST_PLACE",
    "LARGEST_SEED",
    "LONGEST_EXPRESSION",
    "LONGEST_NAME",
    "LONGEST_RULE",
    "LOSSES",
    "MOST_DEGREE",
    "MOST_FEATURES",
    "MOST_MOVED",
    "MOST_START",
    "MOST_STEPS",
    "RULE_LABELS",
    "SHARE",
    "SHARES",
    "Bug",
    "Loss",
    "Setting",
    "setting_from",
]

Loss = Literal["squared", "logistic", "huber", "poisson"]
Bug = Literal["none", "sign", "factor", "bias", "order"]

# The limits of a setting. The page's own reader of links (`state/fragment.ts`) has the same.
MOST_STEPS = 20_000
MOST_DEGREE = 9
MOST_MOVED = 5_000
"""Points that were dragged; their rows are below it, too, and within the table."""
MOST_START = 50
MOST_FEATURES = 200
LONGEST_EXPRESSION = 500
LONGEST_NAME = 1_000
"""Characters of the name of a column, and of the id of a run."""
LONGEST_RULE = 100
LARGEST = 1e100
"""Of a rate, a start, a point that was dragged: from minus to plus this."""
LARGEST_BATCH = 10**9
LARGEST_SEED = 2**32 - 1
LARGEST_PLACE = 10**6
"""Of the two parameters of a plane, which are two different ones, counted from 0."""
SHARE = 0.3
"""The share of rows kept for the validation curve, where some are."""
SHARES = (0.0, SHARE)

BUGS: tuple[Bug, ...] = ("none", "sign", "factor", "bias", "order")
LOSSES: tuple[Loss, ...] = ("squared", "logistic", "huber", "poisson")
RULE_LABELS: Mapping[str, str] = {
    "gradient_descent": "plain descent",
    "momentum": "momentum",
    "nesterov": "Nesterov",
    "fista": "FISTA",
    "barzilai_borwein": "Barzilai-Borwein",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that decides a record.

    run:       the id of the saved run that is shown, "" for the bench's own; "" for anything
               else than a run
    features:  columns to learn from; one for the line
    scale:     inputs as they are, divided by a power of ten, or standardised
    rule:      as `descend` spells it
    batch:     None: all rows at every step
    bug:       a fault put into the gradient, for the diagnosis to find
    holdout:   0 or 0.3: the share of rows kept for the validation curve
    rate:      None: one over the sharpness, or what `descend` takes by itself
    start:     where to begin, in the input's own units: (w, b) for a line, (w,) for a curve,
               one number a parameter otherwise; None: the bench's own beginning
    moved:     data points that were dragged: row, x, y in the input's own units
    plane:     which plane of more than two parameters is shown; chosen: its two parameters
    """

    what: Literal["table", "curve", "run"] = "table"
    run: str = ""
    features: tuple[str, ...] = ()
    scale: Literal["raw", "unit", "standard"] = "unit"
    degree: int = 1
    loss: Loss = "squared"
    rule: str = "gradient_descent"
    batch: int | None = None
    seed: int = 0
    bug: Bug = "none"
    holdout: float = 0.0
    rate: float | None = None
    steps: int = 200
    start: tuple[float, ...] | None = None
    expression: str = ""
    moved: tuple[tuple[int, float, float], ...] = ()
    plane: Literal["steepest", "path", "chosen"] = "steepest"
    chosen: tuple[int, int] = (0, 1)


def setting_from(plain: object) -> Setting:
    """The setting that plain data from a page hold; what is left out stays as it is by default.

    Raises InputError, in one sentence, for a field that is none, and for a value of the wrong
    kind or beyond its limits.

    >>> setting_from({"what": "curve", "expression": "w**2", "rate": 0.1}).rate
    0.1
    """
    if not isinstance(plain, Mapping):
        raise InputError(f"a setting is {shown(plain)}; expected an object with its fields")
    given = cast("Mapping[Any, Any]", plain)
    for name in given:
        if name not in _READ:
            raise InputError(f"a setting has the field {shown(name)}, which it should not have")
    setting = Setting(**{name: _READ[name](name, value) for name, value in given.items()})
    return setting if setting.what == "run" else replace(setting, run="")


def _one_of(*known: str) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise InputError(f"{name} is {shown(value)}; expected one of {', '.join(known)}")
        return value

    return read


def _text(name: str, value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        expected = f"text of at most {longest:,} characters"
        raise InputError(f"{name} is {shown(value)}; expected {expected}")
    return value


def _rule(name: str, value: object) -> str:
    text = _text(name, value, LONGEST_RULE)
    rule = rule_named(text)
    if rule.name not in RULE_LABELS:
        raise InputError(f"{name} is {shown(value)}; expected one of {', '.join(RULE_LABELS)}")
    return text


def _items(name: str, value: object, most: int) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{name} is {shown(value)}; expected a list")
    items = cast("Sequence[Any]", value)
    if len(items) > most:
        raise InputError(f"{name} holds {len(items):,} entries; expected at most {most:,}")
    return items


def _number(name: str, value: object) -> float:
    return real(name, value, f"a number from -{LARGEST:g} to {LARGEST:g}", _in_range)


def _in_range(number: float) -> bool:
    return abs(number) <= LARGEST


def _rate(name: str, value: object) -> float | None:
    if value is None:
        return None
    return real(name, value, "a number above 0", lambda n: 0 < n <= LARGEST)


def _start(name: str, value: object) -> tuple[float, ...] | None:
    if value is None:
        return None
    return tuple(_number(name, number) for number in _items(name, value, MOST_START))


def _moved(name: str, value: object) -> tuple[tuple[int, float, float], ...]:
    return tuple(_point(name, point) for point in _items(name, value, MOST_MOVED))


def _point(name: str, value: object) -> tuple[int, float, float]:
    point = _items(name, value, 3)
    if len(point) != 3:
        raise InputError(f"{name} holds {shown(value)}; expected [row, x, y]")
    row = whole(f"the row of {name}", point[0], 0, MOST_MOVED - 1)
    return row, _number(f"the x of {name}", point[1]), _number(f"the y of {name}", point[2])


def _features(name: str, value: object) -> tuple[str, ...]:
    found = tuple(_text(name, text, LONGEST_NAME) for text in _items(name, value, MOST_FEATURES))
    if len(set(found)) < len(found):
        raise InputError(f"{name} names a column twice; expected every one once")
    return found


def _chosen(name: str, value: object) -> tuple[int, int]:
    places = [whole(name, place, 0, LARGEST_PLACE) for place in _items(name, value, 2)]
    if len(places) != 2 or places[0] == places[1]:
        raise InputError(f"{name} is {shown(value)}; expected the places of two parameters")
    return places[0], places[1]


def _holdout(name: str, value: object) -> float:
    return real(name, value, f"0 or {SHARE}", lambda number: number in SHARES)


_READ: Mapping[str, Callable[[str, object], Any]] = {
    "what": _one_of("table", "curve", "run"),
    "run": lambda name, value: _text(name, value, LONGEST_NAME),
    "features": _features,
    "scale": _one_of("raw", "unit", "standard"),
    "degree": lambda name, value: whole(name, value, 1, MOST_DEGREE),
    "loss": _one_of(*LOSSES),
    "rule": _rule,
    "batch": lambda name, value: None if value is None else whole(name, value, 1, LARGEST_BATCH),
    "seed": lambda name, value: whole(name, value, 0, LARGEST_SEED),
    "bug": _one_of(*BUGS),
    "holdout": _holdout,
    "rate": _rate,
    "steps": lambda name, value: whole(name, value, 0, MOST_STEPS),
    "start": _start,
    "expression": lambda name, value: _text(name, value, LONGEST_EXPRESSION),
    "moved": _moved,
    "plane": _one_of("steepest", "path", "chosen"),
    "chosen": _chosen,
}
assert set(_READ) == {field.name for field in fields(Setting)}  # noqa: S101
