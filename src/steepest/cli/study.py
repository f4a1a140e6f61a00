"""`steepest study`: what training again in other ways tells of a saved run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from pathlib import Path

    from steepest.cli.study_progress import StudyProgress
    from steepest.evaluation.studies.study import Study
    from steepest.run import Run
    from steepest.store import Store

__all__ = ["PARTS", "command"]

PARTS = ("columns", "peers", "curves")
INTERRUPTED = 130


@click.command()
@click.argument("run")
@click.argument("data", required=False)
@click.option(
    "--only",
    metavar="columns,peers,curves",
    help="Some of the three parts; what was studied before stays.  [default: all]",
)
@click.option("--plots", is_flag=True, help="Draw the curves in the terminal too.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws of rows.")
@store_option
@click.option("--report", metavar="FILE", help="Where to write the run's report anew.")
@click.option("--no-report", is_flag=True, help="Leave the run's report as it is.")
@json_option
def command(
    run: str,
    data: str | None,
    only: str | None,
    plots: bool,
    seed: int,
    store: str | None,
    report: str | None,
    no_report: bool,
    as_json: bool,
) -> None:
    """Train RUN again in other ways, on its own rows and split, and keep what that tells.

    What each column buys, beside what it costs to keep; what scikit-learn's linear model and
    gradient-boosted trees reach; whether more rows would help; how over-fitting sets in over
    degree and penalty. DATA is only needed where the table cannot be read again from where the
    run read it. The run's report, where it is in its usual place, is written anew.

    \b
    Examples:
      steepest study last
      steepest study houses-1 --only peers
      steepest study houses-1 houses.csv --json
    """
    from pathlib import Path

    from steepest.saved import load_run, save_documents
    from steepest.store import Store
    from steepest.studying.study import merged, study

    kept = Store(store)
    parts = _parts(only)
    place = None if report is None else Path(report)
    if place is not None:
        from steepest.cli.fitting import refuse_report_place

        refuse_report_place(place, kept, data)
    studied = load_run(kept, run)
    with _progress(str(studied.id)) as tell:
        found = study(
            studied, data, **{part: part in parts for part in PARTS}, seed=seed, on_progress=tell
        )
    whole = _with(studied, merged(studied.study, found))
    kept.add_documents(str(studied.id), {"study": save_documents(whole)["study"]})
    written = None if no_report else _report(whole, kept, place)
    if as_json:
        _as_json(whole, found, written)
    else:
        _tell(whole, found, kept, written, plots=plots)
    if found.interrupted:
        click.echo("Interrupted: what was done is kept.", err=True)
        click.get_current_context().exit(INTERRUPTED)


def _parts(only: str | None) -> tuple[str, ...]:
    from steepest.errors import InputError

    if only is None:
        return PARTS
    names = tuple(name.strip() for name in only.split(","))
    for name in names:
        if name not in PARTS:
            raise InputError(f"--only names {name!r}; expected some of {', '.join(PARTS)}")
    return names


def _progress(run: str) -> StudyProgress:
    from rich.console import Console

    from steepest.cli.study_progress import StudyProgress

    return StudyProgress(Console(stderr=True), run)


def _with(run: Run, study: Study) -> Run:
    from dataclasses import replace

    return replace(run, study=study)


def _report(run: Run, store: Store, place: Path | None) -> Path | None:
    """The report written anew: where it was asked for, or where `fit` puts it, if it is there."""
    from steepest.cli.fitting import refuse_report_place
    from steepest.views.report import write_report

    usual = store.path.parent / "steepest-reports" / f"{run.id}.html"
    if place is None and not usual.is_file():
        return None
    where = place or usual
    refuse_report_place(where, store)
    return write_report(run, where)


def _as_json(run: Run, found: Study, written: Path | None) -> None:
    import msgspec

    answer = {"run": run.id, "report": None if written is None else str(written)}
    answer |= msgspec.to_builtins(found)
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null


def _tell(run: Run, found: Study, store: Store, written: Path | None, *, plots: bool) -> None:
    from rich.console import Console

    from steepest.cli.study_tables import show_study

    console = Console()
    show_study(found, console, plots=plots)
    console.print(f"Saved with [bold]{run.id}[/] in {store.path}.", highlight=False)
    if written is not None:
        console.print(f"Report: {written}", highlight=False, soft_wrap=True)
