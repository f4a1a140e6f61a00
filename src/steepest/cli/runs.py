"""`steepest runs`: what is in the store, the newest first."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from steepest.store import RunRow, Store

__all__ = ["command"]

PIPED_WIDTH = 160


COLUMNS: tuple[str, ...] = ("run", "begun", "target", "status", "steps", "verdict", "score")
DATA_FROM = 130
"""As wide a screen has room for the name of the data, too."""
SPARE = ("begun", "steps", "score")
WIDE = 110


@click.command()
@store_option
@json_option
def command(store: str | None, as_json: bool) -> None:
    """List the saved runs, the newest first.

    A run whose process was killed is listed as interrupted; `steepest show` tells what it
    had done by then. A loop that was watched (`steepest.watch`) is listed with what was
    trained by what.

    \b
    Examples:
      steepest runs
      steepest runs --store other.db --json
    """
    from steepest.store import Store

    kept = Store(store)
    rows = kept.runs()
    if as_json:
        _print_json(str(kept.path), rows)
    elif rows:
        _print_table(kept, rows)
    else:
        click.echo(f"The store {kept.path} holds no runs yet; `steepest fit` adds one.")


def _print_json(path: str, rows: list[RunRow]) -> None:
    import msgspec

    from steepest.saved import summary_of

    runs: list[dict[str, Any]] = []
    for row in rows:
        summary = summary_of(row)
        runs.append(
            {
                **row.to_dict(),
                "source": None if summary is None else summary.source,
                "target": None if summary is None else summary.target,
                "verdict": None if summary is None else summary.verdict,
                "watched": summary is not None and summary.watched,
                "score": None if summary is None else summary.score,
            }
        )
    click.echo(msgspec.json.encode({"store": path, "runs": runs}))  # NaN becomes null


def _print_table(store: Store, rows: list[RunRow]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from steepest.cli.cells import cell

    # where nobody sees the width nor said one, one run is one line
    seen = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    console = Console(width=None if seen else PIPED_WIDTH)
    # on a narrow screen the columns that `show` tells as well are left out, not folded
    names = COLUMNS if console.width >= WIDE else tuple(n for n in COLUMNS if n not in SPARE)
    sources = [_source(row) for row in rows]
    if console.width >= DATA_FROM and _alike(rows, sources):
        names = (*names, "data")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in names:
        side = "right" if name == "steps" else "left"
        table.add_column(name, no_wrap=True, overflow="ellipsis", justify=side)
    for row, source in zip(rows, sources, strict=True):
        words = dict(zip(COLUMNS, _cells(store, row), strict=True)) | {"data": source}
        table.add_row(*(cell(console, words[name]) for name in names))
    console.print(table)


def _source(row: RunRow) -> str:
    from steepest.saved import summary_of

    summary = summary_of(row)
    return "" if summary is None or summary.watched else summary.source


def _alike(rows: list[RunRow], sources: list[str]) -> bool:
    """Whether runs that are named alike are of different data."""
    known = {(row.id.rpartition("-")[0], source) for row, source in zip(rows, sources, strict=True)}
    return len({stem for stem, _ in known}) < len(known)


def _cells(store: Store, row: RunRow) -> tuple[str, ...]:
    from datetime import datetime

    from steepest.readable import readable
    from steepest.saved import summary_of
    from steepest.views.phrases import score_words, spelled

    summary = summary_of(row)
    when = datetime.fromisoformat(row.created).astimezone().strftime("%Y-%m-%d %H:%M")
    target = verdict = score = ""
    if summary is not None:
        target, verdict = summary.words, spelled(summary.verdict or "")
    if not verdict and row.status != "done":
        verdict = _pass_cell(store, row)
    if summary is not None and summary.score is not None:
        score = f"{score_words(summary.score)} {readable(summary.score.value)}"
    steps = "" if row.last_step is None else f"{row.last_step:,}"
    return (row.id, when, target, row.status, steps, verdict, score)


def _pass_cell(store: Store, row: RunRow) -> str:
    """How far a run is whose rows come piece by piece, in place of its verdict; "" of others."""
    from steepest.scaling.told import told_of
    from steepest.views.pass_words import short_pass_words

    told = told_of(store, row.id)
    if told is None:
        return ""
    walk = told.walk
    return short_pass_words(walk.number, (walk.size, walk.of_size))
