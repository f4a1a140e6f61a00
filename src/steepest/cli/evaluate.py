"""`steepest evaluate`: what a saved run's model is worth on a table with known targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.contract import Contract
    from steepest.data.table import Table
    from steepest.data.trained_rows import Seen
    from steepest.evaluation.evaluation import Evaluation
    from steepest.model import Model
    from steepest.run import Request
    from steepest.store import Store
    from steepest.trace import Array

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
    on standard error, as is how many of its rows trained the model, which flatters it.

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
    from steepest.run import Request
    from steepest.saved import load_model, load_needed
    from steepest.store import Store
    from steepest.views.markup import plain

    kept = Store(store)
    run_id = kept.resolve(run)
    table = read_table(data)
    model, contract = load_model(kept, run_id), load_needed(kept, run_id, "contract", Contract)
    check = check_contract(contract, table, target="needed")
    refuse_broken(check)
    request = load_needed(kept, run_id, "request", Request)
    rows = _rows(kept, run_id, table, contract, request)
    evaluation = _evaluated(kept, run_id, model, contract, request, rows)
    notes = (*rows.notes, *unfamiliar(model.representation, table.frame))
    for note in notes:
        click.echo(plain(f"Note: {note}."), err=True)
    for warning in warnings_of(check):
        click.echo(plain(f"Warning: {warning}."), err=True)
    if as_json:
        import msgspec

        told = check_to_dict(check)
        answer = {"run": run_id, "data": table.source, "notes": notes, "contract": told}
        answer |= {"trained_the_model": rows.known}
        answer |= msgspec.to_builtins(evaluation)
        click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
    else:
        _print(evaluation)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The usable rows of DATA with their target, and what of them trained the model."""

    frame: pl.DataFrame
    truth: Array
    source: str
    seen: Seen | None
    same_source: bool

    @property
    def method(self) -> str:
        """Which rows these are, and how many of them the model has seen."""
        from steepest.readable import counted

        rows = f"{counted(self.frame.height, 'row')} of {self.source}"
        if self.seen is None:
            known = ", the table that the model was trained on, which flatters it"
            return rows + (known if self.same_source else "")
        said = self.seen.said()
        return f"{rows}, {said}, which flatters it" if said else rows

    @property
    def known(self) -> dict[str, int] | None:
        """Of how many rows it is known whether they trained the model, and how many did."""
        return None if self.seen is None else {"asked": self.seen.asked, "rows": self.seen.found}

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence where rows trained the model."""
        from steepest.readable import counted

        if self.seen is None or not self.seen.said():
            return ()
        rows = counted(self.seen.rows, "row")
        return (
            f"{self.source} holds {rows}, {self.seen.said()}: the scores flatter it; take rows "
            "that it has not seen",
        )


def _rows(store: Store, run_id: str, table: Table, contract: Contract, request: Request) -> _Rows:
    from steepest.data.table import target_values, usable_rows
    from steepest.data.trained_rows import TrainedRows, seen_rows
    from steepest.saved import load_part

    frame = usable_rows(table, contract, request.missing)
    truth = target_values(frame, contract)
    known = load_part(store, run_id, "trained_rows", TrainedRows)
    seen = None if known is None else seen_rows(known, frame, contract, truth)
    return _Rows(frame, truth, table.source, seen, table.source == contract.source)


def _evaluated(
    store: Store, run_id: str, model: Model, contract: Contract, request: Request, rows: _Rows
) -> Evaluation:
    from steepest.evaluation.evaluate import Settings, evaluate
    from steepest.evaluation.policies.costs import costs_from
    from steepest.evaluation.splits.drawing import drawn_of
    from steepest.evaluation.splits.split import Split
    from steepest.saved import load_baseline, load_needed

    split = load_needed(store, run_id, "split", Split)
    unit = next(column.unit for column in contract.columns if column.role == "target")
    return evaluate(
        model,
        rows.frame,
        rows.truth,
        baseline=load_baseline(store, run_id),
        method=rows.method,
        settings=Settings(costs=costs_from(request.costs), unit=unit, seed=request.seed),
        drawn=drawn_of(split, rows.frame),
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
