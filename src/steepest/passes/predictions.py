"""A model's predictions for all rows, as text or in Arrow's format, piece by piece.

The answer of a piece is what is to be written of it, made where the rows are. It does not go up
the tree to one root, which would be as large as the whole: whoever asks takes the parts as they
come, so many pieces at a time as there is room for, and writes them in the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from steepest.data.sources.source import Piece
from steepest.data.unfamiliar import gaps_in
from steepest.errors import InputError
from steepest.model import Margin, Model
from steepest.passes.predicted_rows import predicted_rows
from steepest.passes.worker import Worker

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Form", "Predicted", "PredictedPiece", "Predictions"]

Form = Literal["csv", "arrow"]


@dataclass(frozen=True, slots=True, eq=False)
class PredictedPiece:
    """Of one piece.

    body:   its rows as lines of CSV, or as a stream of Arrow
    rows:   how many
    unseen: text column -> rows of levels that no training row had
    gaps:   number column -> rows without a value
    """

    place: int
    body: bytes
    rows: int
    unseen: dict[str, int]
    gaps: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Of some pieces, in their order."""

    pieces: list[PredictedPiece]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Every row predicted, also where values are missing.

    starts:  of each piece, how many rows come before it
    """

    model: Model
    margin: Margin | None
    form: Form
    starts: tuple[int, ...]

    @property
    def answer(self) -> type[Predicted]:
        """The type of the answers."""
        return Predicted

    @property
    def columns(self) -> tuple[str, ...]:
        """What the model reads."""
        shape = self.model.representation
        return tuple(column.name for column in (*shape.numbers, *shape.texts))

    def of_piece(self, piece: Piece, worker: Worker) -> Predicted:
        """Of one piece."""
        bodies = BytesIO()
        frames: list[pl.DataFrame] = []
        rows, unseen, gaps = 0, dict[str, int](), dict[str, int]()
        for some, _ in worker.rows(piece, self.columns or tuple(worker.source.schema)[:1]):
            frame = some.frame
            predicted = self._predicted(frame, self.starts[piece.place] + rows)
            _add(unseen, self.model.representation.unseen(frame))
            numbers = self.model.representation.numbers
            _add(gaps, {column.name: gaps_in(frame, column.name) for column in numbers})
            rows += frame.height
            if self.form == "csv":
                predicted.write_csv(bodies, include_header=False)
            else:
                frames.append(predicted)
        if frames:
            import polars as pl

            pl.concat(frames, rechunk=True).write_ipc_stream(bodies)
        return Predicted([PredictedPiece(piece.place, bodies.getvalue(), rows, unseen, gaps)])

    def merge(self, left: Predicted, right: Predicted) -> Predicted:
        """One after the other."""
        return Predicted([*left.pieces, *right.pieces])

    def _predicted(self, frame: pl.DataFrame, before: int) -> pl.DataFrame:
        try:
            return predicted_rows(self.model, frame, self.margin, before + 1)
        except InputError as error:
            where = f" (counted from data row {before + 1:,} on)" if before else ""
            raise InputError(f"{error}{where}") from error


def _add(counts: dict[str, int], others: dict[str, int]) -> None:
    for name, count in others.items():
        counts[name] = counts.get(name, 0) + count
