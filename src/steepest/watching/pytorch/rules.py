"""What an optimizer of PyTorch is called in a record."""

from __future__ import annotations

from typing import Any

__all__ = ["rule_of"]


def rule_of(optimizer: Any, *, whole: bool = False) -> str:
    """The update rule by its usual name: "adam", "adamw", "momentum", "sgd", ...

    whole: whether all parameters are recorded; whether plain descent is what it is, is then read
           off the record itself, as of anybody's log ("unknown")
    """
    name = type(optimizer).__name__.lower()
    if any(group.get("maximize") for group in optimizer.param_groups):
        return f"{name}_maximize"
    if name != "sgd":
        return name
    groups = optimizer.param_groups
    if any(group.get("nesterov") for group in groups):
        return "nesterov"
    if any(group.get("momentum") for group in groups):
        return "momentum"
    return "unknown" if whole else "sgd"
