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
from steepest.evaluation.leakage.leakage import Leakage
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.policies.policy import policy_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.split_words import held_out_in_words
from steepest.model import Model
from steepest.passes.survey import Surveyed
from steepest.run import Request
from steepest.scaling.settled import all_drawn, drawn_frame
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DrawnSplit", "baseline_from", "drawn_split", "judge_drawn", "split_of"]

_OF_PAIRS: tuple[str, ...] = ("oversampled", "duplicates", "near_duplicates", "synthetic_rows")
_OF_ORDER: tuple[str, ...] = ("running_number", "future_rows", "times_straddle", "groups_straddle")


NONE_HELD = (
    "no rows held out, and rows that come piece by piece are not cross-validated; to have the "
    "model judged, hold a share out (--holdout 0.2), or evaluate it on other rows (steepest "
    "evaluate)"
)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSplit:
    """Some rows of either part, as if they were a table of their own.

    split: of the rows of `frame`
    whole: whether these are all rows that there are
    """

    frame: pl.DataFrame
    truth: Array
    split: Split
    whole: bool


def split_of(request: Request, found: Surveyed) -> Split:
    """The split of all rows: which are held out is told by their places, and how many is known."""
    held = found.held.rows
    method = "random" if held else "none"
    return Split(method, request.holdout, request.seed, found.used, (), counted=held)


def drawn_split(found: Surveyed, contract: Contract, request: Request) -> DrawnSplit:
    """The rows that the survey drew, those that train first."""
    frame, train = drawn_frame(found), found.some_train.frame.height
    held = tuple(range(train, frame.height))
    split = Split("random", request.holdout, request.seed, frame.height, held)
    return DrawnSplit(frame, target_values(frame, contract), split, all_drawn(found))


def judge_drawn(
    model: Model,
    rows: DrawnSplit,
    contract: Contract,
    request: Request,
    baseline: Baseline,
    split: Split,
) -> Evaluation:
    """By the drawn rows that were held out; split: of all rows."""
    test = rows.split.test
    unit = next(c.unit for c in contract.columns if c.role == "target")
    settings = Settings(
        costs=costs_from(request.costs),
        policy=policy_from(request.threshold),
        unit=unit,
        seed=request.seed,
    )
    method = held_out_in_words(split) if split.held else NONE_HELD
    if split.held > len(test):
        method += f"; {len(test):,} of them, drawn at random, are judged in detail"
    found = evaluate(
        model, rows.frame[test], rows.truth[test], baseline=baseline, method=method,
        settings=settings,
    )  # fmt: skip
    return replace(found, leakage=_leakage(rows, contract))


def _leakage(rows: DrawnSplit, contract: Contract) -> Leakage:
    """What the drawn rows tell of leakage; what they cannot tell is not said to be clear."""
    there = set(rows.frame.columns)
    read = replace(contract, columns=tuple(c for c in contract.columns if c.name in there))
    pairs = [(rows.split.train, rows.split.test)]
    found = find_leakage(evidence_of(rows.frame, read, rows.truth, rows.split, pairs))
    needs: dict[str, str] = dict.fromkeys(_OF_ORDER, "all columns of all rows, in their order")
    if not rows.whole:
        needs |= dict.fromkeys(_OF_PAIRS, "all rows that train, not some of them")
    unknown = {code: needs[code] for code in found.clear if code in needs}
    clear = tuple(code for code in found.clear if code not in needs)
    return Leakage(found.found, clear, {**found.cannot_tell, **unknown})


def baseline_from(found: Surveyed, contract: Contract, shift: Array) -> Baseline:
    """The mean of the target over the rows that train, or the shares of its classes."""
    if not contract.classes:
        if found.plain.shape[1]:
            return float(shift[-1] + found.plain[0, -1] / found.train.rows)
        return float(shift[-1] + found.train.R[0, -1] / found.train.R[0, 0])
    shares = found.classes / max(1.0, float(found.classes.sum()))
    return float(shares[1]) if len(shares) == 2 else tuple(np.asarray(shares).tolist())
