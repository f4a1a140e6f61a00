"""When rows on both sides of a split are enough to speak of, and how they are told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.leakage.evidence import Evidence
from steepest.readable import counted, readable

__all__ = ["enough", "judged_share", "percent_of"]

_FEWEST = 3
_SHARE = 0.01


def enough(both: NDArray[np.bool_], rows: Evidence) -> bool:
    """Whether three rows or more, and 1 % of those that judge, are on both sides.

    both: (m,) of the m rows
    """
    return int(both.sum()) >= max(_FEWEST, _SHARE * int(rows.judged.sum()))


def judged_share(both: NDArray[np.bool_], rows: Evidence) -> str:
    """How many rows that is: "12 of the 100 rows that judge the model (12 %)"."""
    many, judged = int(both.sum()), int(rows.judged.sum())
    share = percent_of(many / judged)
    return f"{many:,} of the {counted(judged, 'row')} that judge the model ({share})"


def percent_of(share: float) -> str:
    """A share in percent, to three digits."""
    return f"{readable(100 * share, digits=3)} %"
