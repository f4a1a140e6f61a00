"""`steepest show`: a saved run, as `fit` told it; or as far as a killed one came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from steepest.diagnosis.finding import Diagnosis
    from steepest.saved import Summary
    from steepest.store import RunRow, Store
    from steepest.trace import Trace

__all__ = ["command"]


@click.command()
@click.argument("run")
@store_option
@click.option(
    "--report", metavar="FILE", help="Also write the report of the run: HTML, or FILE.md Markdown."
)
@click.option("--markdown", is_flag=True, help="Print the report of the run as Markdown, instead.")
@click.option("--out", metavar="FILE", help="With --markdown: write it to FILE.")
@json_option
def command(
    run: str,
    store: str | None,
    report: str | None,
    markdown: bool,
    out: str | None,
    as_json: bool,
) -> None:
    """Show a saved RUN: its id, or "last".

    Of a run that was killed, or that still goes on, it shows the steps on disk and what the
    diagnosis says of them; where its rows come piece by piece, how far the pass over them is,
    by whom, and how to go on with it. Of a loop that was watched it shows what was trained by
    what, what was found, and each layer in numbers.

    \b
    Examples:
      steepest show last
      steepest show houses-1 --report houses.html
      steepest show houses-1 --markdown --out houses.md
      steepest show houses-1 --json
    """
    from steepest.store import Store

    _refuse_together(markdown=markdown, out=out, report=report, as_json=as_json)
    kept = Store(store)
    for place in (report, out):
        if place is not None:
            from pathlib import Path

            from steepest.cli.fitting import refuse_report_place

            refuse_report_place(Path(place), kept)
    row = kept.row(run)
    watched = _watched(row)
    if watched is not None:
        _refuse_report(row, watched, "--markdown" if markdown else report and "--report")
        _show_watched(kept, row, watched, as_json)
    elif markdown:
        _show_markdown(kept, row.id, out)
    elif report is None and kept.document(row.id, "model") is None:
        _show_part(kept, row, as_json)
    else:
        _show_whole(kept, row.id, report, as_json)


def _watched(row: RunRow) -> Summary | None:
    """What a list of runs says of a watched loop; None for any other run."""
    from steepest.saved import summary_of

    summary = summary_of(row)
    return summary if summary is not None and summary.watched else None


def _refuse_report(row: RunRow, watched: Summary, asked: str | None) -> None:
    from steepest.errors import InputError

    if asked:
        raise InputError(
            f"{asked} writes the report of a model, and the run {row.id} is a watched loop "
            f"({watched.words}), of which the store has none; `steepest show {row.id}` tells what "
            f"was found, `steepest lab {row.id} --export FILE.html` keeps its page"
        )


def _show_watched(store: Store, row: RunRow, watched: Summary, as_json: bool) -> None:
    from steepest.diagnosis.diagnose import diagnose
    from steepest.saved import context_of
    from steepest.views.layers import layer_rows

    trace = store.trace(row.id) if row.recorded else None
    diagnosis = None if trace is None else diagnose(trace, context_of(trace, None, None))
    if as_json:
        layers = [] if trace is None else [layer.to_dict() for layer in layer_rows(trace)]
        about = {"source": watched.source, "target": watched.target, "watched": True}
        _print_part_json(row, trace, diagnosis, about | {"layers": layers})
        return
    if trace is None or diagnosis is None:
        _tell_part(store, row, None)
        return
    from rich.console import Console

    from steepest.views.watched_view import show_layers, show_watched

    console = Console()
    ended = "" if row.status == "running" else f"{row.status}: {row.message}"
    show_watched(watched.words, ended, trace, diagnosis, console)
    named = {layer for finding in diagnosis.findings for layer in finding.layers}
    show_layers(layer_rows(trace), named, console)


def _refuse_together(*, markdown: bool, out: str | None, report: str | None, as_json: bool) -> None:
    from steepest.errors import InputError

    if out is not None and not markdown:
        raise InputError("--out says where --markdown goes; give both, or --report FILE")
    if markdown and (report is not None or as_json):
        other = "--json" if as_json else "--report"
        raise InputError(f"--markdown prints the report, and {other} something else; give one")


def _show_markdown(store: Store, run_id: str, out: str | None) -> None:
    from steepest.saved import load_run
    from steepest.views.report import report_markdown

    text = report_markdown(load_run(store, run_id))
    if out is None:
        click.echo(text, nl=False)
        return
    from pathlib import Path

    from steepest.views.report import write_report_text

    click.echo(f"Report: {write_report_text(text, Path(out))}")


def _show_whole(store: Store, run_id: str, report: str | None, as_json: bool) -> None:
    from pathlib import Path

    from steepest.saved import load_run

    run = load_run(store, run_id)
    written = None
    if report is not None:
        from steepest.views.report import write_report

        written = write_report(run, Path(report))
    if as_json:
        import json

        from steepest.run_json import run_to_json

        click.echo(json.dumps(run_to_json(run, report=written), allow_nan=False))
        return
    from rich.console import Console

    from steepest.views.terminal import show_run

    show_run(run, Console())
    for line in _going_on(store, store.row(run_id)):
        click.echo(f"\n{line}")
    if written is not None:
        click.echo(f"Report: {written}")


def _show_part(store: Store, row: RunRow, as_json: bool) -> None:
    from steepest.diagnosis.diagnose import diagnose

    trace = store.trace(row.id) if row.recorded else None
    diagnosis = None if trace is None else diagnose(trace)
    if as_json:
        _print_part_json(row, trace, diagnosis, _pass_fields(store, row))
    else:
        _tell_part(store, row, diagnosis)


def _tell_part(store: Store, row: RunRow, diagnosis: Diagnosis | None) -> None:
    from rich.console import Console

    from steepest.cli.cells import cell
    from steepest.data.contract import Contract
    from steepest.saved import load_part
    from steepest.views.terminal import show_contract, show_diagnosis

    console = Console()
    contract = load_part(store, row.id, "contract", Contract)
    if contract is not None:
        show_contract(contract, console)
    for line in [*_part_lines(row), *_pass_lines(store, row), *_going_on(store, row)]:
        console.print(cell(console, line))
    if diagnosis is not None:
        console.print()
        show_diagnosis(diagnosis, console)


def _part_lines(row: RunRow) -> list[str]:
    from steepest.readable import readable

    ended = f"{row.status}: {row.message}." if row.message else f"{row.status}."
    lines = [f"The run {row.id}, begun {row.created}, is {ended}"]
    if row.last_step is None or row.last_loss is None:
        return [*lines, "No step was flushed."]
    flushed = f"{row.recorded:,} {'step was' if row.recorded == 1 else 'steps were'} flushed"
    return [
        *lines,
        f"{flushed}; at the last, step {row.last_step:,}, the cost was {readable(row.last_loss)}.",
    ]


def _pass_lines(store: Store, row: RunRow) -> list[str]:
    """How far a run is whose rows come piece by piece."""
    from steepest.readable import counted
    from steepest.scaling.told import told_of
    from steepest.views.pass_words import pass_words

    told = told_of(store, row.id)
    if told is None:
        return []
    walk = told.walk
    words = pass_words(walk.number, (walk.rows, walk.of_rows), (walk.size, walk.of_size))
    what = f" ({walk.what})" if walk.what else ""
    by = f"; {counted(len(told.workers), 'worker')}" if told.workers else ""
    return [f"{words[:1].upper()}{words[1:]}{what}{by}."]


def _pass_fields(store: Store, row: RunRow) -> dict[str, Any]:
    """The same for JSON; of a run whose rows were in memory nothing."""
    import msgspec

    from steepest.scaling.told import told_of

    told = told_of(store, row.id)
    if told is None:
        return {}
    return {**msgspec.to_builtins(told), "resumable": bool(_going_on(store, row))}


def _going_on(store: Store, row: RunRow) -> list[str]:
    """How to go on with a run by pieces that was cut off."""
    from steepest.scaling.origin import origin_of

    if row.status not in ("interrupted", "failed") or (origin := origin_of(store, row.id)) is None:
        return []
    if row.status == "failed" and "memory" in row.message.lower():
        more = (
            f"`steepest fit --resume {row.id} --memory SIZE`"
            if origin.named
            else (f"`steepest.resume({row.id!r}, data=..., memory=...)`")
        )
        return [f"With more memory {more} goes on where it was cut off."]
    if origin.named:
        return [f"`steepest fit --resume {row.id}` goes on where it was cut off."]
    return [f"`steepest.resume({row.id!r}, data=...)` goes on where it was cut off."]


def _print_part_json(
    row: RunRow,
    trace: Trace | None,
    diagnosis: Diagnosis | None,
    more: dict[str, Any] | None = None,
) -> None:
    import msgspec

    answer: dict[str, Any] = {
        **row.to_dict(),
        **(more or {}),
        "stop": None if trace is None else trace.stop,
        **({"verdict": None} if diagnosis is None else diagnosis.to_dict()),
    }
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
