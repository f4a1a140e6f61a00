"""What `steepest fit` does once its options are read: fit with progress, then tell."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click
from rich.console import Console

from steepest.applying import Attempt, best_of, mend, nothing_tried
from steepest.cli.progress import DescentProgress
from steepest.errors import InputError
from steepest.fitting import fit, try_rates
from steepest.run import Request, Run
from steepest.run_json import run_to_json
from steepest.store import Store
from steepest.training import MOST_STEPS
from steepest.views.rate_range import range_to_json, show_range
from steepest.views.report import is_report

__all__ = ["find_rate_and_tell", "fit_and_tell", "refuse_report_place"]

INTERRUPTED = 130
_NO_REPORT = 1
_ASKED = (
    *("target", "loss", "rule", "start", "scale", "degree", "holdout", "missing", "max_levels"),
    *("seed", "weight", "l2", "l1", "huber_delta", "threads", "split", "folds"),
)


def find_rate_and_tell(options: dict[str, Any]) -> None:
    """Try ever larger learning rates instead of fitting, and print what they do to the loss."""
    if options["apply_remedies"]:
        raise InputError("--find-learning-rate fits nothing, so that --apply-remedies has no use")
    settings = {name: options[name] for name in _ASKED}
    request = Request(
        source=options["data"],
        features=_names(options["features"]),
        batch=None if options["batch"] == "full" else options["batch"],
        intercept=not options["no_intercept"],
        **settings,
    )
    found = try_rates(options["data"], request)
    if options["as_json"]:
        click.echo(json.dumps(range_to_json(found), allow_nan=False))
    else:
        show_range(found, Console())


def fit_and_tell(options: dict[str, Any]) -> None:
    """Fit as the options say, write the report, and print the account."""
    words = Console(stderr=True)
    store = Store(options["store"])
    report = _report_path(options, store)
    most = options["steps"] or (MOST_STEPS if options["batch"] == "full" else None)
    with DescentProgress(most, words) as progress:
        run = _fit(options, store, progress)
        attempts = _remedies(run, options, store, progress)
    run = best_of(run, attempts)
    written, trouble = _try_report(run, report, store, options)
    if options["as_json"]:
        tried = {"remedies_applied": [attempt.to_dict() for attempt in attempts]}
        click.echo(json.dumps(run_to_json(run, report=written) | tried, allow_nan=False))
    else:
        _tell(run, store, written, attempts if options["apply_remedies"] else None)
    if trouble is not None:
        click.echo(f"Error: {run.id} was saved, but its report is missing: {trouble}", err=True)
    ended = attempts[-1].after.trace.stop if attempts else run.trace.stop
    if ended.reason == "interrupted":
        click.echo(ended.because.capitalize() + ".", err=True)
        click.get_current_context().exit(INTERRUPTED)
    if trouble is not None:
        click.get_current_context().exit(_NO_REPORT)


def _remedies(
    run: Run, options: dict[str, Any], store: Store, progress: DescentProgress
) -> tuple[Attempt, ...]:
    if not options["apply_remedies"]:
        return ()
    return mend(run, data=options["data"], store=store, on_step=progress)


def _fit(options: dict[str, Any], store: Store, progress: DescentProgress) -> Run:
    return fit(
        options["data"],
        options["target"],
        features=_names(options["features"]),
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
        weight=options["weight"],
        l2=options["l2"],
        l1=options["l1"],
        huber_delta=options["huber_delta"],
        average=options["average"],
        full_loss_every=options["full_loss_every"],
        threads=options["threads"],
        split=options["split"],
        folds=options["folds"],
        repeats=options["repeats"],
        key=_names(options["key"]),
        units=options["units"],
        costs=options["costs"],
        threshold=options["threshold"],
        engine=options["engine"],
        memory=options["memory"],
        workers=options["workers"],
        ray_address=options["ray_address"],
        query=options["query"],
        store=store,
        on_step=progress,
        on_part=progress.part,
    )


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(","))


def _report_path(options: dict[str, Any], store: Store) -> Path | None:
    """Where the report goes, a folder by default; InputError now rather than after the work."""
    if options["no_report"]:
        return None
    if options["report"] is None:
        folder = store.path.parent / "steepest-reports"
        if store.path.parent.is_dir():
            _refuse_locked(folder if folder.is_dir() else store.path.parent)
        return folder
    path = Path(options["report"])
    refuse_report_place(path, store, options["data"])
    return path


def refuse_report_place(path: Path, store: Store, data: str | None = None) -> None:
    """Raise InputError where a report at `path` cannot be, or would destroy something else."""
    if not path.parent.is_dir():
        raise InputError(f"the report's folder {path.parent} does not exist; make it, or name one")
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file for the report, such as {path}/run.html")
    if data is not None and _same(path, Path(data)):
        raise InputError(f"the report would overwrite the data {data}; name another file for it")
    kept = store.path.resolve()
    beside = [kept.with_name(kept.name + ending) for ending in ("-wal", "-shm", "-journal")]
    if any(_same(path, place) for place in (kept, *beside)):
        raise InputError(
            f"the report would overwrite the store of runs {store.path}; name another file for it"
        )
    if path.exists() and not is_report(path):
        raise InputError(
            f"{path} is there already and is no report of steepest; it was left as it is: name "
            "another file for the report"
        )
    _refuse_locked(path.resolve().parent)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.resolve() == other.resolve() or one.samefile(other)
    except OSError:
        return False


def _refuse_locked(folder: Path) -> None:
    """Raise InputError where no file can be made in `folder`: tried, for root may not be told."""
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"the report's folder {folder} cannot be written to ({error.strerror}); name another "
            "file with --report, or give --no-report"
        ) from error


def _try_report(
    run: Run, place: Path | None, store: Store, options: dict[str, Any]
) -> tuple[Path | None, InputError | None]:
    """The report that was written, or why there is none: the run is saved either way."""
    if place is None:
        return None, None
    from steepest.views.report import write_report

    try:
        if options["report"] is None:
            place = _in_folder(place, run)
        refuse_report_place(place, store, options["data"])  # the fit took time: look once more
        return write_report(run, place), None
    except InputError as error:
        return None, error


def _in_folder(folder: Path, run: Run) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {folder} for reports: {error.strerror}"
        ) from error
    return folder / f"{run.id}.html"


def _tell(
    run: Run, store: Store, report: Path | None, attempts: tuple[Attempt, ...] | None
) -> None:
    from steepest.views.remedies_tried import show_attempts
    from steepest.views.terminal import show_run

    console = Console()
    show_run(run, console)
    if attempts:
        show_attempts(attempts, console)
    elif attempts is not None:
        console.print(nothing_tried(run), highlight=False)
    console.print(f"Saved as [bold]{run.id}[/] in {store.path}.", highlight=False)
    if report is not None:
        console.print(f"Report: {report}", highlight=False, soft_wrap=True)
