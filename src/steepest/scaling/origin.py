"""What a run by pieces was asked, and of which rows: by that alone it can be gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

import msgspec
import numpy as np

from steepest.data import datasets
from steepest.data.sources.source import Source
from steepest.data.sources.written import COPIED
from steepest.descent.start import Start, start_text
from steepest.errors import InputError
from steepest.run import Request
from steepest.saved import load_part
from steepest.store import Store

__all__ = ["DOCUMENT", "Origin", "can_be_read", "origin_of", "plain_start", "refuse_other_rows"]

DOCUMENT = "origin"
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Origin:
    """A run before anything was looked at.

    request:   as it was asked, nothing of it left to the data filled in
    start:     where the descent begins: a word, numbers, or numbers by name
    identity:  of the source, see `Source.identity`
    named:     whether `request.source` is what the data can be read from again
    """

    request: Request
    start: str | list[float] | dict[str, float]
    identity: str
    named: bool

    def to_json(self) -> str:
        """The document of the run."""
        return msgspec.json.encode(self).decode()


def origin_of(store: Store, run_id: str) -> Origin | None:
    """That of a run by pieces; None where its rows were in memory."""
    return load_part(store, run_id, DOCUMENT, Origin)


def can_be_read(source: str) -> bool:
    """Whether a text names data: a file, a folder, a pattern, an address, a built-in data set.

    >>> can_be_read("houses"), can_be_read("s3://shop/visits"), can_be_read("a polars DataFrame")
    (True, True, False)
    """
    named = source == ":memory:" or "://" in source or any(mark in source for mark in "*?[")
    return named or source in datasets.names() or Path(source).exists()


def plain_start(start: Start) -> str | list[float] | dict[str, float]:
    """The start as plain numbers, to the bit; InputError for what is none.

    >>> plain_start({"w": 1}), plain_start("zeros")
    ({'w': 1.0}, 'zeros')
    """
    start_text(start)
    if isinstance(start, str):
        return start
    if isinstance(start, Mapping):
        return {str(name): float(value) for name, value in start.items()}
    numbers: list[float] = np.asarray(start, dtype=np.float64).reshape(-1).tolist()
    return numbers


def refuse_other_rows(run_id: str, identity: str, source: Source) -> None:
    """Raise InputError, naming what is another, where the source is not what it was."""
    was, now = identity.splitlines(), source.identity.splitlines()
    if was == now:
        return
    if was[:-1] == now[:-1] and now[-1].startswith(COPIED):
        raise InputError(
            f"{source.text}: not the rows that came when the run {run_id} began, or the same in "
            "another order; where the data is as it was, add an ORDER BY (or a sort) that leaves "
            "no two rows tied, and fit it anew"
        )
    gone = next((line for line in was if line not in now), "")
    come = next((line for line in now if line not in was), "")
    if gone and come and gone.rpartition(" ")[0] == come.rpartition(" ")[0]:
        known = f"{gone.rsplit(' ', 2)[0]} has the same size, but another time of change"
    elif gone or come:
        known = " and ".join(
            f"{words} {shorten(line, _SHOWN)!r}"
            for words, line in (("there was", gone), ("now there is", come))
            if line
        )
    else:
        known = "the same parts come in another order"
    raise InputError(
        f"{source.text}: the data changed since the run {run_id} began: {known}{_compared(known)}; "
        "put back what was there, or fit it anew"
    )


def _compared(known: str) -> str:
    return "" if "the same size" in known else " (name, size and time of change)"
