"""Ask every leakage check, and put together what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.data.contract import Remark
from steepest.evaluation.leakage.answer import Answer, CannotTell
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
from steepest.evaluation.leakage.target_copy import target_copy
from steepest.evaluation.leakage.target_encoding import target_encoding
from steepest.evaluation.leakage.times_straddle import times_straddle

__all__ = ["CHECKS", "find_leakage"]

Check = Callable[[Evidence], Answer]

# What ruins the scores most comes first.
CHECKS: tuple[Check, ...] = (
    target_copy,
    noisy_copy,
    parts_of_target,
    future_rows,
    missing_knows,
    target_encoding,
    running_number,
    oversampled,
    duplicates,
    near_duplicates,
    equal_features,
    groups_straddle,
    times_straddle,
    scaled_outside,
    filled_outside,
)


def find_leakage(evidence: Evidence) -> Leakage:
    """Whether the rows that judge a model told it anything, or a column knows the target.

    Every check answers: found, clear, or what it would need. Tables of up to 100,000 rows are
    looked at whole, larger ones by a random sample (their equal rows up to 500,000).
    """
    found: list[Remark] = []
    clear: list[str] = []
    cannot_tell: dict[str, str] = {}
    with np.errstate(all="ignore"):
        for check in CHECKS:
            answer = check(evidence)
            if isinstance(answer, Remark):
                found.append(answer)
            elif isinstance(answer, CannotTell):
                cannot_tell[check.__name__] = answer.needs
            else:
                clear.append(check.__name__)
    return Leakage(tuple(found), tuple(clear), cannot_tell)
