"""`steepest diagnose`: what is wrong with anybody's training, told from its log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steepest.diagnosis.finding import Diagnosis
    from steepest.diagnosis.record.record import Context
    from steepest.run import Request
    from steepest.store import Store
    from steepest.trace import Trace

__all__ = ["command"]

FAULT = 1


@dataclass(frozen=True, slots=True)
class Source:
    """What is diagnosed: a log, or a saved run.

    what:     in words: its path, kind and size
    about:    the same for JSON
    file:     its path where it is a file or folder, else None
    request:  of a saved run
    """

    trace: Trace
    context: Context
    what: str
    columns: Mapping[str, str]
    remarks: tuple[str, ...]
    about: Mapping[str, Any]
    file: str | None = None
    request: Request | None = None


@click.command()
@click.argument("log")
@click.option("--classes", type=int, metavar="K", help="How many classes the model tells apart.")
@click.option("--batch", type=int, metavar="N", help="Rows in each mini-batch.")
@click.option("--optimizer", metavar="NAME", help="What walked: sgd, momentum, adam, ...")
@click.option("--epochs", type=int, metavar="N", help="Passes over the data that were intended.")
@click.option(
    "--columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="Columns that are not called by a usual name, as in loss=my_loss,step=it.",
)
@json_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something is wrong, for CI.")
@click.option("--github", is_flag=True, help="Print GitHub workflow commands: annotations.")
@store_option
def command(log: str, **options: Any) -> None:
    """Say what is wrong with a training, show what proves it, and what to change.

    LOG is a CSV file with a step and a loss in each row (Keras' CSVLogger writes one), JSON
    lines, Keras' history or Hugging Face's trainer_state.json, a folder of TensorBoard
    events, or a saved run: its id, or "last". A validation loss, learning rate, gradient
    norm, parameters (w_0, w_1, ...) and gradients (g_0, g_1, ...) are used where they are
    there: the more is logged, the more can be told.

    \b
    Examples:
      steepest diagnose training.csv
      steepest diagnose runs/may-3 --classes 10 --batch 64 --optimizer adam
      steepest diagnose log.jsonl --columns loss=objective_value --json
      steepest diagnose trainer_state.json --exit-code --github
      steepest diagnose last
    """
    if options["as_json"] and options["github"]:
        raise click.UsageError("--json and --github both claim the output; give one of them")
    source = _source(log, options)
    diagnosis = _diagnose(source)
    if options["as_json"]:
        _print_json(source, diagnosis)
    elif options["github"]:
        _print_annotations(source, diagnosis)
    else:
        _print_screen(source, diagnosis)
    if options["exit_code"] and any(found.severity != "info" for found in diagnosis.findings):
        click.get_current_context().exit(FAULT)


def _diagnose(source: Source) -> Diagnosis:
    from steepest.diagnosis.diagnose import diagnose

    return diagnose(source.trace, source.context)


def _source(log: str, options: dict[str, Any]) -> Source:
    """A file or folder of that name, else a saved run."""
    from pathlib import Path

    from steepest.errors import InputError
    from steepest.store import Store

    columns = _columns(options["columns"])
    store = Store(options["store"])
    is_file = "\0" in log or Path(log).exists()
    if not is_file and not store.path.exists() and not Path(log).suffix:
        raise InputError(
            f"there is no file {log}, and no store {store.path} of saved runs; name a log, or the "
            "store with --store"
        )
    if is_file or not store.path.exists():
        return _of_file(log, columns, options)
    try:
        run = store.resolve(log)
    except InputError as error:
        raise InputError(f"there is no file {log}; as a saved run: {error}") from error
    if columns:
        raise InputError(f"--columns is for logs, and {log} is a saved run; leave it out")
    return _of_run(store, run, options)


def _of_file(log: str, columns: dict[str, str], options: dict[str, Any]) -> Source:
    from steepest.diagnosis.record.record import Context
    from steepest.logs.read_log import open_log
    from steepest.readable import counted

    read = open_log(log, columns=columns)
    what = f"{read.source}: {read.kind}, {counted(read.rows, 'row')}"
    remarks = read.remarks
    if read.ignored:
        remarks = (*remarks, f"columns of text were not used: {', '.join(read.ignored[:5])}")
    about = read.to_dict()
    return Source(
        read.trace,
        _context(options, Context(optimizer=read.optimizer)),
        what,
        read.columns,
        remarks,
        about,
        file=read.source,
    )


def _of_run(store: Store, run: str, options: dict[str, Any]) -> Source:
    from steepest.data.contract import Contract
    from steepest.readable import counted
    from steepest.run import Request
    from steepest.saved import context_of, load_part

    trace = store.trace(run)
    request = load_part(store, run, "request", Request)
    contract = load_part(store, run, "contract", Contract)
    known = context_of(trace, request, contract)
    what = f"the run {run} in {store.path}: {counted(len(trace), 'recorded step')}"
    columns = {"loss": "loss"}
    columns |= {} if trace.params is None else {"parameters": "parameters"}
    columns |= {} if trace.gradient is None else {"gradients": "gradients"}
    columns |= {name: name for name in ("learning_rate", *trace.measures) if "/" not in name}
    columns |= {f"{name} of each layer": name for name in _by_layer(trace)}
    about = {"run": run, "store": str(store.path), "rows": len(trace), "columns": columns}
    return Source(trace, _context(options, known), what, columns, (), about, request=request)


def _by_layer(trace: Trace) -> list[str]:
    """The measures that a watched loop has of every layer."""
    return list(dict.fromkeys(name.partition("/")[0] for name in trace.measures if "/" in name))


def _columns(texts: tuple[str, ...]) -> dict[str, str]:
    """ "loss=my_loss,step=it" as a mapping."""
    from steepest.errors import InputError

    found: dict[str, str] = {}
    for pair in (part for text in texts for part in text.split(",")):
        role, equals, column = (word.strip() for word in pair.partition("="))
        if not (role and equals and column):
            raise InputError(
                f"--columns has {pair!r}; expected ROLE=COLUMN with commas between, as in "
                "loss=my_loss,step=it"
            )
        found[role] = column
    return found


def _context(options: dict[str, Any], known: Context) -> Context:
    """What the user says of the training, before what the record says."""
    from steepest.arguments import whole

    asked: dict[str, Any] = {}
    for name, least in (("classes", 2), ("batch", 1), ("epochs", 1)):
        if options[name] is not None:
            asked[name] = whole(f"--{name}", options[name], least)
    if options["optimizer"] is not None:
        asked["optimizer"] = options["optimizer"].strip().lower()
    return replace(known, **asked)


def _print_json(source: Source, diagnosis: Diagnosis) -> None:
    import msgspec

    answer = {**diagnosis.to_dict(), "log": source.about}
    click.echo(msgspec.json.encode(answer).decode())  # NaN and the infinities become null


def _print_annotations(source: Source, diagnosis: Diagnosis) -> None:
    from steepest.views.workflow_commands import workflow_commands

    for line in workflow_commands(diagnosis, source.file):
        click.echo(line)


def _print_screen(source: Source, diagnosis: Diagnosis) -> None:
    from rich.console import Console

    from steepest.views.diagnosis import show_verdict
    from steepest.views.log_view import show_losses, show_reading

    console = Console()
    show_reading(source.what, source.columns, source.remarks, source.trace, console)
    show_losses(source.trace, console)
    console.print()
    show_verdict(diagnosis, console, request=source.request)
