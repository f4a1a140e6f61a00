"""What a finding sets off: a few lines on the screen, and what the user asked for."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from typing import Literal

from steepest.diagnosis.finding import Finding
from steepest.errors import InputError

__all__ = ["FindingError", "OnFinding", "Stopped", "reaction_to", "say", "say_finding"]

OnFinding = Literal["tell", "stop", "raise"] | Callable[[Finding], object]

WIDTH = 92


class FindingError(RuntimeError):
    """Raised out of a watched loop that was asked to end at the first finding.

    finding: what was found
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.title}: {finding.because}")
        self.finding = finding


class Stopped(BaseException):
    """Ends a watched loop; the `with` block around it goes on after it, without an error."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.title)
        self.finding = finding
        self.owner: object = None  # the watching whose block it ends


def reaction_to(asked: OnFinding) -> Callable[[Finding], object]:
    """What to do with a finding, besides to say it; InputError for what is none of the ways."""
    if callable(asked):
        return asked
    if asked == "tell":
        return lambda finding: None
    if asked == "stop":
        return _stop
    if asked == "raise":
        return _raise
    raise InputError(
        f'on_finding is {asked!r}; expected "tell", "stop", "raise" or a function of the finding'
    )


def _stop(finding: Finding) -> None:
    raise Stopped(finding)


def _raise(finding: Finding) -> None:
    raise FindingError(finding)


def say(line: str) -> None:
    """One line on standard error; nothing where there is none."""
    try:
        print(f"steepest: {line}", file=sys.stderr, flush=True)
    except Exception:  # a stream of the user's own may raise anything
        return


def say_finding(finding: Finding, step: int) -> None:
    """A finding in a few lines: at which step, what, why, and what to try."""
    say(f"step {step:,}: {finding.severity}: {finding.title}")
    lines = [finding.because, *(f"try: {remedy.sentence}" for remedy in finding.remedies[:2])]
    for line in lines:
        for part in textwrap.wrap(line, WIDTH, break_long_words=False):
            say(f"  {part}")
