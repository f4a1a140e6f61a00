"""What a saved run descended on: its table read, split and represented again as it did it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from steepest.data import datasets
from steepest.errors import InputError
from steepest.live.examples import Examples
from steepest.objective.losses import huber, loss_named
from steepest.ready import Rows, make_ready
from steepest.run import Request
from steepest.stopwatch import Stopwatch
from steepest.trace import Trace
from steepest.training import Training

__all__ = ["IN_PIECES", "Source", "gone", "matches", "source_of"]

IN_PIECES = (
    "Its rows came piece by piece and are not read again here; shown is what the store holds."
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a saved descent was on.

    training:  None where it cannot be read again; note: why not, in a sentence
    """

    training: Training | None
    examples: Examples | None
    note: str


def source_of(request: Request | None) -> Source:
    """The table read, split and represented as the run did it."""
    if request is None:
        return Source(None, None, "It was not made by `fit`, and what it descended on is unknown.")
    if not Path(request.source).is_file() and request.source not in datasets.names():
        return Source(None, None, gone(request, "there is no such file or built-in data set"))
    try:
        rows, training = make_ready(request.source, request, request.start, Stopwatch())
    except InputError as error:
        return Source(None, None, gone(request, str(error)))
    return Source(training, _examples(rows, training), "")


def gone(request: Request, why: str) -> str:
    """Why the rows of a run are not at hand, in a sentence."""
    return (
        f"The table of this run, {request.source}, cannot be used any more ({why}); shown is what "
        "the store holds."
    )


def _examples(rows: Rows, training: Training) -> Examples:
    request = training.request
    held = np.zeros(rows.split.rows, dtype=np.bool_)
    held[rows.split.test] = True
    delta = request.huber_delta
    return Examples(
        frame=rows.frame,
        entering=rows.frame,
        representation=training.representation,
        loss=huber(delta or 1.0) if request.loss == "huber" else loss_named(request.loss),
        truth=rows.truth,
        held=held,
        units={},
        intercept=request.intercept,
        target=request.target,
        classes=rows.contract.classes,
        total=rows.split.rows,
        weighted=request.weight is not None,
        delta=(delta or 1.0) if request.loss == "huber" else None,
    )


def matches(training: Training, trace: Trace) -> bool:
    """Whether the cost has the parameters of the record, and its loss where it began."""
    if training.objective.names != trace.names:
        return False
    if trace.params is None or trace.loss_of != "full":
        return True
    with np.errstate(all="ignore"):
        value, _ = training.objective.value_and_gradient(trace.params[0])
    return bool(np.isclose(value, trace.loss[0], rtol=1e-6, atol=0.0, equal_nan=True))
