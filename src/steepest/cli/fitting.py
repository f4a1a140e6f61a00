"""What `steepest fit` does once its options are read: fit with progress, then tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from steepest.cli.progress import DescentProgress
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.run import Run
from steepest.run_json import run_to_json
from steepest.store import Store
from steepest.training import MOST_STEPS

__all__ = ["fit_and_tell"]

INTERRUPTED = 130


def fit_and_tell(options: dict[str, Any]) -> None:
    """Fit as the options say, write the report, and print the account."""
    words = Console(stderr=True)
    store = Store(options["store"])
    report = _report_path(options, store)
    with DescentProgress(options["steps"] or MOST_STEPS, words) as progress:
        run = _fit(options, store, progress)
    written = None if report is None else _write_report(run, report)
    if options["as_json"]:
        click.echo(json.dumps(run_to_json(run, report=written), allow_nan=False))
    else:
        _tell(run, store, written)
    if run.trace.stop.reason == "interrupted":
        click.echo(run.trace.stop.because.capitalize() + ".", err=True)
        click.get_current_context().exit(INTERRUPTED)


def _fit(options: dict[str, Any], store: Store, progress: DescentProgress) -> Run:
    features = options["features"]
    return fit(
        options["data"],
        options["target"],
        features=None if features is None else [name.strip() for name in features.split(",")],
        loss=options["loss"],
        learning_rate=options["learning_rate"],
        rule=options["rule"],
        batch=None if options["batch"] == "full" else options["batch"],
        steps=options["steps"],
        tolerance=options["tolerance"],
        start=options["start"],
        scale=options["scale"],
        degree=options["degree"],
        intercept=not options["no_intercept"],
        holdout=options["holdout"],
        missing=options["missing"],
        max_levels=options["max_levels"],
        seed=options["seed"],
        store=store,
        on_step=progress,
    )


def _report_path(options: dict[str, Any], store: Store) -> Path | None:
    """Where the report goes; InputError now rather than after the work."""
    if options["no_report"]:
        return None
    if options["report"] is None:
        return store.path.parent / "steepest-reports"
    path = Path(options["report"])
    if not path.parent.is_dir():
        raise InputError(f"the report's folder {path.parent} does not exist; make it, or name one")
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file for the report, such as {path}/run.html")
    return path


def _write_report(run: Run, place: Path) -> Path:
    from steepest.views.report import write_report

    if place.suffix:
        return write_report(run, place)
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {place} for reports: {error.strerror}") from error
    return write_report(run, place / f"{run.id}.html")


def _tell(run: Run, store: Store, report: Path | None) -> None:
    from steepest.views.terminal import show_run

    console = Console()
    show_run(run, console)
    console.print(f"Saved as [bold]{run.id}[/] in {store.path}.", highlight=False)
    if report is not None:
        console.print(f"Report: {report}", highlight=False, soft_wrap=True)
