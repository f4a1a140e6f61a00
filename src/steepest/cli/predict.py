"""`steepest predict`: what a saved run's model says of new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from steepest.model import Model
    from steepest.store import Store

__all__ = ["command"]

_PLURALS = {
    "prediction": "predictions",
    "decision": "decisions",
    "probability": "probabilities",
}
_OF_CLASS = "probability:"


@click.command()
@click.argument("run")
@click.argument("data")
@store_option
@click.option("--out", metavar="FILE", help="Write to FILE (.csv or .parquet), not to the screen.")
@json_option
def command(run: str, data: str, store: str | None, out: str | None, as_json: bool) -> None:
    """Predict the rows of DATA with the model of RUN.

    DATA needs the columns that the model learned from; others are ignored, the target too.
    Each row gets one line: its number, counted from 1, and the prediction; for two classes
    the decision and the probability of the positive class; for more the decision, its
    probability, and that of each class. What stands in for missing
    values and unknown levels is said on standard error.

    \b
    Examples:
      steepest predict last new-houses.csv
      steepest predict houses-1 new-houses.csv --out prices.parquet
    """
    from steepest.data.table import read_table
    from steepest.data.unfamiliar import unfamiliar
    from steepest.saved import load_model
    from steepest.store import Store
    from steepest.views.markup import plain

    place = None if out is None else _place(out)
    kept = Store(store)
    run_id = kept.resolve(run)
    model = load_model(kept, run_id)
    table = read_table(data)
    predicted = _predicted(model, table.frame)
    notes = (*_doubts(kept, run_id), *unfamiliar(model.representation, table.frame))
    for note in notes:
        click.echo(plain(f"Note: {note}."), err=True)
    if place is not None:
        _write(predicted, place)
    if as_json:
        _print_json(run_id, table.source, model, predicted, notes, out)
    elif place is None:
        click.echo(predicted.write_csv(), nl=False)
    else:
        said = f"{predicted.height:,} predictions of {model.target} are in {place}."
        click.echo(plain(said), err=True)


def _doubts(store: Store, run_id: str) -> list[str]:
    """That the descent which left this model failed, where it did."""
    from steepest.diagnosis.finding import Diagnosis
    from steepest.saved import load_part

    diagnosis = load_part(store, run_id, "diagnosis", Diagnosis)
    if diagnosis is None or not diagnosis.findings or diagnosis.findings[0].severity != "error":
        return []
    return [
        f"the descent of {run_id} failed ({diagnosis.verdict}), and its model is not to be used"
    ]


def _predicted(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    numbers = pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64)
    predicted = model.predict(frame)
    if not model.classes:
        return pl.DataFrame([numbers, pl.Series("prediction", predicted)])
    decisions = pl.Series("decision", model.decide(frame), dtype=pl.String)
    if model.scores > 1:
        of_each = [
            pl.Series(f"{_OF_CLASS}{name}", predicted[:, place])
            for place, name in enumerate(model.classes)
        ]
        largest = pl.Series("probability", predicted.max(axis=1))
        return pl.DataFrame([numbers, decisions, largest, *of_each])
    return pl.DataFrame([numbers, decisions, pl.Series("probability", predicted)])


def _place(out: str) -> Path:
    """The file to write; InputError now rather than after the work."""
    from pathlib import Path

    from steepest.errors import InputError

    place = Path(out)
    if place.suffix.lower() not in (".csv", ".parquet"):
        raise InputError(f"--out is {out}; expected a file that ends in .csv or .parquet")
    if not place.parent.is_dir():
        raise InputError(f"the folder {place.parent} of --out does not exist; make it, or name one")
    return place


def _write(predicted: pl.DataFrame, place: Path) -> None:
    """Beside its place first, so that a full disk leaves no half of a file there."""
    import os
    import tempfile

    from steepest.errors import InputError

    try:
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".predict-") as folder:
            draft = os.path.join(folder, place.name)
            if place.suffix.lower() == ".csv":
                predicted.write_csv(draft)
            else:
                predicted.write_parquet(draft)
            os.replace(draft, place)
    except OSError as error:
        raise InputError(f"{place} could not be written: {error.strerror or error}") from error


def _print_json(
    run_id: str,
    source: str,
    model: Model,
    predicted: pl.DataFrame,
    notes: tuple[str, ...],
    out: str | None,
) -> None:
    import msgspec

    answer: dict[str, Any] = {
        "run": run_id,
        "data": source,
        "target": model.target,
        "rows": predicted.height,
        "notes": notes,
    }
    if model.scores > 1:
        answer["classes"] = model.classes
    elif model.classes:
        answer["classes"] = {"negative": model.classes[0], "positive": model.classes[1]}
        answer["threshold"] = model.threshold
    if out is None:
        named = [name for name in predicted.columns if name in _PLURALS]
        answer |= {_PLURALS[name]: predicted[name].to_list() for name in named}
        if model.scores > 1:
            each = [f"{_OF_CLASS}{name}" for name in model.classes]
            answer["class_probabilities"] = predicted[each].rows()
    else:
        answer["out"] = out
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
