"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["NumberOr", "engine_options", "json_option", "store_option"]

Command = TypeVar("Command", bound=Callable[..., Any])

store_option = click.option(
    "--store",
    metavar="FILE",
    help="The store of runs.  [default: steepest.db here, or what STEEPEST_STORE names]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)


class NumberOr(click.ParamType[Any]):
    """A number, or one of some words."""

    def __init__(self, words: tuple[str, ...], kind: type[int | float]) -> None:
        self._words = words
        self._kind = kind
        self.name = "|".join((*words, "N" if kind is int else "X"))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word, or the number."""
        if value in self._words or not isinstance(value, str):
            return value
        try:
            number = float(value)
            if self._kind is float:
                return number
            if number == int(number):  # 1e6 is a whole number, too
                return int(number)
            raise ValueError
        except (ValueError, OverflowError):
            from steepest.errors import InputError

            kind = "a whole number" if self._kind is int else "a number"
            words = "".join(f"{word} or " for word in self._words)
            name = "the value" if param is None else param.opts[0]
            raise InputError(f"{name} is {value!r}; expected {words}{kind}") from None


def engine_options(command: Command) -> Command:
    """Who walks over the rows, and in how much memory."""
    for option in reversed(_ENGINE):
        command = option(command)
    return command


def _sparing(context: click.Context, param: click.Parameter, memory: str | None) -> str | None:
    """Where memory is asked for sparingly, polars gives back at once what it has freed.

    Its allocator (jemalloc) looks for this when polars is loaded, and never again.
    """
    if memory is not None:
        os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1")
    return memory


_ENGINE = (
    click.option(
        "--engine",
        type=click.Choice(["auto", "local", "ray"]),
        default="auto",
        show_default=True,
        help="auto: rows in memory where they fit, else local: piece by piece on this machine; "
        "ray: by the workers of a Ray cluster, by default one of this machine's own. The result "
        "of local and ray is the same to the bit.",
    ),
    click.option(
        "--memory",
        metavar="SIZE",
        callback=_sparing,
        help="What may be used, as 400MB or 1.5GiB; rows then come piece by piece.",
    ),
    click.option(
        "--workers",
        type=NumberOr((), int),
        metavar="N",
        help="How many workers of Ray.  [default: one for each processor]",
    ),
    click.option(
        "--ray-address",
        metavar="ADDRESS",
        help="A Ray cluster to join, as ray://host:10001.  [default: what RAY_ADDRESS names, else "
        "one of its own]",
    ),
    click.option(
        "--query",
        metavar="SQL",
        help="What to ask the database DATA, as 'SELECT * FROM sales'.",
    ),
)
