"""That a value is missing tells the target."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.ordinary import explained, ranked
from steepest.evaluation.leakage.shared import percent_of
from steepest.readable import counted

__all__ = ["missing_knows"]

_FEWEST = 10
_KNOWN = 0.5


def missing_knows(evidence: Evidence) -> Answer:
    """Whether a column is filled in depends on the target.

    Sees
        How much of the target, or of its ranks, is explained by whether a feature has a value.
    Matters
        A column that is filled in for one outcome and empty for the other was filled in after the
        outcome was known. Text that is missing is a level of its own, and a gap that the median
        stands in for is a value of its own, so that the model can tell. In use all are empty.
    Decides
        Ten rows with and ten without a value, and at least half of the variance of the target,
        or of its ranks, explained: far more than gaps that depend on how people are explain.
    When it is wrong
        Where the gap itself is known in time, as an answer that was refused.
    Try
        Leave the column out, or keep what was known before the target only: `--features`.
    Sources
        Rubin 1976, "Inference and missing data"; Kaufman et al. 2012.
    """
    some = evidence.some
    gaps = [c.name for c in some.features if c.missing and c.kind != "other"]
    if not gaps:
        return Clear()
    told: list[tuple[float, str, int]] = []
    enough = False
    target = some.indicators if some.classes else ranked(some.indicators)
    for name in gaps:
        empty = some.frame[name].is_null().to_numpy()
        if min(int(empty.sum()), int((~empty).sum())) < _FEWEST:
            continue
        enough = True
        flag = empty.astype(np.float64)[:, None]
        shares = [explained(part[:, None], flag) for part in (*target.T, *some.indicators.T)]
        share = max(shares)
        if share >= _KNOWN:
            told.append((share, name, int(empty.sum())))
    if not told:
        return Clear() if enough else CannotTell("a column with ten gaps and ten values")
    told.sort(key=lambda one: -one[0])
    share, name, empty = told[0]
    more = f" (and so for {counted(len(told) - 1, 'other column')})" if len(told) > 1 else ""
    return found(
        "missing_knows",
        tuple(name for _, name, _ in told),
        f"Whether {name} is missing (in {empty:,} of {some.rows:,} rows) explains "
        f"{percent_of(share)} of {evidence.contract.target}{more}: it is filled in as a rule when "
        "the target is known already, so that the scores are too good. Leave it out (--features), "
        "or keep only what was known in time.",
    )
