"""`steepest predict`: what a saved run's model says of new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import engine_options, json_option, store_option

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from steepest.data.breach import ContractCheck
    from steepest.data.contract import Contract
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
@engine_options
@json_option
def command(
    run: str,
    data: str,
    store: str | None,
    out: str | None,
    coverage: float | None,
    as_json: bool,
    **walk: Any,
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

    Rows that do not fit into memory are read twice: once to hold them against the contract, and
    once to predict them, piece by piece. What is written is the same to the last digit.

    \b
    Examples:
      steepest predict last new-houses.csv
      steepest predict houses-1 new-houses.csv --coverage 0.95 --out prices.parquet
    """
    from steepest.cli.contract_text import warnings_of
    from steepest.cli.predicting import predict_pieces
    from steepest.data.contract import Contract
    from steepest.data.unfamiliar import filled_by, unfamiliar
    from steepest.passes.predicted_rows import predicted_rows
    from steepest.run import Request
    from steepest.saved import load_model, load_part
    from steepest.scaling.choice import pieces_of
    from steepest.scaling.later_rows import later_request
    from steepest.store import Store
    from steepest.views.markup import plain

    place = None if out is None else _place(out)
    kept = Store(store)
    run_id = kept.resolve(run)
    model = load_model(kept, run_id)
    margin = _margin(model, coverage)
    contract = load_part(kept, run_id, "contract", Contract)
    request = later_request(walk, load_part(kept, run_id, "request", Request), model.target)
    source = pieces_of(data, request)
    if source is None:
        table, check = _held(contract, data)
        predicted = predicted_rows(model, table.frame, margin)
        notes = unfamiliar(model.representation, table.frame, filled=filled_by(contract))
        name, rows, engine = table.source, predicted.height, "memory"
        if place is not None:
            _write(predicted, place)
    else:
        found = predict_pieces(
            source, request, contract, model, margin, place, as_frame=as_json and place is None
        )
        predicted, check, notes = found.frame, found.check, found.notes
        name, rows, engine = source.text, found.rows, found.engine
    notes = (*_doubts(kept, run_id), *notes)
    for note in notes:
        click.echo(plain(f"Note: {note}."), err=True)
    for warning in warnings_of(check) if check is not None else ():
        click.echo(plain(f"Warning: {warning}."), err=True)
    if as_json:
        answer = _answer(run_id, name, model, notes, margin, check) | {"rows": rows}
        _print_json(answer | {"engine": engine}, model, None if out else predicted, out)
    elif place is not None:
        click.echo(plain(f"{rows:,} predictions of {model.target} are in {place}."), err=True)
    elif source is None and predicted is not None:
        click.echo(predicted.write_csv(), nl=False)


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


def _held(contract: Contract | None, data: str) -> tuple[Table, ContractCheck | None]:
    """The table, and how it keeps to the run's contract; None for a run that has none."""
    from steepest.data.check_contract import check_contract, refuse_broken
    from steepest.data.table import read_table

    table = read_table(data)
    if contract is None:
        return table, None
    check = check_contract(contract, table, target="ignored")
    refuse_broken(check)
    return table, check


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
    answer: dict[str, Any], model: Model, predicted: pl.DataFrame | None, out: str | None
) -> None:
    import msgspec

    from steepest.passes.predicted_rows import OF_CLASS

    if predicted is not None:
        named = [name for name in predicted.columns if name in _PLURALS]
        answer |= {_PLURALS[name]: predicted[name].to_list() for name in named}
        if model.scores > 1:
            each = [f"{OF_CLASS}{name}" for name in model.classes]
            answer["class_probabilities"] = predicted[each].rows()
    else:
        answer["out"] = out
    click.echo(msgspec.json.encode(answer))  # NaN and the infinities become null
