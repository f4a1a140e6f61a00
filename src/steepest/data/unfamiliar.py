"""What new rows hold that the training rows did not prepare a model for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steepest.data.representation import Representation
from steepest.readable import readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["unfamiliar"]


def unfamiliar(representation: Representation, frame: pl.DataFrame) -> tuple[str, ...]:
    """Sentences: which numbers are missing, which levels are new, and what stands for them.

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
    unseen, references = representation.unseen(frame), _references(representation)
    levels = [
        f'"{name}" has levels in {_rows(count)} that no training row had; they count as '
        f"{references[name]}, its reference"
        for name, count in unseen.items()
    ]
    gaps = [
        f'"{column.name}" is missing in {_rows(frame[column.name].null_count())}; '
        f"{readable(column.fill)}, the median of the training rows, stands for it"
        for column in representation.numbers
        if column.name in frame.columns and frame[column.name].null_count()
    ]
    return (*levels, *gaps)


def _references(representation: Representation) -> dict[str, str]:
    return {text.name: text.reference for text in representation.texts}


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
