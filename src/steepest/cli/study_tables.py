"""A study in the terminal: tables, small curves, and what to make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from steepest.cli.cells import cell
from steepest.evaluation.studies.study import ColumnWorth, CurvePoint, Study, ValidationCurve
from steepest.readable import listed, readable
from steepest.views.terminal_plot import draw

__all__ = ["show_study"]

_WIDTH, _HEIGHT = 64, 10
_WIDE = 120
_SHOWN = 1.0  # a score of r2 below minus this is off the picture


@dataclass(frozen=True, slots=True)
class _Layer:
    x: Sequence[float]
    y: Sequence[float]
    mark: str
    label: str


def show_study(study: Study, console: Console) -> None:
    """Print all that the study holds."""
    words = study.score.replace("_", " ")
    value = "" if study.value is None else f"; of the model itself {readable(study.value)}"
    console.print(cell(console, f"Studied on {study.method}, by {words}{value}."))
    if study.columns:
        _columns(study, words, console)
    elif study.columns_method:
        console.print(cell(console, study.columns_method))
    if study.peers:
        _peers(study, words, console)
    for sentence in study.sentences:
        console.print(cell(console, sentence))
    if study.learning_curve is not None:
        curve = study.learning_curve
        _curve(console, curve.points, f"{words} by rows that train", "rows that train", log=True)
        console.print(cell(console, curve.sentence))
    for curve in study.validation_curves:
        _validation(curve, words, console)


def _columns(study: Study, words: str, console: Console) -> None:
    wide = console.width >= _WIDE
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("column", overflow="fold")
    for head in ("buys", "95 % interval", "missing", "drift", "levels"):
        table.add_column(head, justify="right", no_wrap=True)
    if wide:
        table.add_column("what to make of it", overflow="fold")
    for worth in study.columns:
        row = _worth(worth) if wide else _worth(worth)[:-1]
        table.add_row(*(cell(console, word) for word in row))
    console.print(table)
    dropped = [worth.column for worth in study.columns if "drop" in worth.sentence]
    if dropped and not wide:
        console.print(cell(console, f"Candidates to drop: {listed(dropped)}."))
    said = f"What it buys is by how much {words} is worse without it. {study.columns_method}"
    console.print(cell(console, said))


def _worth(worth: ColumnWorth) -> tuple[str, ...]:
    return (
        worth.column,
        readable(worth.gain, digits=3),
        _interval(worth.low, worth.high),
        f"{readable(100 * worth.missing, digits=2)} %" if worth.missing else "",
        "" if worth.drift is None else f"{worth.drift:.2f}",
        f"{worth.levels:,}" if worth.levels else "",
        worth.sentence,
    )


def _peers(study: Study, words: str, console: Console) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("on the same rows", overflow="fold")
    for head in (words, "ours minus it", "95 % interval", "seconds"):
        table.add_column(head, justify="right", no_wrap=True)
    for peer in study.peers:
        told = (
            peer.name,
            readable(peer.value),
            readable(peer.difference, digits=3),
            _interval(peer.difference_low, peer.difference_high),
            f"{peer.seconds:.2f}",
        )
        table.add_row(*(cell(console, word) for word in told))
    console.print(table)


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{readable(low, digits=3)} to {readable(high, digits=3)}"


def _validation(curve: ValidationCurve, words: str, console: Console) -> None:
    penalty = curve.over == "l2"
    title = f"{words} by {'penalty' if penalty else 'degree'}"
    _curve(console, curve.points, title, curve.over, log=penalty)
    console.print(cell(console, curve.sentence))


def _curve(
    console: Console, points: Sequence[CurvePoint], title: str, name: str, *, log: bool
) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for head in (name, "trains", "held out", "95 % interval"):
        table.add_column(head, justify="right")
    for point in points:
        table.add_row(
            *(
                cell(console, word)
                for word in (
                    readable(point.at),
                    readable(point.train),
                    readable(point.held_out),
                    _interval(point.low, point.high),
                )
            )
        )
    console.print(table)
    _picture(console, points, name, log=log)


def _picture(console: Console, points: Sequence[CurvePoint], name: str, *, log: bool) -> None:
    """The two curves; a penalty of zero has no logarithm, and is in the table only."""
    drawn = [point for point in points if not log or point.at > 0]
    if len(drawn) < 3 or not all(isfinite(p.train) and isfinite(p.held_out) for p in drawn):
        return
    x = [log10(point.at) if log else point.at for point in drawn]
    train = [point.train for point in drawn]
    others = [point.held_out for point in drawn]
    low = max(min(train + others), min(train) - _SHOWN * (max(train) - min(train) + 1.0))
    high = min(max(train + others), max(train) + _SHOWN * (max(train) - min(train) + 1.0))
    layers = (
        _Layer(x, train, "dashes", "rows that train"),
        _Layer(x, others, "line", "rows that do not"),
    )
    picture = draw(
        layers,
        width=_WIDTH,
        height=_HEIGHT,
        x_label=f"log10 of {name}" if log else name,
        y_range=(low, high) if high > low else None,
        ascii_only=not console.encoding.lower().startswith("utf"),
    )
    console.print(picture)
