"""`steepest evaluate`: what a saved run's model is worth on a table with known targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import engine_options, json_option, store_option

if TYPE_CHECKING:
    from steepest.data.breach import ContractCheck
    from steepest.data.contract import Contract
    from steepest.data.sources.source import Source
    from steepest.data.trained_rows import Seen
    from steepest.evaluation.evaluation import Evaluation
    from steepest.run import Request
    from steepest.scaling.evaluating import Finished
    from steepest.store import Store

__all__ = ["command"]


@click.command()
@click.argument("run")
@click.argument("data")
@store_option
@engine_options
@json_option
def command(run: str, data: str, store: str | None, as_json: bool, **walk: Any) -> None:
    """Score the model of RUN on DATA, a table that holds the target too.

    The scores come with their 95 % intervals and beside those of a baseline that always
    predicts what the training rows were on average. DATA is held against the contract of RUN
    first (see `steepest contract check`): a broken one is refused, and what has drifted is said
    on standard error, as is how many of its rows trained the model, which flatters it.

    Rows that do not fit into memory come piece by piece: the scores are over all of them, and
    what needs rows beside each other is of 20,000 drawn at random, which is said.

    \b
    Examples:
      steepest evaluate last houses-of-next-year.csv
      steepest evaluate houses-1 houses-of-next-year.csv --json
    """
    from steepest.cli.contract_text import check_to_dict, warnings_of
    from steepest.data.contract import Contract
    from steepest.run import Request
    from steepest.saved import load_needed
    from steepest.scaling.choice import pieces_of
    from steepest.scaling.later_rows import later_request
    from steepest.store import Store
    from steepest.views.markup import plain

    kept = Store(store)
    run_id = kept.resolve(run)
    before = load_needed(kept, run_id, "request", Request)
    request = later_request(walk, before, before.target)
    source = pieces_of(data, request)
    needed = load_needed(kept, run_id, "contract", Contract)
    if source is None:
        found = _in_memory(kept, run_id, needed, request, data)
    else:
        found = _by_pieces(kept, run_id, needed, request, source)
    for note in found.notes:
        click.echo(plain(f"Note: {note}."), err=True)
    for warning in warnings_of(found.check):
        click.echo(plain(f"Warning: {warning}."), err=True)
    if as_json:
        import msgspec

        told = check_to_dict(found.check)
        answer = {"run": run_id, "data": found.source, "notes": found.notes, "contract": told}
        answer |= {"trained_the_model": found.known, "engine": found.engine}
        answer |= msgspec.to_builtins(found.evaluation)
        click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
    else:
        _print(found.evaluation)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What came of it.

    seen:    what of the rows trained the model; None where that is not known
    engine:  who walked over the rows; "memory" where they were all there at once
    """

    source: str
    evaluation: Evaluation
    check: ContractCheck
    notes: tuple[str, ...]
    seen: Seen | None
    engine: str

    @property
    def known(self) -> dict[str, int] | None:
        """Of how many rows it is known whether they trained the model, and how many did."""
        return None if self.seen is None else {"asked": self.seen.asked, "rows": self.seen.found}


def _in_memory(
    store: Store, run_id: str, contract: Contract, request: Request, data: str
) -> _Found:
    from steepest.data.check_contract import check_contract, refuse_broken
    from steepest.data.table import read_table, target_values, usable_rows
    from steepest.data.trained_rows import seen_rows
    from steepest.data.unfamiliar import filled_by, unfamiliar
    from steepest.evaluation.evaluate import Settings, evaluate
    from steepest.evaluation.later_words import later_method, later_notes
    from steepest.evaluation.policies.costs import costs_from
    from steepest.evaluation.splits.drawing import drawn_of

    table = read_table(data)
    check = check_contract(contract, table, target="needed")
    refuse_broken(check)
    run = _finished(store, run_id, contract, request)
    frame = usable_rows(table, contract, request.missing)
    truth = target_values(frame, contract)
    seen = None if run.known is None else seen_rows(run.known, frame, contract, truth)
    unit = next(column.unit for column in contract.columns if column.role == "target")
    evaluation = evaluate(
        run.model,
        frame,
        truth,
        baseline=run.baseline,
        method=later_method(
            frame.height, table.source, seen, same_source=table.source == contract.source
        ),
        settings=Settings(costs=costs_from(request.costs), unit=unit, seed=request.seed),
        drawn=drawn_of(run.split, frame),
    )
    filled = filled_by(run.contract)
    said = (
        *later_notes(table.source, seen),
        *unfamiliar(run.model.representation, table.frame, filled=filled),
    )
    return _Found(table.source, evaluation, check, said, seen, "memory")


def _by_pieces(
    store: Store, run_id: str, contract: Contract, request: Request, source: Source
) -> _Found:
    from steepest.cli.walking import WalkProgress
    from steepest.data.check_contract import refuse_broken
    from steepest.passes.asking import Ask
    from steepest.scaling.checking import check_by_pieces
    from steepest.scaling.engines import begin_engine
    from steepest.scaling.evaluating import evaluate_by_pieces
    from steepest.scaling.later_rows import later_layout

    run = _finished(store, run_id, contract, request)
    layout = later_layout(contract, request, run.model.representation)
    with WalkProgress() as tell, begin_engine(source, layout, request) as engine:
        ask = Ask(engine, None, tell)
        held = check_by_pieces(ask, contract, target="needed")
        refuse_broken(held.check)
        found = evaluate_by_pieces(ask, run, held.pieces)
        name = engine.name
    return _Found(source.text, found.evaluation, held.check, found.notes, found.seen, name)


def _finished(store: Store, run_id: str, contract: Contract, request: Request) -> Finished:
    from steepest.data.trained_rows import TrainedRows
    from steepest.evaluation.splits.split import Split
    from steepest.saved import load_baseline, load_model, load_needed, load_part
    from steepest.scaling.evaluating import Finished

    return Finished(
        load_model(store, run_id),
        contract,
        request,
        load_needed(store, run_id, "split", Split),
        load_baseline(store, run_id),
        load_part(store, run_id, "trained_rows", TrainedRows),
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
