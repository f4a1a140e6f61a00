"""Thresholding policies: how a probability of two classes becomes a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.evaluation.policies.costs import Costs

__all__ = ["Policy", "check_policy", "policy_from"]

Kind = Literal["fixed", "cost", "recall", "budget"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to choose the threshold.

    kind:   "fixed": at the probability `value`; "cost": where the errors cost least, or every case
            is called alike where that costs less; "recall": the highest at which a share of
            `value` of the positives is still found, a new one among them; "budget": the lowest at
            which at most a share of `value` of all cases is called positive, a new one among them
    value:  see there; 0 for "cost"
    """

    kind: Kind
    value: float = 0.0

    @property
    def text(self) -> str:
        """As it is asked for: "0.5", "cost", "recall=0.9", "budget=0.05"."""
        if self.kind == "fixed":
            return f"{self.value:g}"
        return self.kind if self.kind == "cost" else f"{self.kind}={self.value:g}"


def policy_from(given: str | float) -> Policy:
    """The policy from a probability, or a text: "0.3", "cost", "recall=0.9", "budget=0.05".

    Raises InputError for what is none of these.

    >>> policy_from("recall=0.9"), policy_from(0.3).text
    (Policy(kind='recall', value=0.9), '0.3')
    """
    kind, _, rest = str(given).strip().partition("=")
    if kind == "cost" and not rest:
        return Policy("cost")
    try:
        value = float(rest or kind)
    except ValueError:
        value = -1.0
    if 0 <= value <= 1 and not isinstance(given, bool):
        if not rest or kind == "fixed":
            return Policy("fixed", value)
        if kind == "recall" and value > 0:
            return Policy("recall", value)
        if kind == "budget" and value > 0:
            return Policy("budget", value)
    raise InputError(
        f"threshold is {shown(given)}; expected a probability from 0 to 1, or cost, recall=SHARE "
        "or budget=SHARE, with a share above 0 and up to 1"
    )


def check_policy(policy: Policy, costs: Costs | None, classes: Sequence[str]) -> None:
    """Raise InputError for a policy that does not fit the target, or lacks the costs it needs.

    classes: of the target, of two the negative first; () for a number
    """
    if len(classes) != 2 and policy != Policy("fixed", 0.5):
        target = f"has {len(classes)} classes" if classes else "is a number"
        raise InputError(
            f"threshold is {policy.text}, and the target {target}; a threshold is for a target of "
            "two classes: leave it out"
        )
    if policy.kind == "cost" and costs is None:
        raise InputError(
            "threshold is cost, and no costs are named; name them, as "
            "false_positive=1,false_negative=20"
        )
