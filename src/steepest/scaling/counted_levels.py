"""The levels of text and the classes of a target, counted over all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steepest.data.contract import Column, Contract, Remark
from steepest.data.left_out import too_many_levels
from steepest.data.reading import MISSING_LEVEL
from steepest.data.representation import Representation, TextColumn
from steepest.data.target import MOST_CLASSES, class_of, read_classes
from steepest.errors import InputError
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.levels import Levels, LevelsSeen

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "DOES_NOT_VARY",
    "CountedLevels",
    "count_levels",
    "counted_columns",
    "twins_in",
    "with_levels",
]

MANY = 1_000
DOES_NOT_VARY = ("constant", "no value in any row")
_SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class CountedLevels:
    """What `Levels` found for these columns, in turn."""

    names: tuple[str, ...]
    seen: LevelsSeen
    most: int

    def of(self, name: str) -> dict[str, int] | None:
        """Level -> rows over all rows with a target; None where there are too many."""
        return self.seen.counts[self.names.index(name)]

    def into(self, representation: Representation) -> Representation:
        """With the levels that the training rows have; the most frequent is the reference."""
        texts = tuple(self._levelled(text) for text in representation.texts)
        learned = replace(representation, texts=texts)
        width = len(learned.names)
        return replace(learned, centre=(0.0,) * width, spread=(1.0,) * width)

    def _levelled(self, text: TextColumn) -> TextColumn:
        counts = self.seen.trained[self.names.index(text.name)]
        if not counts:
            return text
        first, *others = sorted(counts, key=lambda level: (-counts[level], level))
        return TextColumn(text.name, first, tuple(sorted(others)))


def counted_columns(contract: Contract) -> tuple[str, ...]:
    """The columns whose levels all rows have to tell.

    The target of classes, text features, and text that was left out because it does not vary.
    """
    alike = twins_in(contract)
    return tuple(
        column.name
        for column in contract.columns
        if (column.role == "target" and contract.classes)
        or (column.kind == "text" and column.role == "feature")
        or (column.kind == "text" and (column.reason in DOES_NOT_VARY or column.name in alike))
    )


def twins_in(contract: Contract) -> dict[str, str]:
    """Column that was left out because it equals an earlier one -> the earlier one."""
    return {
        remark.columns[0]: remark.columns[1]
        for remark in contract.remarks
        if remark.code == "duplicated"
    }


def count_levels(ask: Ask, layout: Layout, names: Sequence[str], max_levels: int) -> CountedLevels:
    """Count them over all rows; nothing but these columns is read."""
    most = max(MANY, max_levels + 1)
    found = ask(Levels(tuple(names), most), "counting the levels of text")
    return CountedLevels(tuple(names), found, most)


def with_levels(
    contract: Contract, found: CountedLevels, loss: str, max_levels: int, target: pl.Series
) -> Contract | None:
    """The contract with what is known of them now; None for a target that is a number after all.

    loss: as it was asked for; target: some rows of it. Raises InputError where the classes of
    all rows do not fit the loss.
    """
    classes = contract.classes
    if contract.target in found.names:
        classes = _classes(contract, found, loss, target)
        if not classes:
            return None
    alike = twins_in(contract)
    columns: list[Column] = []
    said: list[Remark] = []
    for column in contract.columns:
        now = _counted(column, found, classes, alike.get(column.name))
        verdict = None
        if now.role == "feature" and now.name in found.names:
            verdict = too_many_levels(now, max_levels)
        if verdict is not None:
            unknown, capped = f"{found.most + 1:,} levels", f"more than {found.most:,} levels"
            now = replace(now, role="left_out", reason=verdict.reason.replace(unknown, capped))
            sentence = verdict.remark.sentence.replace(unknown, capped)
            said.append(replace(verdict.remark, sentence=sentence))
        columns.append(now)
    remarks = (*contract.remarks, *said)
    return replace(contract, columns=tuple(columns), classes=classes, remarks=remarks)


def _counted(
    column: Column, found: CountedLevels, classes: Sequence[str], twin: str | None
) -> Column:
    if column.name not in found.names:
        return column
    counts = found.of(column.name)
    if column.role == "target":
        rows = {class_of(_value(level, column)): n for level, n in (counts or {}).items()}
        pairs = sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))
        return replace(column, levels=tuple(pairs), distinct=len(classes), looked_at=0)
    if counts is None:
        return replace(column, role="feature", reason="", distinct=found.most + 1)
    given = {level: n for level, n in counts.items() if level != MISSING_LEVEL}
    most = sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
    missing = found.seen.rows - sum(given.values())
    now = replace(column, levels=tuple(most), distinct=len(given), missing=missing, looked_at=0)
    varies = len(given) > 1 or (len(given) == 1 and missing > 0)
    another = twin is not None and twin in found.names and found.of(twin) != counts
    if column.role == "left_out" and (another or (twin is None and varies)):
        return replace(now, role="feature", reason="")
    return now


def _classes(
    contract: Contract, found: CountedLevels, loss: str, target: pl.Series
) -> tuple[str, ...]:
    """The classes of all rows, as `read_classes` finds them in a table in memory."""
    import polars as pl

    counts = found.of(contract.target)
    column = next(c for c in contract.columns if c.name == contract.target)
    if counts is None:
        if column.kind == "number" and loss == "auto":
            return ()
        raise InputError(
            f'{contract.source}: the target "{contract.target}" has more than {found.most:,} '
            "different values; classes are learned from rows that share them, so group the rare "
            f"ones, or predict a number (at most {MOST_CLASSES} classes can be told apart)"
        )
    values = [v for level, n in counts.items() for v in [_value(level, column)] * min(n, 2)]
    kind = {"number": pl.Float64, "truth": pl.Boolean}.get(column.kind, pl.String)
    return read_classes(pl.Series(target.name, values, dtype=kind()), loss, contract.source)


def _value(level: str, column: Column) -> float | bool | str:
    """A level that was counted as text, as what it was."""
    if column.kind == "number":
        return float(level)
    return level == "true" if column.kind == "truth" else level
