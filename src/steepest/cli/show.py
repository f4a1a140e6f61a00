"""`steepest show`: a saved run, as `fit` told it; or as far as a killed one came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from steepest.diagnosis.finding import Diagnosis
    from steepest.store import RunRow, Store
    from steepest.trace import Trace

__all__ = ["command"]


@click.command()
@click.argument("run")
@store_option
@click.option("--report", metavar="FILE", help="Also write the HTML report of the run.")
@json_option
def command(run: str, store: str | None, report: str | None, as_json: bool) -> None:
    """Show a saved RUN: its id, or "last".

    Of a run that was killed, or that still goes on, it shows the steps on disk and what the
    diagnosis says of them.

    \b
    Examples:
      steepest show last
      steepest show houses-1 --report houses.html
      steepest show houses-1 --json
    """
    from steepest.store import Store

    kept = Store(store)
    row = kept.row(run)
    if report is None and kept.document(row.id, "model") is None:
        _show_part(kept, row, as_json)
    else:
        _show_whole(kept, row.id, report, as_json)


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
    if written is not None:
        click.echo(f"Report: {written}")


def _show_part(store: Store, row: RunRow, as_json: bool) -> None:
    from steepest.diagnosis.diagnose import diagnose

    trace = store.trace(row.id) if row.recorded else None
    diagnosis = None if trace is None else diagnose(trace)
    if as_json:
        _print_part_json(row, trace, diagnosis)
        return
    for line in _part_lines(store, row):
        click.echo(line)
    if diagnosis is not None:
        from steepest.views.verdict_lines import verdict_lines

        click.echo("\nWhat the flushed steps tell:")
        for line in verdict_lines(diagnosis):
            click.echo(line)


def _part_lines(store: Store, row: RunRow) -> list[str]:
    from steepest.data.contract import Contract
    from steepest.readable import readable
    from steepest.saved import load_part

    lines = [f"{row.id}: {row.status}{': ' if row.message else ''}{row.message}"]
    contract = load_part(store, row.id, "contract", Contract)
    if contract is not None:
        lines.append(f"Data:    {contract.source}, {contract.rows:,} rows")
        lines.append(f"Target:  {contract.target}")
    lines.append(f"Begun:   {row.created}")
    if row.last_step is None or row.last_loss is None:
        return [*lines, "Steps:   none was flushed"]
    return [
        *lines,
        f"Steps:   {row.recorded:,} flushed, the last one is step {row.last_step:,}",
        f"Loss:    {readable(row.last_loss)} at that step",
    ]


def _print_part_json(row: RunRow, trace: Trace | None, diagnosis: Diagnosis | None) -> None:
    import msgspec

    answer: dict[str, Any] = {
        "run": row.id,
        "created": row.created,
        "status": row.status,
        "message": row.message,
        "steps": row.last_step,
        "recorded_steps": row.recorded,
        "loss": row.last_loss,
        "stop": None if trace is None else trace.stop,
        **({"verdict": None} if diagnosis is None else diagnosis.to_dict()),
    }
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
