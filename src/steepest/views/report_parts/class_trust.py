"""How good the decisions between many classes are: what was taken for what."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.evaluation.evaluation import ClassCounts, ErrorSlice
from steepest.readable import readable
from steepest.run import Run
from steepest.views.axes_text import short
from steepest.views.markup import Markup, join, name_of, tag
from steepest.views.report_parts.layout import Part, data_table, folded

__all__ = ["class_tables", "error_prone_table"]

MOST_CLASSES = 10
MOST_ROWS = 20
OTHERS = "others"
LONGEST_NAME = 16


def class_tables(run: Run, counts: ClassCounts) -> Markup:
    """The decisions counted, and how many of each class are found and how many rightly so."""
    return join(_confusion(counts), _by_class(run, counts))


def error_prone_table(slices: Sequence[ErrorSlice]) -> Markup:
    """Where more decisions are wrong than elsewhere."""
    return data_table(
        "Where it is wrong more often: the share of wrong decisions, minus that of all rows",
        ("Rows where", "Rows", "Wrong more often by", "95 % interval"),
        [
            (
                part.where,
                f"{part.rows:,}",
                _percent(part.mean_error),
                f"{_percent(part.low)} to {_percent(part.high)}",
            )
            for part in slices
        ],
        numbers=(1, 2, 3),
    )


def _confusion(counts: ClassCounts) -> Markup:
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
    rows = [
        (name_of(name), *(_cell(counts, truth, decided) for decided in groups))
        for name, truth in zip(names, groups, strict=True)
    ]
    return data_table(
        f"Decisions, counted: a line for each true class, a column for each decided{few}",
        ("Truth", *(short(name, LONGEST_NAME) for name in names)),
        rows,
        numbers=range(1, len(names) + 1),
    )


def _cell(counts: ClassCounts, truth: list[int], decided: list[int]) -> str:
    """The count; right ones are strong, and none is a dot, so that errors stand out."""
    number = sum(counts.counts[i][j] for i in truth for j in decided)
    if truth == decided:
        return tag("strong", f"{number:,}")
    return f"{number:,}" if number else tag("span", "·", class_="small")


def _by_class(run: Run, counts: ClassCounts) -> Part:
    rows = [
        (
            name_of(name),
            f"{counts.rows(place):,}",
            _share(counts.recall(place)),
            f"{counts.decided(place):,}",
            _share(counts.precision(place)),
        )
        for place, name in enumerate(counts.classes)
    ]
    head = (name_of(run.contract.target), "Rows", "Found (recall)", "Decided",
            "Rightly (precision)")  # fmt: skip
    caption = "Of the rows of each class, how many are found; of those decided, how many are right"

    def table(part: list[tuple[str, ...]], words: str) -> Markup:
        return data_table(words, head, part, numbers=(1, 2, 3, 4))

    if len(rows) <= MOST_ROWS + 5:
        return table(rows, caption)
    rest = rows[MOST_ROWS:]
    return join(
        table(rows[:MOST_ROWS], f"{caption}; the first {MOST_ROWS} classes"),
        folded(f"The other {len(rest)} classes", table(rest, "More classes")),
    )


def _share(share: float | None) -> str:
    return "no row" if share is None else _percent(share)


def _percent(share: float) -> str:
    return f"{readable(100 * share, 3)}\xa0%"
