"""`steepest predict`: what a saved run's model says of new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import json_option, store_option

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from steepest.data.breach import ContractCheck
    from steepest.data.table import Table
    from steepest.model import Margin, Model
    from steepest.store import Store

__all__ = ["command"]

_PLURALS = {
    "prediction": "predictions",
    "decision": "decisions",
    "probability": "probabilities",
    "low": "low",
    "high": "high",
}
_OF_CLASS = "probability:"
_COVERAGE = 0.9
_SAME = 1e-9


@click.command()
@click.argument("run")
@click.argument("data")
@store_option
@click.option("--out", metavar="FILE", help="Write to FILE (.csv or .parquet), not to the screen.")
@click.option(
    "--coverage",
    type=float,
    metavar="SHARE",
    help="Of the interval from low to high, for a model of a number.  [default: 0.9]",
)
@json_option
def command(
    run: str,
    data: str,
    store: str | None,
    out: str | None,
    coverage: float | None,
    as_json: bool,
) -> None:
    """Predict the rows of DATA with the model of RUN.

    DATA needs the columns that the model learned from; others are ignored, the target too.
    Each row gets one line: its number, counted from 1, and the prediction, with the interval
    that a share of the truths lies in; for two classes
    the decision and the probability of the positive class; for more the decision (of the least
    expected cost, where costs were named at fit), its probability, and that of each class.

    DATA is held against the contract of RUN first (see `steepest contract check`): a broken one
    is refused. What has drifted, and what stands in for missing values and unknown levels, is
    said on standard error.

    \b
    Examples:
      steepest predict last new-houses.csv
      steepest predict houses-1 new-houses.csv --coverage 0.95 --out prices.parquet
    """
    from steepest.cli.contract_text import warnings_of
    from steepest.data.check_contract import refuse_broken
    from steepest.data.unfamiliar import unfamiliar
    from steepest.saved import load_model
    from steepest.store import Store
    from steepest.views.markup import plain

    place = None if out is None else _place(out)
    kept = Store(store)
    run_id = kept.resolve(run)
    model = load_model(kept, run_id)
    margin = _margin(model, coverage)
    table, check = _held(kept, run_id, data)
    if check is not None:
        refuse_broken(check)
    predicted = _predicted(model, table.frame, margin)
    notes = (*_doubts(kept, run_id), *unfamiliar(model.representation, table.frame))
    for note in notes:
        click.echo(plain(f"Note: {note}."), err=True)
    for warning in warnings_of(check) if check is not None else ():
        click.echo(plain(f"Warning: {warning}."), err=True)
    if place is not None:
        _write(predicted, place)
    if as_json:
        _print_json(
            _answer(run_id, table.source, model, notes, margin, check), model, predicted, out
        )
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


def _held(store: Store, run_id: str, data: str) -> tuple[Table, ContractCheck | None]:
    """The table, and how it keeps to the run's contract; None for a run that has none."""
    from steepest.data.check_contract import check_contract
    from steepest.data.contract import Contract
    from steepest.data.table import read_table
    from steepest.saved import load_part

    table = read_table(data)
    contract = load_part(store, run_id, "contract", Contract)
    if contract is None:
        return table, None
    return table, check_contract(contract, table, target="ignored")


def _margin(model: Model, coverage: float | None) -> Margin | None:
    """The margin of that coverage; without one asked for 0.9, the nearest or None."""
    from steepest.errors import InputError
    from steepest.readable import listed, readable

    known = [readable(margin.coverage) for margin in model.margins]
    if coverage is None:
        return min(model.margins, key=lambda m: abs(m.coverage - _COVERAGE), default=None)
    if not known:
        what = "decides classes" if model.classes else "was trained without them"
        raise InputError(
            f"--coverage asks for a prediction interval, and this model of {model.target} {what}; "
            "leave the option out"
        )
    for margin in model.margins:
        if abs(margin.coverage - coverage) < _SAME:
            return margin
    raise InputError(
        f"--coverage is {coverage:g}; this model has the prediction intervals of {listed(known)}"
    )


def _predicted(model: Model, frame: pl.DataFrame, margin: Margin | None) -> pl.DataFrame:
    import polars as pl

    numbers = pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64)
    predicted = model.predict(frame)
    if not model.classes:
        found = pl.DataFrame([numbers, pl.Series("prediction", predicted)])
        return found if margin is None else _with_interval(found, margin, model.loss)
    decided = model.decide(frame)
    decisions = pl.Series("decision", decided, dtype=pl.String)
    if model.scores > 1:
        of_each = [
            pl.Series(f"{_OF_CLASS}{name}", predicted[:, place])
            for place, name in enumerate(model.classes)
        ]
        places = [model.classes.index(name) for name in decided]
        own = [float(row[place]) for row, place in zip(predicted, places, strict=True)]
        of_decided = pl.Series("probability", own, dtype=pl.Float64)
        return pl.DataFrame([numbers, decisions, of_decided, *of_each])
    return pl.DataFrame([numbers, decisions, pl.Series("probability", predicted)])


def _with_interval(predicted: pl.DataFrame, margin: Margin, loss: str) -> pl.DataFrame:
    """Low and high beside the prediction; a count is never below 0."""
    import polars as pl

    low = pl.col("prediction") - margin.below
    if loss == "poisson":
        low = low.clip(lower_bound=0.0)
    return predicted.with_columns(low=low, high=pl.col("prediction") + margin.above)


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


def _answer(
    run_id: str,
    source: str,
    model: Model,
    notes: tuple[str, ...],
    margin: Margin | None,
    check: ContractCheck | None,
) -> dict[str, Any]:
    """All but the predictions."""
    from steepest.cli.contract_text import check_to_dict

    answer: dict[str, Any] = {"run": run_id, "data": source, "target": model.target, "notes": notes}
    answer["contract"] = None if check is None else check_to_dict(check)
    if margin is not None:
        answer["coverage"] = margin.coverage
    if model.scores > 1:
        answer["classes"] = model.classes
        if model.costs:
            answer["costs"] = model.costs
    elif model.classes:
        answer["classes"] = {"negative": model.classes[0], "positive": model.classes[1]}
        answer["threshold"] = model.threshold
    return answer


def _print_json(
    answer: dict[str, Any], model: Model, predicted: pl.DataFrame, out: str | None
) -> None:
    import msgspec

    answer["rows"] = predicted.height
    if out is None:
        named = [name for name in predicted.columns if name in _PLURALS]
        answer |= {_PLURALS[name]: predicted[name].to_list() for name in named}
        if model.scores > 1:
            each = [f"{_OF_CLASS}{name}" for name in model.classes]
            answer["class_probabilities"] = predicted[each].rows()
    else:
        answer["out"] = out
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
