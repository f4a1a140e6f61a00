"""Ways to train again as a run was trained: as it was asked for, or straight to the minimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from steepest.data.contract import Contract
from steepest.descent.start import start_from
from steepest.model import Model
from steepest.run import Request, Run
from steepest.trace import Array
from steepest.training import prepare

if TYPE_CHECKING:
    import polars as pl

__all__ = ["goes_to_minimum", "trainer", "without"]

_SOLVER_STEPS = 1_000
_SOLVER_TOLERANCE = 1e-6


def trainer(
    contract: Contract, request: Request, *, to_minimum: bool
) -> Callable[[pl.DataFrame, Array], Model]:
    """A function (rows, their target) -> a model trained as was asked.

    to_minimum:  by whichever way to the minimum is fastest: directly where the cost is a bowl,
                 else by L-BFGS, or FISTA under an l1 penalty, to 1e-6 and at most 1,000 steps.
                 False: by the descent that was asked for, from zeros or at random
    """
    asked = replace(request, start="random" if request.start == "random" else "zeros")
    if to_minimum:
        asked = replace(
            asked,
            rule="fista" if request.l1 else "lbfgs",
            learning_rate="auto",
            batch=None,
            average=False,
            full_loss_every=None,
            steps=_SOLVER_STEPS,
            tolerance=_SOLVER_TOLERANCE,
        )

    def train(frame: pl.DataFrame, target: Array) -> Model:
        fold = prepare(
            frame,
            target,
            contract,
            asked,
            lambda names: start_from(asked.start, names, asked.seed),
        )
        bowl = fold.objective.powers().bowl
        if to_minimum and bowl is not None and not asked.l1:
            return fold.model_at(bowl.minimum)
        trace = fold.descend(curvature=False)
        if trace.stop.reason == "interrupted":  # a descent notes Ctrl-C, and does not raise it
            raise KeyboardInterrupt
        return fold.model(trace)

    return train


def goes_to_minimum(run: Run) -> bool:
    """Whether a run is repeated to the minimum: one that converged, or was to have no bound.

    Not where there is no minimum: what is learned then hangs on where the descent stops.
    """
    request, reason = run.request, run.trace.stop.reason
    endless = request.steps is None and request.batch is None and reason != "unbounded"
    return reason == "converged" or endless


def without(contract: Contract, name: str) -> Contract:
    """The contract with a column left out of the model."""
    return replace(
        contract,
        columns=tuple(
            replace(column, role="left_out", reason="to see what it buys")
            if column.name == name
            else column
            for column in contract.columns
        ),
    )
