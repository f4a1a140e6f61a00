"""What a thresholding policy is, in words."""

from __future__ import annotations

from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.thresholds import Cheapest
from steepest.evaluation.words import percent
from steepest.readable import readable

__all__ = ["policy_words"]


def policy_words(
    policy: Policy, cheapest: Cheapest | None, anchor: float | None, *, positives: int
) -> str:
    """What the policy does, without a full stop.

    cheapest:  of the policy "cost", where the evaluated rows cost least; anchor: and where true
               probabilities would; None for other policies
    positives: among the evaluated rows
    """
    if policy.kind == "fixed":
        return f"at a probability of {readable(policy.value)}"
    if policy.kind == "budget":
        return f"at most {percent(policy.value)} of all cases called positive"
    if policy.kind == "recall":
        words = f"{percent(policy.value)} of the positives found"
        return words if positives else f"{words}; no row is positive, so 0.5 stands in for it"
    return f"where the errors cost least{_around(cheapest)}{_in_theory(anchor)}"


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
