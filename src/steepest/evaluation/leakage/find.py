"""Ask every leakage check, and put together what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from steepest.data.contract import Remark
from steepest.evaluation.leakage.answer import Answer, CannotTell
from steepest.evaluation.leakage.binned_target import binned_target
from steepest.evaluation.leakage.duplicates import duplicates
from steepest.evaluation.leakage.equal_features import equal_features
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.filled_outside import filled_outside
from steepest.evaluation.leakage.future_rows import future_rows
from steepest.evaluation.leakage.groups_straddle import groups_straddle
from steepest.evaluation.leakage.leakage import Leakage
from steepest.evaluation.leakage.missing_knows import missing_knows
from steepest.evaluation.leakage.near_duplicates import near_duplicates
from steepest.evaluation.leakage.noisy_copy import noisy_copy
from steepest.evaluation.leakage.oversampled import oversampled
from steepest.evaluation.leakage.parts_of_target import parts_of_target
from steepest.evaluation.leakage.running_number import running_number
from steepest.evaluation.leakage.scaled_outside import scaled_outside
from steepest.evaluation.leakage.synthetic_rows import synthetic_rows
from steepest.evaluation.leakage.target_copy import target_copy
from steepest.evaluation.leakage.target_encoding import target_encoding
from steepest.evaluation.leakage.times_straddle import times_straddle
from steepest.readable import counted

__all__ = ["CHECKS", "find_leakage"]

Check = Callable[[Evidence], Answer]

# What ruins the scores most comes first.
CHECKS: tuple[Check, ...] = (
    target_copy,
    noisy_copy,
    binned_target,
    parts_of_target,
    future_rows,
    missing_knows,
    target_encoding,
    running_number,
    oversampled,
    duplicates,
    near_duplicates,
    synthetic_rows,
    equal_features,
    groups_straddle,
    times_straddle,
    scaled_outside,
    filled_outside,
)


def find_leakage(evidence: Evidence) -> Leakage:
    """Whether the rows that judge a model told it anything, or a column knows the target.

    Every check answers: found, clear, or what it would need. Of large tables a random sample of
    50,000 rows is looked at (200,000 for equal rows; fewer of many columns), and the first 300
    features; what was found says so.
    """
    found: list[Remark] = []
    clear: list[str] = []
    cannot_tell: dict[str, str] = {}
    with np.errstate(all="ignore"):
        for check in CHECKS:
            answer = check(evidence)
            if isinstance(answer, Remark):
                found.append(replace(answer, sentence=f"{answer.sentence}{_bounds(evidence)}"))
            elif isinstance(answer, CannotTell):
                cannot_tell[check.__name__] = answer.needs
            else:
                clear.append(check.__name__)
    return Leakage(tuple(found), tuple(clear), cannot_tell)


def _bounds(evidence: Evidence) -> str:
    """What was looked at where that is not all, as a sentence after another; else ""."""
    looked: list[str] = []
    if evidence.some.rows < evidence.rows:
        looked.append(f"a random sample of the {counted(evidence.rows, 'row')}")
    if len(evidence.features) < len(evidence.contract.features):
        looked.append(f"the first {len(evidence.features)} features")
    return f" (Of a large table only {' and '.join(looked)} were looked at.)" if looked else ""
