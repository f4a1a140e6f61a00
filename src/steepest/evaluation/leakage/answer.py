"""What one leakage check answers: a remark, clear, or what it would need to tell."""

from __future__ import annotations

from dataclasses import dataclass

from steepest.data.contract import Remark

__all__ = ["Answer", "CannotTell", "Clear", "found"]


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing of the kind was seen."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """It could not be looked for; `needs` says what would have to be there."""

    needs: str


Answer = Remark | Clear | CannotTell


def found(code: str, columns: tuple[str, ...], sentence: str) -> Remark:
    """The remark that a way was found; always a warning."""
    return Remark(code, "warning", columns, sentence)
