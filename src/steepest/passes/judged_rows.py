"""All rows with a known target, judged: sums of their losses, and some of them drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from steepest.data.sources.rows import Rows
from steepest.data.sources.source import Piece
from steepest.data.table import target_values
from steepest.data.trained_rows import TrainedRows, seen_rows
from steepest.data.unfamiliar import gaps_in
from steepest.errors import InputError
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.scoring.tally import Tally, tally_of
from steepest.model import Model
from steepest.passes.drawing import Keys
from steepest.passes.placed_rows import PlacedRows, draw_placed, drawn_together
from steepest.passes.worker import Worker

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Judged", "JudgedRows"]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What came of it.

    rows:    that have a target (and all features, where others are dropped)
    tally:   of their losses
    asked, found:  of how many it is known whether they trained the model, and how many did
    unseen, gaps:  column -> rows of unknown levels, rows without a value, of all rows
    some:    drawn from them
    """

    rows: int
    tally: Tally
    asked: int
    found: int
    unseen: dict[str, int]
    gaps: dict[str, int]
    some: PlacedRows


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRows:
    """Every usable row, held beside what the model predicts for it.

    known:   of the rows that trained it; None where that is not known
    beside:  columns to read as well
    starts:  of each piece, how many rows come before it
    """

    model: Model
    baseline: Baseline
    known: TrainedRows | None
    beside: tuple[str, ...]
    starts: tuple[int, ...]
    draw: int
    likely: float

    @property
    def answer(self) -> type[Judged]:
        """The type of the answers."""
        return Judged

    def of_piece(self, piece: Piece, worker: Worker) -> Judged:
        """Of one piece."""
        contract = worker.layout.contract
        read = [*(column.name for column in contract.features), contract.target, *self.beside]
        found: Judged | None = None
        before = self.starts[piece.place]
        for rows, keys in worker.rows(piece, tuple(dict.fromkeys(read))):
            own = self._of_rows(rows, keys, worker, before)
            found = own if found is None else self.merge(found, own)
            before += rows.height
        if found is None:
            raise InputError(f"{worker.source.text}: piece {piece.place + 1:,} holds no rows")
        return found

    def merge(self, left: Judged, right: Judged) -> Judged:
        """Of both."""
        return Judged(
            left.rows + right.rows,
            left.tally + right.tally,
            left.asked + right.asked,
            left.found + right.found,
            _sum([left.unseen, right.unseen]),
            _sum([left.gaps, right.gaps]),
            drawn_together([left.some, right.some], self.draw),
        )

    def _of_rows(self, rows: Rows, keys: Keys, worker: Worker, before: int) -> Judged:
        layout, frame = worker.layout, rows.frame
        if layout.missing == "refuse":
            self._refuse_missing(frame, worker, before)
        left, own = layout.usable(rows, keys)
        usable = left.frame
        truth = target_values(usable, layout.contract)
        shape = self.model.representation
        predicted = self.model.predict(usable) if usable.height else truth
        if not usable.height and self.model.scores > 1:
            predicted = predicted.reshape(0, 1).repeat(self.model.scores, axis=1)
        seen = None
        if self.known is not None and usable.height:
            seen = seen_rows(self.known, usable, layout.contract, truth)
        return Judged(
            usable.height,
            tally_of(self.model, truth, predicted, self.baseline),
            0 if seen is None else seen.asked,
            0 if seen is None else seen.found,
            shape.unseen(frame),
            {column.name: gaps_in(frame, column.name) for column in shape.numbers},
            draw_placed(usable, own, self.draw, self.likely),
        )

    def _refuse_missing(self, frame: pl.DataFrame, worker: Worker, before: int) -> None:
        contract = worker.layout.contract
        has_target = frame[contract.target].is_not_null()
        for column in contract.features:
            gaps = frame[column.name].is_null() & has_target
            if gaps.any():
                raise InputError(
                    f'{worker.source.text}: column "{column.name}" has no value in data row '
                    f"{before + int(gaps.arg_max() or 0) + 1:,}; fill it in, or let missing "
                    "values be imputed or their rows be dropped"
                )


def _sum(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    def add(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
        return left | {name: left.get(name, 0) + count for name, count in right.items()}

    return reduce(add, counts)
