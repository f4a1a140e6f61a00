"""Rows to a trained model: representation, cost, descent. What a fit does once, a fold too."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from steepest.data.contract import Contract
from steepest.data.representation import Representation, learn_representation
from steepest.data.weights import row_weights
from steepest.descent.descend import descend
from steepest.descent.recorder import Row
from steepest.model import Model
from steepest.objective.bowl import Bowl
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import MOST_COLUMNS, LeastSquares
from steepest.objective.losses import huber
from steepest.objective.minimum import least_squares_minimum
from steepest.objective.objective import Objective
from steepest.objective.parallel import Threads
from steepest.run import Minimum, Request
from steepest.trace import Array, Trace

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "MOST_STEPS",
    "Begin",
    "Training",
    "minimum_of",
    "minimum_of_bowl",
    "prepare",
    "threads_of",
]

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

    def descend(
        self, on_step: Callable[[Row], None] | None = None, *, curvature: bool = True
    ) -> Trace:
        """Go down as the request says; `curvature`: measure it along the path afterwards."""
        return self._descend(most_steps(self.request, self.rows), on_step, curvature=curvature)

    def _descend(
        self, steps: int, on_step: Callable[[Row], None] | None, *, curvature: bool
    ) -> Trace:
        request = self.request
        return descend(
            self.objective,
            self.start,
            learning_rate=request.learning_rate,
            rule=request.rule,
            steps=steps,
            batch=None if request.batch is None else min(request.batch, self.rows),
            tolerance=request.tolerance,
            seed=request.seed,
            average=request.average,
            full_loss_every=request.full_loss_every,
            curvature=curvature,
            on_step=on_step,
        )

    def check(self) -> None:
        """Raise InputError for a rule, rate, batch and cost that do not go together.

        By a descent of no steps: what refuses is then asked for at one place.
        """
        self._descend(0, None, curvature=False)

    def model(self, trace: Trace) -> Model:
        """What is kept: the parameters of the last step with what is needed to use them.

        Where the mean of the iterates was asked for, that mean.
        """
        mean = trace.facts.get("average")
        return self.model_at(trace.last_params if mean is None else mean.array)

    def model_at(self, params: Array) -> Model:
        """The model with these parameters (p,), in the descended coordinates."""
        return Model(
            representation=self.representation,
            params=tuple(params.tolist()),
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
    objective = _objective(
        representation.transform(frame),
        truth,
        representation.names,
        row_weights(frame, contract),
        contract,
        request,
    )
    return Training(
        representation, objective, start(objective.names), frame.height, contract, request
    )


def _objective(
    X: Array,
    truth: Array,
    names: tuple[str, ...],
    weight: Array | None,
    contract: Contract,
    request: Request,
) -> Objective:
    """The cost: a bowl known after one pass where it is one, else a mean over the rows."""
    if request.loss == "squared" and X.shape[1] < MOST_COLUMNS:
        return LeastSquares(
            X,
            truth,
            intercept=request.intercept,
            names=names,
            weight=weight,
            l2=request.l2,
            l1=request.l1,
            threads=threads_of(request),
        )
    return GeneralizedLinear(
        X,
        truth,
        loss=huber(request.huber_delta or 1.0) if request.loss == "huber" else request.loss,
        intercept=request.intercept,
        names=names,
        weight=weight,
        l2=request.l2,
        l1=request.l1,
        classes=contract.classes if request.loss == "softmax" else None,
        threads=threads_of(request),
    )


def threads_of(request: Request) -> Threads:
    """How many threads were asked for."""
    return cast("Threads", request.threads)  # `thread_count` refuses what is neither


def minimum_of(training: Training, frame: pl.DataFrame, truth: Array) -> Minimum | None:
    """The bottom of the bowl without descent, in the input's units; None for other costs.

    frame, truth: the rows that train. Exact normal equations where all rows count the same and
    nothing is penalised; else from the singular values that the descent goes by.
    """
    request, representation = training.request, training.representation
    bowl = training.objective.powers().bowl
    if bowl is None:
        return None
    if request.weight is not None or request.l2:
        return minimum_of_bowl(bowl, representation, intercept=request.intercept)
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


def minimum_of_bowl(bowl: Bowl, representation: Representation, *, intercept: bool) -> Minimum:
    """The bottom of a known bowl in the input's units, as its singular values give it."""
    coefficients, constant = representation.to_input_units(bowl.minimum, intercept=intercept)
    error = max(bowl.minimum_error, float(np.finfo(np.float64).eps))
    digits = max(0.0, -math.log10(error)) if np.all(bowl.sloped) else 0.0
    return Minimum(
        coefficients=coefficients,
        intercept=constant,
        digits=math.floor(digits * 10) / 10,
        method="singular values of the weighted and penalised rows, in float64",
    )


def most_steps(request: Request, rows: int) -> int:
    """What was asked for; else a million, or 100 epochs of mini-batches."""
    if request.steps is not None:
        return request.steps
    if request.batch is None:
        return MOST_STEPS
    return min(MOST_STEPS, EPOCHS * math.ceil(rows / request.batch))
