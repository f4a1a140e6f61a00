"""What a trace says besides its columns: rule, names, facts and why it stopped, as JSON.

JSON has no word for NaN and the infinities; such a number is written as the string "nan",
"inf" or "-inf". An array of a fact keeps its shape.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from steepest.errors import InputError
from steepest.storage.columns import Column
from steepest.trace import Fact, Reason, Stop, Trace

__all__ = ["Outline", "join", "outline_from_json", "outline_of", "outline_to_json", "split"]

_MEASURE = "measure:"
_WHOLE = ("step", "loss", "learning_rate", "params", "gradient", "coordinates")


@dataclass(frozen=True, slots=True)
class Outline:
    """A trace without its columns; `stop` is None while the descent goes on."""

    rule: str = "unknown"
    names: tuple[str, ...] = ()
    loss_of: Literal["full", "batch", "unknown"] = "full"
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    stop: Stop | None = None


def outline_of(trace: Trace) -> Outline:
    """The trace without its columns."""
    return Outline(trace.rule, trace.names, trace.loss_of, trace.facts, trace.stop)


def split(trace: Trace) -> dict[str, Column]:
    """The columns of a trace by the names that they are stored under."""
    columns = {name: getattr(trace, name) for name in _WHOLE}
    columns |= {_MEASURE + name: column for name, column in trace.measures.items()}
    return {name: np.asarray(column) for name, column in columns.items() if column is not None}


def join(outline: Outline, columns: Mapping[str, Any], stop: Stop) -> Trace:
    """Outline and columns as a Trace; `stop` for a record that does not know its own end.

    Raises InputError for columns that are absent or do not fit each other.
    """
    _refuse_other_columns(columns)
    params = columns.get("params")
    if params is None:
        params = columns.get("gradient")
    width = 0 if params is None else params.shape[1]
    return Trace(
        **{name: columns[name] for name in _WHOLE if name in columns},
        rule=outline.rule,
        names=outline.names or tuple(f"w_{index}" for index in range(width)),
        stop=outline.stop or stop,
        loss_of=outline.loss_of,
        measures={
            name.removeprefix(_MEASURE): column
            for name, column in columns.items()
            if name.startswith(_MEASURE)
        },
        facts=outline.facts,
    )


def _refuse_other_columns(columns: Mapping[str, Any]) -> None:
    for name in ("step", "loss", "learning_rate"):
        if name not in columns:
            raise InputError(f"the store holds a trace that cannot be read: it lacks its {name}")
    for name, column in columns.items():
        wanted = 2 if name in ("params", "gradient") else 1
        if column.ndim != wanted:
            raise InputError(
                f"the store holds a trace that cannot be read: {name} has {column.ndim} "
                f"dimensions; expected {wanted}"
            )
        if name in ("step", "coordinates") and column.dtype.kind != "i":
            raise InputError(
                f"the store holds a trace that cannot be read: {name} is not whole numbers"
            )


def outline_to_json(outline: Outline) -> str:
    """The outline as JSON text.

    >>> outline_to_json(Outline(rule="gradient_descent", names=("w",)))
    '{"rule": "gradient_descent", "names": ["w"], "loss_of": "full", "facts": {}, "stop": null}'
    """
    stop = outline.stop
    return json.dumps(
        {
            "rule": outline.rule,
            "names": list(outline.names),
            "loss_of": outline.loss_of,
            "facts": {name: _fact_out(fact) for name, fact in outline.facts.items()},
            "stop": None if stop is None else [stop.reason, stop.because, _bound_out(stop.bound)],
        },
        allow_nan=False,
    )


def outline_from_json(text: str) -> Outline:
    """The outline back; InputError where the text does not hold one."""
    try:
        held = json.loads(text)
        reason, because, bound = held["stop"] or (None, "", None)
        return Outline(
            rule=_text(held["rule"]),
            names=tuple(_text(name) for name in held["names"]),
            loss_of=_one_of(held["loss_of"], ("full", "batch", "unknown")),
            facts={name: _fact_in(fact) for name, fact in held["facts"].items()},
            stop=None
            if reason is None
            else Stop(
                _one_of(reason, get_args(Reason)),
                _text(because),
                None if bound is None else float(bound),
            ),
        )
    except RecursionError:
        raise InputError(
            "the store holds a trace that cannot be read: it is nested too deep"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"the store holds a trace that cannot be read: {error}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found a {type(value).__name__}")
    return value


def _one_of(value: Any, words: tuple[str, ...]) -> Any:
    if value not in words:
        raise ValueError(f"expected one of {', '.join(words)}")
    return value


def _bound_out(bound: float | None) -> float | str | None:
    return None if bound is None else _number(bound)


def _fact_out(fact: Fact) -> dict[str, Any]:
    value = fact.value
    if isinstance(value, str):
        return {"text": value, "how": fact.how}
    if isinstance(value, np.ndarray):
        return {"array": _numbers(value.ravel().tolist()), "shape": value.shape, "how": fact.how}
    return {"number": _number(float(value)), "how": fact.how}


def _fact_in(held: Mapping[str, Any]) -> Fact:
    if "text" in held:
        return Fact(_text(held["text"]), _text(held["how"]))
    if "array" in held:
        values = [float(value) for value in held["array"]]
        return Fact(np.array(values, dtype=np.float64).reshape(held["shape"]), _text(held["how"]))
    return Fact(float(held["number"]), _text(held["how"]))


def _numbers(values: Sequence[float]) -> list[float | str]:
    return [_number(float(value)) for value in values]


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else repr(value)
