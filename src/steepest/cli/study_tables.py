"""A study in the terminal: what to make of it, then the tables, and the curves where asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from steepest.cli.cells import cell
from steepest.evaluation.studies.study import ColumnWorth, CurvePoint, Peer, Study
from steepest.readable import listed, readable
from steepest.views.phrases import score_words
from steepest.views.terminal_plot import draw

__all__ = ["show_study"]

_PLOT_WIDTH, _PLOT_HEIGHT = 64, 10
_OFF = 1.0  # a score of R² below minus this is off the picture
_NAME = 26
_NAMED = 3
_PIECES = re.compile(r"[^_\s.\-]*[_\s.\-]+|[A-Z]?[^A-Z_\s.\-]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class _Layer:
    x: Sequence[float]
    y: Sequence[float]
    mark: str
    label: str


def show_study(study: Study, console: Console, *, plots: bool = False) -> None:
    """Print what the study says, then its tables; plots: the curves as pictures too."""
    words = score_words(study.score)
    value = "" if study.value is None else f"; of the model itself {readable(study.value)}"
    _say(console, f"Studied on {study.method}, by {words} ({study.better} is better){value}.")
    for sentence in _sentences(study, words):
        _say(console, sentence)
    if study.columns:
        _columns(study, words, console)
    if study.peers:
        _peers(study, words, console)
    for points, title, name, log in _curves(study, words):
        _curve(console, points, title, name)
        if plots:
            _picture(console, points, name, log=log)


def _say(console: Console, words: str) -> None:
    """A sentence, and a blank line after it."""
    console.print(cell(console, words))
    console.print()


def _sentences(study: Study, words: str) -> Iterator[str]:
    """All that is said, in the order of the tables."""
    if study.columns:
        yield from _columns_said(study.columns, words)
    if study.columns_method:
        yield study.columns_method
    yield from study.sentences
    if study.learning_curve is not None:
        yield study.learning_curve.sentence
    for curve in study.validation_curves:
        yield curve.sentence


def _columns_said(columns: Sequence[ColumnWorth], words: str) -> Iterator[str]:
    """The columns by what is to be made of them, and the ones that harm most."""
    named = {
        verdict: [worth for worth in columns if worth.verdict == verdict]
        for verdict in ("buys", "harms", "little", "unsure")
    }
    if len(named["unsure"]) == len(columns):
        yield f"Of no column these rows show what it buys of {words}."
        return
    for verdict, said in (
        ("buys", f"Shown to buy {words}, the most useful first: {{}}."),
        ("little", "Candidates to drop, one at a time (they buy next to nothing at most): {}."),
        ("unsure", "Of these the rows cannot tell: {}."),
    ):
        if named[verdict]:
            yield said.format(listed([worth.column for worth in named[verdict]]))
    for worth in reversed(named["harms"][-_NAMED:]):
        yield f"{worth.column}: {worth.sentence}."


def _columns(study: Study, words: str, console: Console) -> None:
    missing = any(worth.missing for worth in study.columns)
    levels = any(worth.levels for worth in study.columns)
    heads = ["buys", "95 % interval", "missing", "drift", *(["levels"] if levels else [])]
    rows = [(worth.column, *_worth(worth, levels=levels)) for worth in study.columns]
    console.print(_table(console, "column", heads, rows))
    said = f"buys: by how much {words} is worse without it."
    said += " missing: rows without a value." if missing else ""
    _say(
        console,
        f"{said} drift: population stability index between the first and the last half of the "
        "rows; above 0.25 is a large shift.",
    )


def _worth(worth: ColumnWorth, *, levels: bool) -> tuple[str, ...]:
    return (
        readable(worth.gain, digits=3),
        _interval(worth.low, worth.high),
        f"{readable(100 * worth.missing, digits=2)} %",
        "" if worth.drift is None else f"{worth.drift:.2f}",
        *((f"{worth.levels:,}" if worth.levels else "",) if levels else ()),
    )


def _peers(study: Study, words: str, console: Console) -> None:
    heads = (words, "ours minus it", "95 % interval", "seconds")
    rows: list[tuple[str, ...]] = []
    if study.value is not None:
        seconds = "" if study.seconds is None else f"{study.seconds:.2f}"
        rows.append(("this model", readable(study.value), "", "", seconds))
    rows += [(peer.name, *_peer(peer)) for peer in study.peers]
    console.print(_table(console, "on the same rows", heads, rows))


def _peer(peer: Peer) -> tuple[str, ...]:
    return (
        readable(peer.value),
        readable(peer.difference, digits=3),
        _interval(peer.difference_low, peer.difference_high),
        f"{peer.seconds:.2f}",
    )


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{readable(low, digits=3)} to {readable(high, digits=3)}"


def _table(
    console: Console, first: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> Table:
    """Numbers to the right of names, which are broken between words where they are long."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for name, *numbers in rows:
        table.add_row(_broken(cell(console, name)), *(cell(console, word) for word in numbers))
    return table


def _broken(name: Text, width: int = _NAME) -> Text:
    """The name in lines of at most so many characters, broken between its words where it can be.

    >>> _broken(Text("HistGradientBoostingRegressor"), 22).plain.split("\\n")
    ['HistGradientBoosting', 'Regressor']
    """
    lines = [""]
    for piece in _PIECES.findall(name.plain) or [name.plain]:
        for start in range(0, len(piece), width):
            part = piece[start : start + width]
            if lines[-1] and len(lines[-1]) + len(part) > width:
                lines.append("")
            lines[-1] += part
    return Text("\n".join(lines))


Curve = tuple[Sequence[CurvePoint], str, str, bool]


def _curves(study: Study, words: str) -> Iterator[Curve]:
    """(points, title, name of the setting, whether it spreads over powers of ten) of each."""
    if study.learning_curve is not None:
        points = study.learning_curve.points
        yield points, f"{words} by rows that train", "rows that train", True
    for curve in study.validation_curves:
        penalty = curve.over == "l2"
        yield curve.points, f"{words} by {'penalty' if penalty else 'degree'}", curve.over, penalty


def _curve(console: Console, points: Sequence[CurvePoint], title: str, name: str) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for head in (name, "trains", "held out", "95 % interval"):
        table.add_column(head, justify="right")
    for point in points:
        told = (point.at, point.train, point.held_out)
        interval = _interval(point.low, point.high)
        table.add_row(*(cell(console, word) for word in (*map(readable, told), interval)))
    console.print(table)


def _picture(console: Console, points: Sequence[CurvePoint], name: str, *, log: bool) -> None:
    """The two curves; a penalty of zero has no logarithm, and is in the table only."""
    drawn = [point for point in points if not log or point.at > 0]
    if len(drawn) < 3 or not all(isfinite(p.train) and isfinite(p.held_out) for p in drawn):
        return
    x = [point.at for point in drawn]
    train = [point.train for point in drawn]
    others = [point.held_out for point in drawn]
    low = max(min(train + others), min(train) - _OFF * (max(train) - min(train) + 1.0))
    high = min(max(train + others), max(train) + _OFF * (max(train) - min(train) + 1.0))
    picture = draw(
        (
            _Layer(x, train, "dashes", "rows that train"),
            _Layer(x, others, "line", "rows that do not"),
        ),
        width=_PLOT_WIDTH,
        height=_PLOT_HEIGHT,
        x_label=name,
        y_range=(low, high) if high > low else None,
        log_x=log,
        ascii_only=not console.encoding.lower().startswith("utf"),
    )
    console.print(picture)
    console.print()
