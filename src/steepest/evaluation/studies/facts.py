"""What is known of a run when a cause is looked for: words that hold here, not everywhere."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sentences of a study go by.

    degree, l2, l1: of the run
    arrived:   whether the descent converged, or is repeated straight to the minimum
    bounded:   whether the cost has a minimum; without, all hangs on where a descent stopped
    standard:  whether the columns are standardised and an intercept is learned, as in a peer
    rows:      how many train a model
    degrees:   whether there are degrees to choose from
    degree_tried: whether a curve over the degree says more of it
    richer:    whether gradient-boosted trees are shown to be better; None where not known
    """

    degree: int = 1
    l2: float = 0.0
    l1: float = 0.0
    arrived: bool = True
    bounded: bool = True
    standard: bool = True
    rows: int = 0
    degrees: bool = True
    degree_tried: bool = False
    richer: bool | None = None
