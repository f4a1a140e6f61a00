"""What a thresholding policy does, in words."""

from __future__ import annotations

from steepest.evaluation.policies.cheapest import Cheapest
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.words import percent
from steepest.readable import readable

__all__ = ["policy_words"]


def policy_words(
    policy: Policy,
    cheapest: Cheapest | None,
    anchor: float | None,
    *,
    positives: int,
    classes: tuple[str, ...] = (),
) -> str:
    """What the policy does, without a full stop.

    cheapest:  of the policy "cost", where the evaluated rows cost least; anchor: and where true
               probabilities would; None for other policies
    positives: among the evaluated rows
    classes:   (negative, positive), to say for which one every row is decided
    """
    if policy.kind == "fixed":
        return f"at a probability of {readable(policy.value)}"
    if policy.kind == "budget":
        return f"at most about {percent(policy.value)} of all cases called positive"
    if policy.kind == "recall":
        words = f"about {percent(policy.value)} of the positives found"
        return words if positives else f"{words}; no row is positive, so 0.5 stands in for it"
    reach = _constant(cheapest, classes) or _around(cheapest)
    return f"where the errors cost least{reach}{_in_theory(anchor)}"


def _constant(cheapest: Cheapest | None, classes: tuple[str, ...]) -> str:
    """That every row is decided alike, where that costs least."""
    if cheapest is None or cheapest.always is None or not classes:
        return ""
    called = classes[cheapest.always]
    if 0 < cheapest.threshold <= 1:
        return f": every one of these rows is called {called}"
    return f": calling every row {called}"


def _around(cheapest: Cheapest | None) -> str:
    """From where to where every threshold costs the same."""
    if cheapest is None or readable(cheapest.low, 2) == readable(cheapest.high, 2):
        return ""
    low, high = readable(cheapest.low, 2), readable(cheapest.high, 2)
    return f": the same on these rows for every threshold from {low} to {high}"


def _in_theory(anchor: float | None) -> str:
    if anchor is None:
        return ""
    return f"; by the ratio of the costs alone, were the probabilities true, {readable(anchor, 2)}"
