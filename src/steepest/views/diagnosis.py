"""A diagnosis on one screen: what is wrong, what shows it, what to do, and what to log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.readable import counted, readable
from steepest.run import Request
from steepest.views.console_lines import WIDEST, block, command, facts, signed
from steepest.views.fit_command import fit_command
from steepest.views.phrases import ENDINGS, for_any_loop, sentence, spelled
from steepest.views.signs import UNKNOWN, sign_of

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_needs", "show_verdict"]

MOST_FACTS = 6
MOST_REMEDIES = 3
MOST_OTHERS = 3
MOST_NEEDS, NEEDS_BESIDE_A_VERDICT = 5, 2
LOOKED = "Looked for and not found: "
MORE = "What would tell more:"
OPTION = "--"  # a need that the user can meet by an option, at once
WATCHING = "steepest.watch"
_OPTIONS = frozenset(field.name for field in fields(Request))


def show_verdict(diagnosis: Diagnosis, console: Console, *, request: Request | None = None) -> None:
    """Print the verdict with its reason, evidence and remedies; then, shortly, all the rest.

    The rest is: other findings, what was looked for and is not there, and what would tell
    more; the same need is said once. Beside a fault, notes of no weight and needs of a single
    rule are left to --json: they would not be acted on before the fault is mended.

    request: of a run of our own, so that a remedy with an exact value comes as a command
    """
    if diagnosis.findings:
        top, *others = diagnosis.findings
        signed(console, sign_of(top), f"{top.title}.", sentence(top.because))
        facts(console, _unsaid_evidence(top)[:MOST_FACTS])
        _remedies(top.remedies, console, request)
        _others([found for found in others if top.severity == "info" or _weighs(found)], console)
    else:
        signed(console, UNKNOWN, *_nothing(diagnosis))
    console.print()
    clear = [spelled(code) for code in diagnosis.clear if code not in ENDINGS]
    if clear:
        room = min(console.width, WIDEST) - len(LOOKED)
        block(console, "", "", LOOKED + _as_many_as_fit(clear, room))
    if request is None:  # our own runs record all there is
        show_needs(diagnosis.cannot_tell, console, beside=bool(diagnosis.findings))


def _nothing(diagnosis: Diagnosis) -> tuple[str, str]:
    """Why there is no verdict: most rules looked and found nothing, or most could not look."""
    if len(diagnosis.clear) > len(diagnosis.cannot_tell):
        words = (
            "No fault that was looked for is there, yet it is neither done nor steadily falling."
        )
        return "Nothing found.", words
    return "Cannot tell.", "No rule found anything."


def _weighs(finding: Finding) -> bool:
    return finding.severity != "info"


def _unsaid_evidence(finding: Finding) -> list[tuple[str, str]]:
    """Names and numbers of the evidence that neither the sentence nor a remedy has said, as
    they are or in per cent, with fewer digits or as many."""
    said = " ".join([finding.because, *(remedy.sentence for remedy in finding.remedies)])

    def heard(value: float) -> bool:
        forms = [f(value, digits) for digits in (2, 3, 4) for f in (readable, _per_cent)]
        return any(_says(said, form) for form in forms)

    return [
        (spelled(name), readable(value))
        for name, value in finding.evidence.items()
        if not heard(value)
    ]


def _per_cent(value: float, digits: int) -> str:
    return f"{readable(100 * value, digits)} %"


def _says(words: str, number: str) -> bool:
    """Whether the words hold that number, and not as a part of another."""
    return re.search(rf"(?<![\w.,-]){re.escape(number)}(?![\w]|[.,]\d)", words) is not None


def _remedies(remedies: Sequence[Remedy], console: Console, request: Request | None) -> None:
    """What to do, numbered where there is a choice, with the exact values to set."""
    shown = remedies[:MOST_REMEDIES]
    for number, remedy in enumerate(shown, start=1):
        begin = "  Do  " if number == 1 else "      "
        counter = f"{number}. " if len(shown) > 1 else ""
        words = remedy.sentence if request is not None else for_any_loop(remedy.sentence)
        block(console, begin + counter, "", sentence(words))
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
        if not isinstance(value, str) and not _says(for_any_loop(remedy.sentence), readable(value))
    ]


def _others(findings: Sequence[Finding], console: Console) -> None:
    """Every other finding on one line: its title, and its reason where all of it has room."""
    if findings:
        console.print()
    for finding in findings[:MOST_OTHERS]:
        because = sentence(finding.because)
        room = min(console.width, WIDEST) - len(finding.title) - 4
        fits = len(because) <= room
        signed(console, sign_of(finding), f"{finding.title}.", because if fits else "")
    more = len(findings) - MOST_OTHERS
    if more > 0:
        block(console, "  ", "", f"and {counted(more, 'finding')} more; --json has them all")


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


def show_needs(cannot_tell: Mapping[str, str], console: Console, *, beside: bool) -> None:
    """Print what would tell more: what an option would, then the need that most rules have.

    beside: a verdict, where a need of a single rule is left out unless it costs no more than
    an option
    """
    codes: dict[str, list[str]] = {}
    for code, needs in cannot_tell.items():
        codes.setdefault(needs.strip().rstrip("."), []).append(spelled(code))
    ranked = sorted(
        codes.items(),
        key=lambda entry: (OPTION not in entry[0], WATCHING in entry[0], -len(entry[1])),
    )
    if beside:
        ranked = [entry for entry in ranked if OPTION in entry[0] or len(entry[1]) > 1]
        del ranked[NEEDS_BESIDE_A_VERDICT:]
    if not ranked:
        return
    if len(ranked) == 1:
        ((needs, told),) = ranked
        block(console, "", "", f"{MORE} {needs} ({', '.join(told)}).")
        return
    block(console, "", "", MORE)
    for needs, told in ranked[:MOST_NEEDS]:
        room = min(console.width, WIDEST) - len(needs) - 6
        block(console, "  - ", "", f"{needs}: {_as_many_as_fit(told, room)}")
    rest = sum(len(told) for _, told in ranked[MOST_NEEDS:])
    if rest:
        block(console, "  - ", "", f"and for {counted(rest, 'fault')} more, in --json.")
