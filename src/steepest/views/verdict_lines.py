"""What a diagnosis says, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from steepest.diagnosis.finding import Diagnosis

__all__ = ["verdict_lines"]

UNBROKEN = "\xa0"  # keeps a number and its per cent sign on one line


def verdict_lines(diagnosis: Diagnosis, *, width: int = 80) -> Iterator[str]:
    """The verdict; then every finding with its reason, and what to try.

    Where no rule found anything, what each of them would need to tell.
    """
    yield f"Verdict: {diagnosis.verdict}"
    for finding in diagnosis.findings:
        because = finding.because[:1].upper() + finding.because[1:]
        yield from _wrapped(f"{finding.title}. {because}.", width)
        for remedy in finding.remedies:
            yield from _wrapped(f"Try: {remedy.sentence}.", width)
    if not diagnosis.findings:
        for code, needs in diagnosis.cannot_tell.items():
            yield from _wrapped(f"To tell whether it is {code}: {needs}.", width)


def _wrapped(text: str, width: int) -> list[str]:
    lines = wrap(
        text.replace(" %", f"{UNBROKEN}%"),
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [line.replace(UNBROKEN, " ") for line in lines]
