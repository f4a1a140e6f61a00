"""What `steepest fit` does once its options are read: fit with progress, then tell."""

from __future__ import annotations

import json
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click
from rich.console import Console

from steepest.applying import Attempt, best_of, mend, nothing_tried
from steepest.arguments import shown
from steepest.asking import check
from steepest.cli.progress import DescentProgress
from steepest.errors import InputError
from steepest.fitting import fit, try_rates
from steepest.run import Request, Run
from steepest.run_json import run_to_json
from steepest.scaling.memory import memory_bytes
from steepest.scaling.resuming import HARMLESS, asked_of, is_by_pieces, resume
from steepest.store import Store
from steepest.training import MOST_STEPS
from steepest.views.rate_range import range_to_json, show_range
from steepest.views.report import is_report

__all__ = ["find_rate_and_tell", "fit_and_tell", "refuse_report_place"]

INTERRUPTED = 130
_NO_REPORT = 1
_SAME = (
    *("target", "loss", "learning_rate", "rule", "steps", "tolerance", "start", "scale", "degree"),
    *("holdout", "missing", "max_levels", "seed", "weight", "l2", "l1", "huber_delta", "average"),
    *("full_loss_every", "threads", "split", "folds", "repeats", "units", "costs", "threshold"),
    *("engine", "memory", "workers", "ray_address", "query"),
)
_ASKED = (
    *("target", "loss", "rule", "start", "scale", "degree", "holdout", "missing", "max_levels"),
    *("seed", "weight", "l2", "l1", "huber_delta", "threads", "split", "folds"),
)


def find_rate_and_tell(options: dict[str, Any]) -> None:
    """Try ever larger learning rates instead of fitting, and print what they do to the loss."""
    for name, words in (("apply_remedies", "--apply-remedies"), ("resume", "--resume")):
        if options[name]:
            raise InputError(f"--find-learning-rate fits nothing, so that {words} has no use")
    settings = {name: options[name] for name in _ASKED}
    request = Request(
        source=options["data"],
        features=_names(options["features"]),
        batch=None if options["batch"] == "full" else options["batch"],
        intercept=not options["no_intercept"],
        engine=options["engine"],
        memory=memory_bytes(options["memory"]),
        workers=options["workers"] or 0,
        ray_address=options["ray_address"] or "",
        query=options["query"] or "",
        **settings,
    )
    found = try_rates(options["data"], request)
    if options["as_json"]:
        click.echo(json.dumps(range_to_json(found), allow_nan=False))
    else:
        show_range(found, Console())


def fit_and_tell(options: dict[str, Any], given: Collection[str] = ()) -> None:
    """Fit as the options say, write the report, and print the account.

    given: the names of the options that stand on the command line
    """
    words = Console(stderr=True)
    store = Store(options["store"])
    if options["resume"] is not None:
        options = _resumed(options, given, store, words)
    report = _report_path(options, store)
    most = options["steps"] or (MOST_STEPS if options["batch"] == "full" else None)
    with _told_to_go_on(), DescentProgress(most, words) as progress:
        run = (
            _resume(options, store, progress)
            if options["resume"]
            else _fit(options, store, progress)
        )
        attempts = _remedies(run, options, store, progress)
    run = best_of(run, attempts)
    written, trouble = _try_report(run, report, store, options)
    if options["as_json"]:
        tried = {"remedies_applied": [attempt.to_dict() for attempt in attempts]}
        tried |= {"resumed": True} if options["resume"] else {}
        click.echo(json.dumps(run_to_json(run, report=written) | tried, allow_nan=False))
    else:
        _tell(run, store, written, attempts if options["apply_remedies"] else None)
    if trouble is not None:
        click.echo(f"Error: {run.id} was saved, but its report is missing: {trouble}", err=True)
    ended = attempts[-1].after if attempts else run
    if ended.trace.stop.reason == "interrupted":
        click.echo(ended.trace.stop.because.capitalize() + "." + _way_on(ended, store), err=True)
        click.get_current_context().exit(INTERRUPTED)
    if trouble is not None:
        click.get_current_context().exit(_NO_REPORT)


@contextmanager
def _told_to_go_on() -> Generator[None]:
    """Ctrl-C before there is a model: how to go on, where the run itself says so."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        notes: list[str] = getattr(stopped, "__notes__", [])
        if not notes:
            raise
        click.echo("Stopped. " + " ".join(notes), err=True)
        click.get_current_context().exit(INTERRUPTED)


def _way_on(run: Run, store: Store) -> str:
    if run.id is None or not is_by_pieces(store, run.id):
        return ""
    return f" `steepest fit --resume {run.id}` goes on from there."


def _remedies(
    run: Run, options: dict[str, Any], store: Store, progress: DescentProgress
) -> tuple[Attempt, ...]:
    if not options["apply_remedies"]:
        return ()
    return mend(run, data=options["data"], store=store, on_step=progress)


def _fit(options: dict[str, Any], store: Store, progress: DescentProgress) -> Run:
    return fit(
        options["data"],
        **_settings(options),
        store=store,
        on_step=progress,
        on_part=progress.part,
        on_pass=progress.walk,
    )


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the arguments of `fit`."""
    return {name: options[name] for name in _SAME} | {
        "features": _names(options["features"]),
        "batch": None if options["batch"] == "full" else options["batch"],
        "intercept": not options["no_intercept"],
        "key": _names(options["key"]),
    }


def _resume(options: dict[str, Any], store: Store, progress: DescentProgress) -> Run:
    return resume(
        options["resume"],
        options["data"],
        **{name: options[name] for name in HARMLESS},
        store=store,
        on_step=progress,
        on_part=progress.part,
        on_pass=progress.walk,
    )


def _resumed(
    options: dict[str, Any], given: Collection[str], store: Store, words: Console
) -> dict[str, Any]:
    """The options with those of the run that is gone on with; InputError for any other wish."""
    run = store.resolve(options["resume"])
    asked = asked_of(store, run)
    _refuse_others(run, asked, options, given)
    if not is_by_pieces(store, run):
        words.print(
            f"The rows of {run} were in memory: it is fitted again from its start. The result "
            "is the same to the bit.",
            highlight=False,
        )
    harmless = {name: options[name] if name in given else None for name in HARMLESS}
    return (
        options | harmless | {"resume": run, "steps": asked.steps, "batch": asked.batch or "full"}
    )


def _refuse_others(
    run: str, asked: Request, options: dict[str, Any], given: Collection[str]
) -> None:
    """Raise InputError for an option that says otherwise than what was asked of the run."""
    settings = _settings(options)
    for option in sorted(given):
        name = {"no_intercept": "intercept"}.get(option, option)
        if name not in settings or name in HARMLESS:
            continue
        wish = settings[name]
        wish = (
            ",".join(wish or ())
            if name == "key"
            else ""
            if wish is None and name == "query"
            else wish
        )
        if wish == "auto" or check(replace(asked, **{name: wish})) == check(asked):
            continue
        raise InputError(
            f"--{option.replace('_', '-')} asks for something else than the run {run} was begun "
            f"with ({name} {shown(getattr(asked, name))}); leave it out to go on with that run, or "
            "leave out --resume to begin another"
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
