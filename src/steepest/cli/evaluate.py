"""`steepest evaluate`: what a saved run's model is worth on a table with known targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from steepest.data.contract import Contract
    from steepest.data.table import Table
    from steepest.evaluation.evaluation import Evaluation
    from steepest.model import Model
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
    predicts what the training rows were on average. DATA is held against the contract of RUN
    first (see `steepest contract check`): a broken one is refused, and what has drifted is said
    on standard error.

    \b
    Examples:
      steepest evaluate last houses-of-next-year.csv
      steepest evaluate houses-1 houses-of-next-year.csv --json
    """
    from steepest.cli.contract_text import check_to_dict, warnings_of
    from steepest.data.check_contract import check_contract, refuse_broken
    from steepest.data.contract import Contract
    from steepest.data.table import read_table
    from steepest.data.unfamiliar import unfamiliar
    from steepest.saved import load_model, load_needed
    from steepest.store import Store
    from steepest.views.markup import plain

    kept = Store(store)
    run_id = kept.resolve(run)
    table = read_table(data)
    model, contract = load_model(kept, run_id), load_needed(kept, run_id, "contract", Contract)
    check = check_contract(contract, table, target="needed")
    refuse_broken(check)
    evaluation = _evaluated(kept, run_id, table, model, contract)
    notes = unfamiliar(model.representation, table.frame)
    for note in (*notes, *warnings_of(check)):
        click.echo(plain(f"Note: {note}."), err=True)
    if as_json:
        import msgspec

        told = check_to_dict(check)
        answer = {"run": run_id, "data": table.source, "notes": notes, "contract": told}
        answer |= msgspec.to_builtins(evaluation)
        click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
    else:
        _print(evaluation)


def _evaluated(
    store: Store, run_id: str, table: Table, model: Model, contract: Contract
) -> Evaluation:
    from steepest.data.table import target_values, usable_rows
    from steepest.evaluation.evaluate import Settings, evaluate
    from steepest.evaluation.policies.costs import costs_from
    from steepest.run import Request
    from steepest.saved import load_baseline, load_needed

    request = load_needed(store, run_id, "request", Request)
    frame = usable_rows(table, contract, request.missing)
    method = f"{frame.height:,} rows of {table.source}"
    if table.source == contract.source:
        method += ", the table that the model was trained on, which flatters it"
    unit = next(column.unit for column in contract.columns if column.role == "target")
    return evaluate(
        model,
        frame,
        target_values(frame, contract),
        baseline=load_baseline(store, run_id),
        method=method,
        settings=Settings(costs=costs_from(request.costs), unit=unit, seed=request.seed),
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
