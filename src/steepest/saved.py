"""A run as documents for the store, and back: JSON with numbers, decoded by type.

Nothing that is loaded is code: each document is decoded into its frozen dataclass, and one
that does not fit is refused. JSON has no word for NaN and the infinities (a descent that
blew up has plenty of them); such a number is written as {"non_finite": "nan"}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec
import numpy as np

from steepest.data.contract import Contract
from steepest.data.trained_rows import TrainedRows
from steepest.diagnosis.finding import Diagnosis
from steepest.diagnosis.record.record import Context
from steepest.errors import InputError
from steepest.evaluation.evaluation import Evaluation, Score
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.split import Split
from steepest.evaluation.studies.study import Study
from steepest.landscape import Landscape
from steepest.model import Model, check_model
from steepest.run import Minimum, Remedied, Request, Run, Sample
from steepest.store import RunRow, Store
from steepest.trace import Trace

__all__ = [
    "Summary",
    "begin_documents",
    "context_of",
    "load_baseline",
    "load_model",
    "load_needed",
    "load_part",
    "load_run",
    "save_documents",
    "summary_of",
]

Kind = TypeVar("Kind")
_TAG = "non_finite"


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in a line: what a list of runs shows besides what the store knows itself.

    verdict, score:  of a run that was finished; None before
    watched:         a loop that was watched: `source` is what was trained, `target` by what
    """

    source: str
    target: str
    verdict: str | None = None
    score: Score | None = None
    watched: bool = False

    @property
    def words(self) -> str:
        """What was learned: the target; of a watched loop "MLP by Adam"."""
        if not self.watched:
            return self.target
        return f"{self.source} by {self.target}" if self.target else self.source


@dataclass(frozen=True, slots=True)
class _About:
    created: str
    version: str
    remedied: Remedied | None = None


def begin_documents(request: Request, contract: Contract, split: Split) -> dict[str, str]:
    """What is known of a run before its descent, so that a killed one still tells it."""
    summary = Summary(contract.source, contract.target)
    parts = {"request": request, "contract": contract, "split": split, "summary": summary}
    return {name: _to_json(part) for name, part in parts.items()}


def save_documents(run: Run, *, baseline: Baseline | None = None) -> dict[str, str]:
    """Name -> JSON of all that a finished run holds besides its trace.

    baseline:  of the training rows, by `baseline_of`, which later evaluations compare with;
               None takes that of all usable rows, from the contract.
    """
    score = run.evaluation.scores[0] if run.evaluation.scores else None
    parts: dict[str, Any] = {
        "request": run.request,
        "contract": run.contract,
        "split": run.split,
        "summary": Summary(run.contract.source, run.contract.target, run.verdict, score),
        "about": _About(run.created, run.version, run.remedied),
        "model": run.model,
        "diagnosis": run.diagnosis,
        "evaluation": run.evaluation,
        "sample": run.sample,
        "seconds": dict(run.seconds),
        "minimum": run.minimum,
        "landscape": run.landscape,
        "study": run.study,
        "trained_rows": run.trained,
        "baseline": _baseline_of_all(run.contract) if baseline is None else baseline,
    }
    return {name: _to_json(part) for name, part in parts.items() if part is not None}


def load_run(store: Store, run_id: str) -> Run:
    """The whole run of that id, or "last"; InputError for one that was never finished."""
    row = store.row(run_id)
    model = load_model(store, row.id)
    about = load_needed(store, row.id, "about", _About)
    _refuse_no_moment(about.created, row.id)
    return Run(
        id=row.id,
        created=about.created,
        version=about.version,
        remedied=about.remedied,
        request=load_needed(store, row.id, "request", Request),
        contract=load_needed(store, row.id, "contract", Contract),
        split=load_needed(store, row.id, "split", Split),
        model=model,
        trace=store.trace(row.id),
        diagnosis=load_needed(store, row.id, "diagnosis", Diagnosis),
        evaluation=load_needed(store, row.id, "evaluation", Evaluation),
        sample=load_needed(store, row.id, "sample", Sample),
        seconds=load_needed(store, row.id, "seconds", dict[str, float]),
        minimum=load_part(store, row.id, "minimum", Minimum),
        landscape=load_part(store, row.id, "landscape", Landscape),
        study=load_part(store, row.id, "study", Study),
        trained=load_part(store, row.id, "trained_rows", TrainedRows),
    )


def load_model(store: Store, run_id: str) -> Model:
    """The model of a run, by its id or "last"; InputError for one that was never finished."""
    row = store.row(run_id)
    model = load_part(store, row.id, "model", Model)
    if model is None:
        _refuse_watched(store, row.id)
        raise InputError(
            f"the run {row.id} ({row.status}) holds no model: {row.recorded:,} steps were flushed "
            f"before its end; `steepest show {row.id}` shows them, `steepest fit` trains anew"
        )
    try:
        check_model(model)
    except InputError as error:
        raise InputError(f"the model of the run {row.id} cannot be read: {error}") from error
    return model


