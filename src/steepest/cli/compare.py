"""`steepest compare`: saved runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steepest.comparison import Comparison

__all__ = ["command"]

MOST_COEFFICIENTS = 40


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN [RUN]...")
@click.option(
    "--data",
    metavar="DATA",
    help="A table that no run has seen, whose rows judge, but for those that are known to have "
    "trained one; or their own, where it has moved.",
)
@store_option
@json_option
def command(runs: tuple[str, ...], data: str | None, store: str | None, as_json: bool) -> None:
    """Put saved runs side by side, and test which is better.

    Shows what was asked differently, the verdicts, the steps, the scores with their 95 %
    intervals, the coefficients, and whether the scores were measured on the same rows. On the
    rows that two runs both held out, or on those of DATA, a paired test says which of them is
    better and by how much, or that the rows cannot tell.

    \b
    Examples:
      steepest compare houses-1 houses-2
      steepest compare houses-1 houses-2 --data houses-of-next-year.csv
      steepest compare houses-1 houses-2 last --json
    """
    from steepest.comparison import compare_runs
    from steepest.saved import load_run
    from steepest.store import Store

    kept = Store(store)
    comparison = compare_runs([load_run(kept, run) for run in runs], data)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(comparison))  # NaN and the infinities become null
    else:
        _print_table(comparison)


def _print_table(comparison: Comparison) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from steepest.cli.cells import cell

    console = Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("", overflow="fold")
    for run in comparison.runs:
        table.add_column(cell(console, run), justify="right", overflow="fold")
    for part in (_asked, _came, _scores, _coefficients):
        for name, *cells in part(comparison):
            table.add_row(*(cell(console, words) for words in (name, *cells)))
        table.add_section()
    console.print(table)
    more = len(comparison.coefficients) - MOST_COEFFICIENTS
    if more > 0:
        console.print(cell(console, f"and {more:,} coefficients more; --json prints them all"))
    console.print(cell(console, comparison.rows))
    for test in comparison.paired:
        console.print(cell(console, test.sentence))
    for sentence in comparison.unpaired:
        console.print(cell(console, sentence))


def _asked(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    if not comparison.asked:
        yield ("asked", *("the same" for _ in comparison.runs))
    for name, values in comparison.asked.items():
        words = map(_memory if name == "memory" else _choice, values)
        yield (f"asked: {name.replace('_', ' ')}", *words)


def _came(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    from steepest.readable import readable
    from steepest.views.phrases import spelled

    yield ("verdict", *map(spelled, comparison.verdicts))
    yield ("stopped", *map(spelled, comparison.stops))
    yield ("steps", *(f"{step:,}" for step in comparison.steps))
    yield ("loss", *(readable(loss) for loss in comparison.losses))


def _scores(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    from steepest.cli.cells import score_text
    from steepest.views.phrases import score_words

    for scores in comparison.scores.values():
        any_score = next(score for score in scores if score is not None)
        yield (score_words(any_score), *map(score_text, scores))


def _coefficients(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    yield ("intercept", *map(_number, comparison.intercepts))
    shown = list(comparison.coefficients.items())[:MOST_COEFFICIENTS]
    for name, values in shown:
        yield (name, *map(_number, values))


def _number(value: float | None) -> str:
    from steepest.readable import readable

    return "-" if value is None else readable(value)


def _memory(value: Any) -> str:
    from steepest.readable import size_text

    return size_text(value) if value else "default"


def _choice(value: Any) -> str:
    if value is None:
        return "default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, cast("tuple[Any, ...]", value)))
    return _number(value) if isinstance(value, (int, float)) else str(value)
