"""What a diagnosis rule says: found, clear, or cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Answer", "CannotTell", "Clear", "Diagnosis", "Finding", "Remedy", "Severity"]

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to change.

    `sentence` says it in words; `set` maps names of arguments of `fit` and `descend`
    (learning_rate, steps, scale, ...) to the exact values, empty where none can be known.
    """

    sentence: str
    set: Mapping[str, float | int | str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"sentence": self.sentence, "set": dict(self.set)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found, with its numbers.

    `because` is a sentence that holds the numbers; `evidence` holds them by name; `layers` are
    the layers of a network that it is about, where it is about some.
    """

    code: str
    severity: Severity
    title: str
    because: str
    evidence: Mapping[str, float]
    remedies: tuple[Remedy, ...] = ()
    layers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "title": self.title,
            "because": self.because,
            "evidence": dict(self.evidence),
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            **({"layers": list(self.layers)} if self.layers else {}),
        }


@dataclass(frozen=True, slots=True)
class Clear:
    """The rule looked, and its fault is not there."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The rule could not look; `needs` says what would have to be recorded."""

    needs: str


Answer = Finding | Clear | CannotTell


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that the rules say of one trace.

    verdict:      code of the top finding, or "cannot_tell" when there is none
    findings:     the top finding first
    clear:        codes of the rules that looked and found nothing
    cannot_tell:  code -> what would have to be recorded
    """

    verdict: str
    findings: tuple[Finding, ...]
    clear: tuple[str, ...]
    cannot_tell: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "verdict": self.verdict,
            "findings": [finding.to_dict() for finding in self.findings],
            "clear": list(self.clear),
            "cannot_tell": dict(self.cannot_tell),
        }