def load_part(store: Store, run_id: str, name: str, kind: type[Kind]) -> Kind | None:
    """One document as its type, or None where the run has none; also of a killed run."""
    text = store.document(run_id, name)
    return None if text is None else _from_json(text, kind, f"{name!r} of the run {run_id}")


def load_needed(store: Store, run_id: str, name: str, kind: type[Kind]) -> Kind:
    """One document as its type; InputError where the run has none."""
    part = load_part(store, run_id, name, kind)
    if part is None:
        _refuse_watched(store, run_id)
        raise InputError(f"the run {run_id} in {store.path} holds no document {name!r}")
    return part


def load_baseline(store: Store, run_id: str) -> Baseline:
    """The mean of the training rows' target, or the shares of its classes.

    Raises InputError where the run does not hold it.
    """
    text = store.document(run_id, "baseline")
    if text is not None and text.startswith("["):
        return load_needed(store, run_id, "baseline", tuple[float, ...])
    return load_needed(store, run_id, "baseline", float)


def summary_of(row: RunRow) -> Summary | None:
    """The summary of a listed run; None where whoever wrote it left none."""
    if row.summary is None:
        return None
    return _from_json(row.summary, Summary, f"'summary' of the run {row.id}")


def _refuse_watched(store: Store, run_id: str) -> None:
    """Raise InputError for a loop that was watched: what a fit leaves it has not."""
    row = store.row(run_id)
    summary = summary_of(row)
    if summary is not None and summary.watched:
        raise InputError(
            f"the run {row.id} is a watched loop ({summary.words}): the store holds its record and "
            f"what was found, but no model and no table; `steepest show {row.id}` tells it, "
            f"`steepest lab {row.id}` shows it"
        )


def _refuse_no_moment(created: str, run_id: str) -> None:
    try:
        datetime.fromisoformat(created)
    except ValueError as error:
        raise InputError(f"the run {run_id} has no readable date: {error}") from error


def _baseline_of_all(contract: Contract) -> Baseline | None:
    column = next(column for column in contract.columns if column.name == contract.target)
    counts = dict(column.levels)
    rows = sum(counts.values())
    if not contract.classes or not rows:
        return column.mean
    shares = tuple(counts.get(name, 0) / rows for name in contract.classes)
    return shares[1] if len(shares) == 2 else shares


def _to_json(part: Any) -> str:
    plain = msgspec.to_builtins(part, enc_hook=_plain)
    return json.dumps(_finite(plain), allow_nan=False, separators=(",", ":"))


def _from_json(text: str, kind: type[Kind], what: str) -> Kind:
    try:
        return msgspec.convert(json.loads(text, object_hook=_non_finite), kind)
    except RecursionError:
        raise InputError(f"the document {what} cannot be read: it is nested too deep") from None
    except (ValueError, TypeError, OverflowError) as error:  # msgspec's are ValueErrors
        raise InputError(f"the document {what} cannot be read: {error}") from error


def _plain(value: Any) -> Any:
    """What msgspec does not know by itself: NumPy's numbers and read-only mappings."""
    if isinstance(value, np.generic):
        return cast("Any", value).item()
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise NotImplementedError(f"a run holds no {type(value).__name__}")


def _finite(plain: Any) -> Any:
    if isinstance(plain, float) and not math.isfinite(plain):
        return {_TAG: repr(plain)}
    if isinstance(plain, dict):
        return {key: _finite(value) for key, value in cast("dict[str, Any]", plain).items()}
    if isinstance(plain, (list, tuple)):
        return [_finite(value) for value in cast("list[Any]", plain)]
    return plain


def _non_finite(held: dict[str, Any]) -> Any:
    return float(held[_TAG]) if held.keys() == {_TAG} else held


def context_of(trace: Trace, request: Request | None, contract: Contract | None) -> Context:
    """What `steepest diagnose` knows of a saved run besides its trace.

    Of a watched loop what its watcher wrote down: the facts "classes" and "batch_size".
    """
    classes = len(contract.classes) if contract is not None and contract.classes else None
    return Context(
        optimizer=None if trace.rule == "unknown" else trace.rule,
        batch=_count(trace, "batch_size") if request is None else request.batch,
        classes=_count(trace, "classes") if contract is None else classes,
    )


def _count(trace: Trace, name: str) -> int | None:
    """A fact that is a number of things; None where it is absent, or is none."""
    fact = trace.facts.get(name)
    if fact is None or not isinstance(fact.value, (int, float)) or not math.isfinite(fact.value):
        return None
    return int(fact.value)
