"""Rows to a trained model: representation, cost, descent. What a fit does once, a fold too."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.data.contract import Contract
from steepest.data.representation import Representation, learn_representation
from steepest.descent.descend import descend
from steepest.descent.recorder import Row
from steepest.descent.rules import rule_named
from steepest.model import Model
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.minimum import least_squares_minimum
from steepest.objective.objective import Objective
from steepest.run import Minimum, Request
from steepest.trace import Array, Trace

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Begin", "Training", "minimum_of", "prepare"]

Begin = Callable[[tuple[str, ...]], Array]

MOST_STEPS = 1_000_000
EPOCHS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Some rows, ready to be descended on."""

    representation: Representation
    objective: Objective
    start: Array
    rows: int
    contract: Contract
    request: Request

    def descend(self, on_step: Callable[[Row], None] | None = None) -> Trace:
        """Go down as the request says."""
        request = self.request
        return descend(
            self.objective,
            self.start,
            learning_rate=request.learning_rate,
            rule=rule_named(request.rule),
            steps=most_steps(request, self.rows),
            batch=None if request.batch is None else min(request.batch, self.rows),
            tolerance=request.tolerance,
            seed=request.seed,
            on_step=on_step,
        )

    def model(self, trace: Trace) -> Model:
        """What is kept: the parameters of the last step with what is needed to use them."""
        return Model(
            representation=self.representation,
            params=tuple(trace.last_params.tolist()),
            intercept_learned=self.request.intercept,
            loss=self.request.loss,
            target=self.contract.target,
            classes=self.contract.classes,
        )


def prepare(
    frame: pl.DataFrame, truth: Array, contract: Contract, request: Request, start: Begin
) -> Training:
    """Learn the representation on these rows, and set up the cost over them.

    frame: the rows; truth: (m,) their target, 0 or 1 for two classes; start: the names of
    the parameters -> where they begin, (p,).
    """
    representation = learn_representation(
        frame, contract, degree=request.degree, scale=request.scale, intercept=request.intercept
    )
    X = representation.transform(frame)
    names, intercept = representation.names, request.intercept
    if request.loss == "squared":
        objective: Objective = LeastSquares(X, truth, intercept=intercept, names=names)
    else:
        objective = GeneralizedLinear(X, truth, loss=request.loss, intercept=intercept, names=names)
    return Training(
        representation, objective, start(objective.names), frame.height, contract, request
    )


def minimum_of(
    representation: Representation, frame: pl.DataFrame, truth: Array, request: Request
) -> Minimum | None:
    """The bottom of the bowl without descent, in the input's units; None for other losses."""
    if request.loss != "squared":
        return None
    columns, powers = representation.columns_and_powers(frame)
    found = least_squares_minimum(columns, truth, intercept=request.intercept, powers=powers)
    values: list[float] = found.params.tolist()
    intercept = values.pop() if request.intercept else None
    return Minimum(
        coefficients=dict(zip(representation.names, values, strict=True)),
        intercept=intercept,
        digits=math.floor(found.digits * 10) / 10,
        method=found.method,
    )


def most_steps(request: Request, rows: int) -> int:
    """What was asked for; else a million, or 100 epochs of mini-batches."""
    if request.steps is not None:
        return request.steps
    if request.batch is None:
        return MOST_STEPS
    return min(MOST_STEPS, EPOCHS * math.ceil(rows / request.batch))
