"""How good the decisions between many classes are: what was taken for what."""

from __future__ import annotations

from steepest.evaluation.evaluation import ClassCounts
from steepest.run import Run
from steepest.views.amounts import percent
from steepest.views.axes_text import short
from steepest.views.content import Block, Cell, Folded, Span, Table, name, strong

__all__ = ["class_tables"]

MOST_CLASSES = 10
MOST_ROWS = 20
OTHERS = "others"
LONGEST_NAME = 16


def class_tables(run: Run, counts: ClassCounts) -> tuple[Block, ...]:
    """The decisions counted, and how many of each class are found and how many rightly so."""
    return (_confusion(counts), *_by_class(run, counts))


def _confusion(counts: ClassCounts) -> Table:
    """K by K, or the ten classes of the most rows, with the others together."""
    places = list(range(len(counts.classes)))
    if len(places) > MOST_CLASSES:
        often = sorted(places, key=lambda place: -counts.rows(place))[:MOST_CLASSES]
        groups = [[place] for place in sorted(often)]
        groups.append([place for place in places if place not in often])
        few = f"; the {MOST_CLASSES} classes of the most rows, and the {len(groups[-1])} others"
    else:
        groups, few = [[place] for place in places], ""
    names = [counts.classes[group[0]] if len(group) == 1 else OTHERS for group in groups]
    return Table(
        f"Decisions, counted: a line for each true class, a column for each decided{few}",
        ("Truth", *(short(each, LONGEST_NAME) for each in names)),
        tuple(
            (name(each), *(_cell(counts, truth, decided) for decided in groups))
            for each, truth in zip(names, groups, strict=True)
        ),
        numbers=tuple(range(1, len(names) + 1)),
        wide=False,
    )


def _cell(counts: ClassCounts, truth: list[int], decided: list[int]) -> Cell:
    """The count; right ones are strong, and none is a dot, so that errors stand out."""
    number = sum(counts.counts[i][j] for i in truth for j in decided)
    if truth == decided:
        return strong(f"{number:,}")
    return f"{number:,}" if number else Span("small", "·")


def _by_class(run: Run, counts: ClassCounts) -> tuple[Block, ...]:
    rows = tuple(
        (
            name(each),
            f"{counts.rows(place):,}",
            _share(counts.recall(place)),
            f"{counts.decided(place):,}",
            _share(counts.precision(place)),
        )
        for place, each in enumerate(counts.classes)
    )
    head = (short(run.contract.target), "Rows", "Found (recall)", "Decided",
            "Rightly (precision)")  # fmt: skip
    caption = "Of the rows of each class, how many are found; of those decided, how many are right"
    numbers = (1, 2, 3, 4)
    if len(rows) <= MOST_ROWS + 5:
        return (Table(caption, head, rows, numbers),)
    rest = rows[MOST_ROWS:]
    return (
        Table(f"{caption}; the first {MOST_ROWS} classes", head, rows[:MOST_ROWS], numbers),
        Folded(f"The other {len(rest)} classes", (Table("More classes", head, rest, numbers),)),
    )


def _share(share: float | None) -> str:
    return "no row" if share is None else percent(share)
