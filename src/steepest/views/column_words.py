"""Which columns are shown to buy something, and which look idle."""

from __future__ import annotations

from steepest.evaluation.studies.study import ColumnWorth

__all__ = ["is_shown_to_buy", "looks_idle"]


def is_shown_to_buy(worth: ColumnWorth) -> bool:
    """Whether the model is shown to be worse without it; all columns counted, where they were."""
    if worth.verdict:
        return worth.verdict == "buys"
    return worth.low is not None and worth.low > 0


def looks_idle(worth: ColumnWorth) -> bool:
    """Whether it can be tried without: it buys next to nothing, or harms."""
    if worth.verdict:
        return worth.verdict in ("little", "harms")
    return worth.low is not None and worth.low <= 0
