"""What a fit says of its columns: their worth where that is cheap, else why it was not measured."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.studies.study import Study
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.evaluation.studies.worth import column_study
from steepest.model import Model
from steepest.ready import Rows
from steepest.studying.read_again import pairs_of
from steepest.studying.ways import trainer, without
from steepest.trace import Trace
from steepest.training import Training

__all__ = ["PASSES", "method_of", "study_of_fit", "trial_of"]

CHEAP = 4e8
"""Multiplications that `fit` may spend on the worth of the columns: a second, about."""

PASSES = 60
"""Over the rows, of a solver."""


def study_of_fit(model: Model, rows: Rows, training: Training, trace: Trace) -> Study:
    """What `fit` says of the columns: their worth where it is cheap, else why not.

    Cheap is decided by sizes, not by time, so that the same rows and request always say the
    same: see `CHEAP`.
    """
    request, contract = training.request, rows.contract
    score = main_score(request.loss)
    method = method_of(rows.split.folds, len(rows.split.test))
    reason = _too_dear(rows, training, trace)
    if reason:
        said = f"What each column buys was not measured: {reason}; `steepest study RUN` does it."
        return Study(method, score.name, score.better, None, columns_method=said)
    parts = pairs_of(folds_of(rows.split, rows.frame, rows.truth, contract.classes))
    drawn = drawn_of(rows.split, rows.frame)
    trials = Trials(rows.frame, rows.truth, parts, score, contract.classes, drawn)
    train = trainer(contract, request, to_minimum=True)
    ours = trial_of(trials, model, train)
    return column_study(
        trials,
        ours,
        lambda name: trainer(without(contract, name), request, to_minimum=True),
        contract,
        model.representation,
        method=method,
        scores=model.scores,
        plain=rows.split.method not in ("group", "time"),
    )


def _too_dear(rows: Rows, training: Training, trace: Trace) -> str:
    """Why `fit` does not measure the worth of the columns; "" where it does."""
    reason = trace.stop.reason
    if reason == "interrupted":
        return "the descent was interrupted"
    if not np.isfinite(trace.last_loss):
        return "the descent diverged"
    if reason == "unbounded":
        return (
            "the classes can be told apart perfectly, so that what is lost hangs on where the "
            "descent stopped"
        )
    if reason != "converged":
        return (
            "the descent did not converge, so that what a column buys would be mixed with what "
            "more steps buy"
        )
    if rows.split.rows < 2:
        return "there is one row"
    request, width = training.request, len(training.objective.names)
    features, folds = len(rows.contract.features), max(1, rows.split.folds)
    passes = width if request.loss == "squared" and not request.l1 else PASSES
    work = (features + 1) * folds * len(rows.split.train) * width * passes
    if work <= CHEAP:
        return ""
    return (
        f"training {features * folds:,} times more, on {len(rows.split.train):,} rows with "
        f"{width:,} parameters, would take longer than the fit itself"
    )


def method_of(folds: int, held_out: int) -> str:
    """Which rows judge, in a few words."""
    return f"{folds}-fold cross-validation" if folds else f"{held_out:,} rows held out"


def trial_of(trials: Trials, model: Model, train: Train) -> Trial:
    """What the model loses on the held-out rows; over folds, models like it."""
    if len(trials.parts) > 1:
        return trials.judge(train)
    return Trial(trials.losses_of(model, trials.judging))
