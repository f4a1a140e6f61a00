"""What can be said of the bottom of a bowl: one minimum, or which columns leave it flat."""

from __future__ import annotations

import numpy as np

from steepest.objective.bowl import Bowl
from steepest.readable import counted, listed
from steepest.trace import Array

__all__ = ["certificate"]


def certificate(bowl: Bowl, names: tuple[str, ...]) -> str:
    """A sentence: one minimum; one, but hardly curved; or flat along which columns."""
    curvatures, sloped = bowl.curvatures, bowl.sloped
    least = bowl.rows * np.finfo(np.float64).eps * bowl.sharpness
    if not np.all(sloped):
        count = counted(int((~sloped).sum()), "direction")
        return (
            f"convex, but flat along {count} of {shown_columns(bowl.axes[:, ~sloped], names)}: "
            "these columns say the same, and any point along there is as good"
        )
    if curvatures[-1] > least:
        return (
            f"the bowl has one minimum: its smallest curvature {curvatures[-1]:.3g} is above "
            f"rounding ({least:.1g})"
        )
    return (
        "the bowl has one minimum, since its columns are independent, but it is hardly curved "
        f"along {shown_columns(bowl.axes[:, curvatures <= least], names)}: {curvatures[-1]:.3g}, "
        f"where the rounding of a Hessian is {least:.1g}"
    )


def shown_columns(axes: Array, names: tuple[str, ...]) -> str:
    """The columns that some axes (p, n) are made of, most of all first, eight at most."""
    weight = np.sqrt(np.sum(axes**2, axis=1))
    order: list[int] = np.argsort(-weight).tolist()
    return listed([names[j] for j in order if weight[j] > 0.1])
