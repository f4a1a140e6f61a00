"""What a leakage check answers, and what all of them say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steepest.data.contract import Remark

__all__ = ["Leakage"]


@dataclass(frozen=True, slots=True)
class Leakage:
    """Whether rows that judge a model have told it anything, or a column knows the target.

    found:        one remark for each way that was found, as a rule of severity "warning"
    clear:        the codes of the checks that found nothing
    cannot_tell:  code -> what the check would need

    That a check is clear does not prove that nothing leaks: it looks for one way only.
    """

    found: tuple[Remark, ...]
    clear: tuple[str, ...]
    cannot_tell: Mapping[str, str]
