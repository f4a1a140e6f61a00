"""`steepest export`: a saved run's model for programs without steepest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command()
@click.argument("run")
@click.option(
    "--to",
    metavar="FORM",
    help="json, python or onnx.  [default: as the ending of FILE says]",
)
@click.option("--out", metavar="FILE", required=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Write it even where FILE is something else.")
@store_option
@json_option
def command(
    run: str, to: str | None, out: str, force: bool, store: str | None, as_json: bool
) -> None:
    """Write the model of RUN in a form that lives without steepest.

    \b
    json     the model with its contract and its coefficients, to be read
    python   a file with predict(row), and decide(row) for classes; needs nothing but Python
    onnx     a graph for onnxruntime and its like, one input for each column

    The same run gives the same file to the byte. An export of before is replaced; anything
    else at that place is left as it is, unless --force is given.

    \b
    Examples:
      steepest export last --out prices.py
      steepest export houses-1 --to onnx --out houses.onnx
      steepest export houses-1 --out houses.json --force
    """
    from pathlib import Path

    from steepest.errors import InputError, MissingDependencyError
    from steepest.exporting.export import export, format_of, refuse_place
    from steepest.saved import load_model, load_run
    from steepest.store import Store
    from steepest.views.markup import plain

    place, kept = Path(out), Store(store)
    form = format_of(place, to)
    _refuse_store(place, kept.path)
    refuse_place(place, form, overwrite=force)
    run_id = kept.resolve(run)
    load_model(kept, run_id)  # says what a run lacks that was killed
    found = load_run(kept, run_id)
    try:
        export(found, place, form.name, overwrite=force)
    except MissingDependencyError as error:
        raise InputError(str(error)) from error
    if as_json:
        import msgspec

        answer = {
            "run": run_id,
            "form": form.name,
            "file": str(place),
            "bytes": place.stat().st_size,
        }
        click.echo(msgspec.json.encode(answer))
        return
    click.echo(plain(f"The model of {run_id} for {found.model.target} is in {place}."))


def _refuse_store(place: Path, store: Path) -> None:
    """Not even by force: the runs would be lost."""
    from steepest.errors import InputError

    kept = store.resolve()
    beside = [kept.with_name(kept.name + ending) for ending in ("", "-wal", "-shm", "-journal")]
    if place.resolve() in beside:
        raise InputError(
            f"the export would overwrite the store of runs {store}; name another file with --out"
        )
