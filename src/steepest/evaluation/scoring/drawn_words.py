"""What the intervals of an evaluation count, and when they are too short, in a sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL, long_tail
from steepest.evaluation.words import percent
from steepest.readable import counted
from steepest.trace import Array

__all__ = ["drawn_sentences"]


def drawn_sentences(drawn: Drawn, rows: int, sizes: Array | None = None) -> Iterator[str]:
    """Of rows in groups or in time what the intervals count; of errors with a long tail that the
    intervals are short.

    sizes:  (m,) the absolute errors of a number; None for classes
    """
    many = drawn.many(rows)
    if drawn.kind == "groups":
        yield _of_groups(many, rows)
    if drawn.kind == "times":
        yield _of_times(many)
    tail = None if sizes is None else long_tail(sizes)
    if tail is not None and many >= FEWEST_FOR_INTERVAL:
        most = "The largest error makes" if rows < 200 else "The largest hundredth of errors makes"
        yield (
            f"{most} up {percent(tail)} of their sum: with a tail so long the 95 % intervals of "
            f"means over {counted(rows, 'row')} are too short, and may hold in 80 of 100 cases."
        )


def _of_groups(many: int, rows: int) -> str:
    if many < FEWEST_FOR_INTERVAL:
        are = "is" if many == 1 else "are"
        return (
            "Rows of one group are alike, so that intervals count groups, and "
            f"{counted(many, 'group')} {are} too few for one ({FEWEST_FOR_INTERVAL} at least); "
            "folds judge every group."
        )
    return (
        f"Rows of one group are alike: the intervals count the {counted(many, 'group')}, not the "
        f"{counted(rows, 'row')}, and speak of rows of other groups."
    )


def _of_times(many: int) -> str:
    future = "they hold where the future is like the stretch held out"
    if many < FEWEST_FOR_INTERVAL:
        return (
            f"The rows come in time, and {counted(many, 'moment')} "
            f"{'is' if many == 1 else 'are'} too few for intervals; the figures hold where the "
            "future is like the stretch held out."
        )
    return (
        f"Rows that are near in time are alike: the intervals count {counted(many, 'stretch')} of "
        f"time; {future}, and nothing in these rows can say so."
    )
