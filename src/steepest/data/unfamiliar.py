"""What new rows hold that the training rows did not prepare a model for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from steepest.data.contract import Contract
from steepest.data.representation import Representation
from steepest.readable import readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LOOKED", "TRAINED", "filled_by", "gaps_in", "sentences_of", "unfamiliar"]

TRAINED = "the training rows"
LOOKED = "the training rows that a first look met"
"""Of rows that were read piece by piece."""


def filled_by(contract: Contract | None) -> str:
    """Of which rows the median is that stands for a missing number."""
    known = () if contract is None else contract.remarks
    return LOOKED if any(remark.code == "by_pieces" for remark in known) else TRAINED


def unfamiliar(
    representation: Representation, frame: pl.DataFrame, *, filled: str = TRAINED
) -> tuple[str, ...]:
    """Sentences: which numbers are missing, which levels are new, and what stands for them.

    filled: of which rows the median is, see `filled_by`

    Raises InputError where a text column is missing.

    >>> import polars as pl
    >>> from steepest.data.representation import NumberColumn, TextColumn
    >>> learned = Representation(
    ...     (NumberColumn("size", 2.5),), (TextColumn("place", "sea", ("hill",)),),
    ...     ((1,),), (0.0, 0.0), (1.0, 1.0), 1, "none")
    >>> for sentence in unfamiliar(learned, pl.DataFrame({"size": [None], "place": ["moon"]})):
    ...     print(sentence)
    "place" has levels in 1 row that no training row had; they count as sea, its reference
    "size" is missing in 1 row; 2.5, the median of the training rows, stands for it
    """
    gaps = {column.name: gaps_in(frame, column.name) for column in representation.numbers}
    return sentences_of(representation, representation.unseen(frame), gaps, filled=filled)


def sentences_of(
    representation: Representation,
    unseen: Mapping[str, int],
    gaps: Mapping[str, int],
    *,
    filled: str = TRAINED,
) -> tuple[str, ...]:
    """The sentences about rows that have been counted.

    unseen: text column -> rows of levels that no training row had; gaps: number column -> rows
    without a value.
    """
    references = _references(representation)
    levels = [
        f'"{name}" has levels in {_rows(count)} that no training row had; they count as '
        f"{references[name]}, its reference"
        for name, count in unseen.items()
        if count
    ]
    fills = [
        f'"{column.name}" is missing in {_rows(gaps[column.name])}; '
        f"{readable(column.fill)}, the median of {filled}, stands for it"
        for column in representation.numbers
        if gaps.get(column.name)
    ]
    return (*levels, *fills)


def gaps_in(frame: pl.DataFrame, name: str) -> int:
    """Rows without a value in a column; 0 where it is not there."""
    return frame[name].null_count() if name in frame.columns else 0


def _references(representation: Representation) -> dict[str, str]:
    return {text.name: text.reference for text in representation.texts}


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
