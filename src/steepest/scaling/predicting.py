"""Predictions for rows that come piece by piece, in the order of the rows and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING

from steepest.data.unfamiliar import TRAINED, sentences_of
from steepest.errors import InputError
from steepest.model import Margin, Model
from steepest.passes.asking import Progress
from steepest.passes.engine import Engine, Part
from steepest.passes.predicted_rows import predicted_rows
from steepest.passes.predictions import Form, Predicted, PredictedPiece, Predictions
from steepest.scaling.later_rows import ROWS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Told", "frame_of", "no_predictions", "predict_by_pieces"]

ROOM = 256_000_000
"""Bytes of predictions that may be on their way at once, where nothing was said of memory."""

A_NUMBER = 24
"""Bytes that a number may take as text."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of all rows that were predicted.

    notes: which values are missing and which levels are new, and what stands for them
    """

    rows: int
    notes: tuple[str, ...]


def predict_by_pieces(
    engine: Engine,
    model: Model,
    margin: Margin | None,
    rows: Sequence[int],
    write: Callable[[bytes], None],
    *,
    form: Form = "csv",
    memory: int = 0,
    tell: Callable[[Progress], None] | None = None,
    filled: str = TRAINED,
) -> Told:
    """Predict every row; `write` is called with one piece's rows after the other, in order.

    rows:   of each piece
    form:   "csv": lines without a header; "arrow": a stream for each piece, see `frame_of`
    memory: bytes that may be used in all, 0 where nothing was said
    filled: of which rows the medians for missing numbers are
    """
    asked = Predictions(model, margin, form, tuple(accumulate(rows, initial=0))[:-1])
    width = A_NUMBER * (4 + model.scores)
    unseen, gaps, done = dict[str, int](), dict[str, int](), 0
    groups = _groups(rows, width, memory // 4 or ROOM)
    for piece in _in_order(engine, asked, groups, sum(rows), tell):
        write(piece.body)
        done += piece.rows
        for all_, own in ((unseen, piece.unseen), (gaps, piece.gaps)):
            for name, count in own.items():
                all_[name] = all_.get(name, 0) + count
    known = {text.name: unseen.get(text.name, 0) for text in model.representation.texts}
    return Told(done, sentences_of(model.representation, known, gaps, filled=filled))


def no_predictions(model: Model, margin: Margin | None) -> pl.DataFrame:
    """The columns of the predictions, without rows."""
    import polars as pl

    shape = model.representation
    some: dict[str, list[float] | list[str]] = {c.name: [c.fill] for c in shape.numbers}
    some |= {text.name: [text.reference] for text in shape.texts}
    return predicted_rows(model, pl.DataFrame(some or {"": [0.0]}), margin).clear()


def frame_of(body: bytes) -> pl.DataFrame:
    """A piece's predictions in Arrow's format as a frame."""
    import polars as pl

    return pl.read_ipc_stream(BytesIO(body))


def _groups(rows: Sequence[int], width: int, room: int) -> Iterator[list[int]]:
    """Pieces next to each other whose predictions have room together; at least one."""
    group: list[int] = []
    size = 0
    for place, count in enumerate(rows):
        own = width * max(count, ROWS)
        if group and size + own > room:
            yield group
            group, size = [], 0
        group.append(place)
        size += own
    if group:
        yield group


def _in_order(
    engine: Engine,
    asked: Predictions,
    groups: Iterator[list[int]],
    all_rows: int,
    tell: Callable[[Progress], None] | None,
) -> Iterator[PredictedPiece]:
    pieces = engine.source.pieces
    whole, size, come, rows = sum(piece.size for piece in pieces), 0, 0, 0
    for group in groups:
        waiting: dict[int, PredictedPiece] = {}
        after = group[0]
        for part in engine.parts(asked, group):
            for piece in _pieces(part):
                waiting[piece.place] = piece
                come, rows = come + 1, rows + piece.rows
                size += pieces[piece.place].size
            while after in waiting:
                yield waiting.pop(after)
                after += 1
            if tell is not None:
                at = ("predicting", 2, come, len(pieces), size, whole)
                tell(Progress(*at, rows, all_rows, part.seconds))
        if after != group[-1] + 1:
            raise InputError(
                f"{engine.source.text}: no predictions came of piece {after + 1:,} of "
                f"{len(pieces):,}; predict again"
            )


def _pieces(part: Part) -> list[PredictedPiece]:
    answers: list[Predicted] = [answer for _, answer in part.nodes]
    return [piece for answer in answers for piece in answer.pieces]
