"""What is said of the rows that a finished model is evaluated on."""

from __future__ import annotations

from steepest.data.trained_rows import Seen
from steepest.readable import counted

__all__ = ["later_method", "later_notes"]


def later_method(rows: int, source: str, seen: Seen | None, *, same_source: bool) -> str:
    """Which rows these are, and how many of them the model has seen.

    seen: None where it is not known which rows trained; same_source: whether the model was
    trained on a table of that name
    """
    words = f"{counted(rows, 'row')} of {source}"
    if seen is None:
        known = ", the table that the model was trained on, which flatters it"
        return words + (known if same_source else "")
    said = seen.said()
    return f"{words}, {said}, which flatters it" if said else words


def later_notes(source: str, seen: Seen | None) -> tuple[str, ...]:
    """A sentence where rows trained the model."""
    if seen is None or not seen.said():
        return ()
    return (
        f"{source} holds {counted(seen.rows, 'row')}, {seen.said()}: the scores flatter it; take "
        "rows that it has not seen",
    )
