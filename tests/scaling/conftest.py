"""A frame that comes in pieces of any size, and a fit over it from the look to the run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from steepest.data.sources.source import Piece
from steepest.descent.descend import descend
from steepest.passes.asking import Ask
from steepest.passes.drawing import below, row_keys
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Request, Run
from steepest.scaling.concluding import conclude
from steepest.scaling.preparing import Ready, look_first, prepare


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


@dataclass(frozen=True, eq=False)
class Done:
    """A fit, what was ready before its descent, and how many walks it took."""

    run: Run
    ready: Ready
    passes: int


@pytest.fixture
def fitted(asking: Callable[..., Ask]) -> Callable[..., Done]:
    """`fitted(source, request, threads=2, room=10**8, steps=1_000)`: from the look to the run."""

    def fit(
        source: Any, request: Request, threads: int = 2, room: int = 10**8, steps: int = 1_000
    ) -> Done:
        looked = look_first(source, request)
        ask = asking(source, looked.layout, threads, room)
        ready = prepare(ask, looked)
        trace = descend(
            ready.objective,
            learning_rate=request.learning_rate,
            rule=request.rule,
            steps=steps,
            tolerance=request.tolerance,
            curvature=False,
        )
        run, _ = conclude(ask, ready, trace, "2026-01-01T00:00:00", {})
        return Done(run, ready, ask.passes)

    return fit


@pytest.fixture(scope="session")
def training_rows() -> Callable[..., pl.DataFrame]:
    """`training_rows(source, holdout=0.2, seed=0)`: the rows that train, by their keys."""

    def rows(source: Cut, holdout: float = 0.2, seed: int = 0) -> pl.DataFrame:
        parts: list[pl.DataFrame] = []
        for piece in source.pieces:
            part = source.frame.slice(piece.where[0], source.rows)
            keys = row_keys(seed, piece.place, 0, part.height)
            parts.append(part.filter(~below(keys, holdout) if holdout else pl.lit(True)))
        return pl.concat(parts)

    return rows
