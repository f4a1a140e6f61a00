"""The command that asks for a run again, as it was or with a remedy applied."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from steepest.readable import size_text
from steepest.run import Request

__all__ = ["fit_command", "fit_options"]

_IN_MEMORY = re.compile(r"an? (polars|pandas|Arrow|mapping) ?")
_FIRST = ("source", "target")


def fit_command(request: Request, changes: Mapping[str, Any] | None = None) -> str:
    """A command line; for a table that was in memory, the call in Python.

    changes: options to set otherwise, by their names in Python; see `Request.changed`

    >>> fit_command(Request("my houses.csv", "price", scale="none", loss="squared"))
    "steepest fit 'my houses.csv' --target price --loss squared --scale none"
    >>> fit_command(Request("houses", "price", seed=3), {"learning_rate": 0.25})
    'steepest fit houses --target price --learning-rate 0.25 --seed 3'
    >>> fit_command(Request("a polars DataFrame", "price"), {"intercept": False})
    "steepest.fit(table, 'price', intercept=False)"
    >>> fit_command(Request("big.parquet", "price", memory=400_000_000))
    'steepest fit big.parquet --target price --memory 400MB'
    """
    chosen = _chosen(request.changed(changes or {}))
    if _IN_MEMORY.match(request.source):
        written = [f"{name}={value!r}" for name, value in chosen.items()]
        return f"steepest.fit({', '.join(['table', repr(request.target), *written])})"
    words = ["steepest", "fit", request.source, "--target", request.target]
    for name, value in chosen.items():
        words += _option(name, value)
    return shlex.join(words)


def fit_options(changes: Mapping[str, Any]) -> str:
    """Settings as the options of `steepest fit`.

    >>> fit_options({"learning_rate": 0.25, "scale": "standard", "average": True})
    '--learning-rate 0.25 --scale standard --average'
    """
    return shlex.join(word for name, value in changes.items() for word in _option(name, value))


def _chosen(request: Request) -> dict[str, Any]:
    """What is not the default, by its name in Python."""
    chosen = {
        field.name: getattr(request, field.name)
        for field in fields(Request)
        if field.name not in _FIRST and getattr(request, field.name) != field.default
    }
    return chosen | ({"memory": size_text(request.memory)} if request.memory else {})


def _option(name: str, value: Any) -> list[str]:
    if name == "intercept":
        return [] if value else ["--no-intercept"]
    if isinstance(value, bool):
        return [f"--{name.replace('_', '-')}"] if value else []
    if name == "memory" and isinstance(value, int):
        value = size_text(value)
    written = ",".join(map(str, value)) if name == "features" else _text(value)
    return [f"--{name.replace('_', '-')}", written]


def _text(value: Any) -> str:
    return "full" if value is None else repr(value) if isinstance(value, float) else str(value)
