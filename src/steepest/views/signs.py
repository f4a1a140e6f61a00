"""The sign before a finding: what it is worth, told without colour too."""

from __future__ import annotations

from steepest.diagnosis.finding import Finding
from steepest.views.console_lines import Sign

__all__ = ["GOOD", "NOTE", "SIGNS", "UNKNOWN", "sign_of"]

SIGNS: dict[str, Sign] = {
    "error": ("✗", "X", "bold red"),
    "warning": ("!", "!", "bold yellow"),
}
GOOD: Sign = ("✓", "+", "bold green")
NOTE: Sign = ("i", "i", "bold cyan")
UNKNOWN: Sign = ("?", "?", "bold")


def sign_of(finding: Finding) -> Sign:
    """The sign of a finding: only `converged` is good, other information is a note."""
    if finding.severity == "info":
        return GOOD if finding.code == "converged" else NOTE
    return SIGNS[finding.severity]
