"""`steepest evaluate`: what a saved run's model is worth on a table with known targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from steepest.data.table import Table
    from steepest.evaluation.evaluation import Evaluation
    from steepest.store import Store

__all__ = ["command"]


@click.command()
@click.argument("run")
@click.argument("data")
@store_option
@json_option
def command(run: str, data: str, store: str | None, as_json: bool) -> None:
    """Score the model of RUN on DATA, a table that holds the target too.

    The scores come with their 95 % intervals and beside those of a baseline that always
    predicts what the training rows were on average.

    \b
    Examples:
      steepest evaluate last houses-of-next-year.csv
      steepest evaluate houses-1 houses-of-next-year.csv --json
    """
    from steepest.data.table import read_table
    from steepest.data.unfamiliar import unfamiliar
    from steepest.saved import load_model
    from steepest.store import Store
    from steepest.views.markup import plain

    kept = Store(store)
    run_id = kept.resolve(run)
    table = read_table(data)
    evaluation = _evaluated(kept, run_id, table)
    notes = unfamiliar(load_model(kept, run_id).representation, table.frame)
    for note in notes:
        click.echo(plain(f"Note: {note}."), err=True)
    if as_json:
        import msgspec

        answer = {"run": run_id, "data": table.source, "notes": notes}
        answer |= msgspec.to_builtins(evaluation)
        click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
    else:
        _print(evaluation)


def _evaluated(store: Store, run_id: str, table: Table) -> Evaluation:
    from steepest.data.contract import Contract
    from steepest.data.table import target_values, usable_rows
    from steepest.evaluation.evaluate import evaluate
    from steepest.run import Request
    from steepest.saved import load_baseline, load_model, load_needed

    model = load_model(store, run_id)
    contract = load_needed(store, run_id, "contract", Contract)
    request = load_needed(store, run_id, "request", Request)
    frame = usable_rows(table, contract, request.missing)
    method = f"{frame.height:,} rows of {table.source}"
    if table.source == contract.source:
        method += ", the table that the model was trained on, which flatters it"
    return evaluate(
        model,
        frame,
        target_values(frame, contract),
        baseline=load_baseline(store, run_id),
        method=method,
    )


def _print(evaluation: Evaluation) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from steepest.cli.cells import cell, interval_text
    from steepest.readable import readable
    from steepest.views.phrases import score_words

    console = Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("score")
    for name in ("value", "95 % interval", "baseline"):
        table.add_column(name, justify="right")
    for score in evaluation.scores:
        value, baseline = readable(score.value), readable(score.baseline)
        words = (score_words(score), value, interval_text(score), baseline)
        table.add_row(*(cell(console, word) for word in words))
    console.print(cell(console, f"Evaluated on {evaluation.method}."))
    console.print(cell(console, f"The baseline {evaluation.baseline}."))
    console.print(table)
    for sentence in evaluation.sentences:
        console.print(cell(console, sentence))
