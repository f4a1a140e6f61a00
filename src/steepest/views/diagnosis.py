"""A diagnosis on one screen: what is wrong, what shows it, what to do, and what to log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.readable import counted, readable
from steepest.run import Request
from steepest.views.console_lines import WIDEST, block, command, facts, labelled, signed
from steepest.views.fit_command import fit_command
from steepest.views.phrases import sentence, spelled
from steepest.views.signs import UNKNOWN, sign_of

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_verdict"]

MOST_FACTS = 6
MOST_REMEDIES = 3
MOST_OTHERS = 3
MOST_NEEDS, NEEDS_BESIDE_A_VERDICT = 5, 3
LABEL = "Not there "
_OPTIONS = frozenset(field.name for field in fields(Request))


def show_verdict(diagnosis: Diagnosis, console: Console, *, request: Request | None = None) -> None:
    """Print the verdict with its reason, evidence and remedies; then, shortly, all the rest.

    The rest is: other findings, what was looked for and is not there, and what would have
    to be logged for the rules that could not tell; the same need is said once.

    request: of a run of our own, so that a remedy with an exact value comes as a command
    """
    if diagnosis.findings:
        top, *others = diagnosis.findings
        signed(console, sign_of(top), f"{top.title}.", sentence(top.because))
        evidence = [(spelled(name), readable(value)) for name, value in top.evidence.items()]
        facts(console, evidence[:MOST_FACTS])
        _remedies(top.remedies, console, request)
        _others(others, console)
    else:
        signed(console, UNKNOWN, "Cannot tell.", "No rule found anything.")
    console.print()
    clear = [spelled(code) for code in diagnosis.clear if code != "converged"]
    if clear:
        room = min(console.width, WIDEST) - len(LABEL)
        labelled(console, LABEL, _as_many_as_fit(clear, room))
    most = NEEDS_BESIDE_A_VERDICT if diagnosis.findings else MOST_NEEDS
    _needs(diagnosis.cannot_tell, console, most)


def _remedies(remedies: Sequence[Remedy], console: Console, request: Request | None) -> None:
    """What to do, numbered where there is a choice, with the exact values to set."""
    shown = remedies[:MOST_REMEDIES]
    for number, remedy in enumerate(shown, start=1):
        begin = "  Do  " if number == 1 else "      "
        counter = f"{number}. " if len(shown) > 1 else ""
        block(console, begin + counter, "", sentence(remedy.sentence))
        if request is not None and remedy.set and remedy.set.keys() <= _OPTIONS:
            command(console, fit_command(request, remedy.set))
        elif request is None and (unsaid := _unsaid(remedy)):
            block(console, " " * 9, "", f"{', '.join(unsaid)}.")


def _unsaid(remedy: Remedy) -> list[str]:
    """The numbers to set that the sentence itself does not hold; names of our own options
    help nobody whose loop is another."""
    return [
        f"{spelled(name)} {readable(value)}"
        for name, value in remedy.set.items()
        if not isinstance(value, str) and readable(value) not in remedy.sentence
    ]


def _others(findings: Sequence[Finding], console: Console) -> None:
    """Every other finding on one line."""
    if findings:
        console.print()
    for finding in findings[:MOST_OTHERS]:
        room = min(console.width, WIDEST) - len(finding.title) - 4
        signed(console, sign_of(finding), f"{finding.title}.", _cut(finding.because, room))
    more = len(findings) - MOST_OTHERS
    if more > 0:
        block(console, "  ", "", f"and {counted(more, 'finding')} more; --json has them all")


def _cut(words: str, room: int) -> str:
    """The beginning of a sentence, as much of it as has room; "" for less than three words."""
    whole = sentence(words)
    if len(whole) <= room:
        return whole
    begin = whole[: max(room - 4, 0)].rpartition(" ")[0].rstrip(" ,;:")
    return f"{begin} ..." if begin.count(" ") >= 2 else ""


def _as_many_as_fit(names: Sequence[str], room: int) -> str:
    """The names with commas between them, on one line; how many more there are, if any.

    >>> _as_many_as_fit(["crawling", "saddle", "plateau"], 40)
    'crawling, saddle, plateau.'
    >>> _as_many_as_fit(["crawling", "saddle", "plateau"], 20)
    'crawling and 2 more.'
    """
    for count in range(len(names), 1, -1):
        more = f" and {len(names) - count} more." if count < len(names) else "."
        words = ", ".join(names[:count]) + more
        if len(words) <= room:
            return words
    return f"{names[0]} and {len(names) - 1} more." if len(names) > 1 else f"{names[0]}."


def _needs(cannot_tell: Mapping[str, str], console: Console, most: int) -> None:
    """What to log so that more can be told, the need that most rules have first."""
    codes: dict[str, list[str]] = {}
    for code, needs in cannot_tell.items():
        codes.setdefault(needs.strip().rstrip("."), []).append(spelled(code))
    ranked = sorted(codes.items(), key=lambda entry: -len(entry[1]))
    if not ranked:
        return
    block(console, "", "", "What would tell more, if the log had it:")
    for needs, told in ranked[:most]:
        room = min(console.width, WIDEST) - len(needs) - 6
        block(console, "  - ", "", f"{needs}: {_as_many_as_fit(told, room)}")
    rest = sum(len(told) for _, told in ranked[most:])
    if rest:
        block(console, "  - ", "", f"and for {counted(rest, 'fault')} more, in --json.")
