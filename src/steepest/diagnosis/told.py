"""What was told of a loop while it went on, kept with its record, and what speaks for what.

A rule that saw a fault at step 50 may not see it any more in the record of a thousand steps. What
was said once is not taken back: it stands in the trace as a fact, part of every later diagnosis.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from steepest.diagnosis.finding import Finding, Remedy
from steepest.trace import Trace

__all__ = ["FACT", "causes_of", "told_in", "told_text"]

FACT = "told"

# A finding of a watched loop -> what it explains, which is then not said beside it.
SPEAKS_FOR: Mapping[str, frozenset[str]] = {
    "accumulating_gradients": frozenset(
        {"large_steps", "exploding_gradients", "diverging", "oscillating", "overshooting"}
    ),
    "unscaled_inputs": frozenset({"large_steps", "exploding_gradients", "diverging"}),
    "large_steps": frozenset({"diverging", "oscillating", "overshooting", "dead_units"}),
    "double_softmax": frozenset({"dead_units", "plateau"}),
    "shuffled_labels": frozenset({"dead_units", "plateau"}),
}


# The same where all parameters were recorded, so that curvatures are known and not guessed.
SPEAKS_FOR_WHOLE: Mapping[str, frozenset[str]] = {
    "diverging": frozenset({"large_steps"}),
    "oscillating": frozenset({"large_steps"}),
}


def told_text(findings: Iterable[Finding]) -> str:
    """The findings as JSON, for a fact."""
    return json.dumps([finding.to_dict() for finding in findings], allow_nan=False)


def told_in(trace: Trace) -> tuple[Finding, ...]:
    """What was told of a loop while it went on; what cannot be read is left out."""
    fact = trace.facts.get(FACT)
    if fact is None or not isinstance(fact.value, str):
        return ()
    try:
        return tuple(_finding(held) for held in json.loads(fact.value))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()


def causes_of(trace: Trace, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Of a watched loop the findings that no other one speaks for; of any other trace all.

    What is harmless is not said beside a fault: the end of a loss that a fault has spoilt is no
    "converged".
    """
    if not trace.facts.keys() & {"framework", "layers", FACT}:
        return tuple(findings)
    whole = len(trace.names) > 0
    speaks = SPEAKS_FOR_WHOLE if whole else SPEAKS_FOR
    wrong = {finding.code for finding in findings if finding.severity != "info"}
    explained = {code for cause in wrong for code in speaks.get(cause, ())}
    return tuple(
        finding
        for finding in findings
        if finding.code not in explained and (finding.severity != "info" or whole or not wrong)
    )


def _finding(held: Mapping[str, Any]) -> Finding:
    if held["severity"] not in ("info", "warning", "error"):
        raise ValueError("no severity")
    remedies = cast("Sequence[Mapping[str, Any]]", held["remedies"])
    return Finding(
        code=str(held["code"]),
        severity=held["severity"],
        title=str(held["title"]),
        because=str(held["because"]),
        evidence={str(name): float(value) for name, value in held["evidence"].items()},
        remedies=tuple(Remedy(str(one["sentence"]), dict(one["set"])) for one in remedies),
        layers=tuple(str(layer) for layer in held.get("layers", ())),
    )
