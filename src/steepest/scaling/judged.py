"""What the model is worth by rows held out that were drawn, and by the sums over all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.contract import Contract
from steepest.data.table import target_values
from steepest.evaluation.evaluate import Settings, evaluate
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.leakage.evidence import evidence_of
from steepest.evaluation.leakage.find import find_leakage
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.policies.policy import policy_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.split import Split
from steepest.model import Model
from steepest.passes.survey import Surveyed
from steepest.run import Request
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DrawnSplit", "baseline_from", "drawn_split", "judge_drawn"]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSplit:
    """Some rows of either part, as if they were a table of their own.

    split: of the rows of `frame`
    """

    frame: pl.DataFrame
    truth: Array
    split: Split


def drawn_split(found: Surveyed, contract: Contract, request: Request) -> DrawnSplit:
    """The rows that the survey drew, those that train first."""
    import polars as pl

    train, held = found.some_train.frame, found.some_held.frame
    frame = pl.concat([train, held])
    return DrawnSplit(
        frame,
        target_values(frame, contract),
        Split(
            "random",
            request.holdout,
            request.seed,
            frame.height,
            tuple(range(train.height, frame.height)),
        ),
    )


def judge_drawn(
    model: Model,
    rows: DrawnSplit,
    contract: Contract,
    request: Request,
    baseline: Baseline,
    held: int,
) -> Evaluation:
    """By the drawn rows that were held out.

    held: how many are held out in all.
    """
    test = rows.split.test
    unit = next(c.unit for c in contract.columns if c.role == "target")
    settings = Settings(
        costs=costs_from(request.costs),
        policy=policy_from(request.threshold),
        unit=unit,
        seed=request.seed,
    )
    method = f"{held:,} of {contract.rows:,} rows held out at random (seed {request.seed})"
    if held > len(test):
        method += f"; {len(test):,} of them, drawn at random, are judged"
    found = evaluate(
        model, rows.frame[test], rows.truth[test], baseline=baseline, method=method,
        settings=settings,
    )  # fmt: skip
    pairs = [(rows.split.train, test)]
    evidence = evidence_of(rows.frame, contract, rows.truth, rows.split, pairs)
    return replace(found, leakage=find_leakage(evidence))


def baseline_from(found: Surveyed, contract: Contract, shift: Array) -> Baseline:
    """The mean of the target over the rows that train, or the shares of its classes."""
    if not contract.classes:
        return float(shift[-1] + found.train.R[0, -1] / found.train.R[0, 0])
    shares = found.classes / max(1.0, float(found.classes.sum()))
    return float(shares[1]) if len(shares) == 2 else tuple(np.asarray(shares).tolist())
