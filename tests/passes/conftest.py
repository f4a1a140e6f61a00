"""A frame that comes in pieces of any size, how it is read, and whom to ask about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from steepest.data.representation import learn_representation
from steepest.data.sources.source import Piece
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker


@dataclass(frozen=True, eq=False)
class Cut:
    """The rows of a frame in pieces of so many; known: whether it says how many each has."""

    frame: pl.DataFrame
    rows: int
    known: bool = True
    text: str = "cut"
    identity: str = "cut"

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        return dict(self.frame.schema)

    @property
    def units(self) -> Mapping[str, str]:
        return {}

    @property
    def pieces(self) -> tuple[Piece, ...]:
        whole = self.frame.height
        return tuple(
            Piece(k, min(self.rows, whole - first) if self.known else None, 8, (first,))
            for k, first in enumerate(range(0, whole, self.rows))
        )

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        part = self.frame.select(columns).slice(piece.where[0], self.rows)
        for first in range(0, part.height, rows):
            yield part.slice(first, rows)


@pytest.fixture(scope="session")
def cut() -> type[Cut]:
    """A source made of a frame: `cut(frame, rows_a_piece)`."""
    return Cut


@pytest.fixture
def asking() -> Iterator[Callable[..., Ask]]:
    """`asking(source, layout, threads=2, room=10**8)`: an `Ask` over its pieces."""
    engines: list[LocalEngine] = []

    def begin(source: Any, layout: Layout, threads: int = 2, room: int = 10**8) -> Ask:
        engines.append(LocalEngine(Worker(source, layout, room), threads))
        return Ask(engines[-1])

    yield begin
    for engine in engines:
        engine.__exit__(None, None, None)


@pytest.fixture
def laid() -> Callable[..., Layout]:
    """`laid(frame, target, loss="auto", weight=None, holdout=0.2, ...)`: how its rows are read."""

    def lay(
        frame: pl.DataFrame,
        target: str,
        *,
        loss: str = "auto",
        weight: str | None = None,
        holdout: float = 0.2,
        missing: Any = "impute",
        seed: int = 0,
    ) -> Layout:
        contract = read_contract(read_table(frame), target, loss=loss, weight=weight)
        rows = frame.filter(pl.col(target).is_not_null())
        learned = learn_representation(rows, contract, scale="none")
        return Layout(contract, learned, missing, holdout, seed, 100)

    return lay
