"""The counts as a page of the documentation, and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tally import Judged, alarms, confused, overall, precision, proven, recall

__all__ = ["page", "printed"]

KINDS = {
    "full": "Full records: parameters and gradients",
    "losses": "Losses alone, of small networks",
}
INTRODUCTION = """\
# How good the diagnosis is

Runs whose fault is known, made by running the true mechanism: a loop with that bug, that rate,
that data. The tables that scikit-learn ships and random ones, 1 to 50 parameters, linear and
logistic regression, bowls, small networks; every fault at several severities; healthy runs of
many shapes. Each is written as a CSV, read as any log is read, and counts as right only if the
**top finding** is right. A draw that does not show its fault is drawn again: a rate that is
too high must end with a higher loss, a crawling run must be one that a larger rate mends.

Thresholds of the rules come from theory or from a stated rate of false alarms (each rule says
which), not from these runs. To see it for yourself, on runs that nobody has seen yet:

```
python benchmarks/diagnosis/score.py --seed 12345 --misses
```
"""
ACCEPTED = """\
A run in good health without parameters may be called converged, unfinished or noise_floor (it
hovers, which is for information only); the note of each run says where more than one verdict
is right, and why. Precision: of the runs with this verdict, those where it is right. Recall:
of the runs with this fault, those whose verdict is right.
"""

VALUES = """\
Every value that a top finding gives about a full record is tried on the cost and the start of
that very run, whether or not the verdict is right. A **learning rate** is right if plain
descent with the right gradient then falls at every step and reaches 1 % of the first excess
loss, within 5,000 steps or twice those that 1 / the largest curvature needs; **speed**: if a
crawling run then gets in a fifth of its steps to where it was; **level**: if mini-batches then
hover at most at 0.65 of what it was. A number of **steps** is right within a tenth, **least
steps** if no fewer will do; a **factor** or **strength** within 1 % of what was put in;
**coordinates** if they are named.
"""


def page(judged: Sequence[Judged], source: str) -> str:
    """Markdown; `source`: where the runs are from, as "seeds 1, 2"."""
    parts = [INTRODUCTION, f"{len(judged):,} runs ({source}).\n", summary(judged), ACCEPTED]
    for kind, title in KINDS.items():
        parts += [f"## {title}\n", by_fault(judged, kind), "### Who is taken for whom\n"]
        parts += [matrix(judged, kind)]
    if any(each.tried for each in judged):
        parts += ["## The values in the remedies\n", VALUES, values(judged)]
    return "\n".join(parts)


def summary(judged: Sequence[Judged]) -> str:
    """The three numbers that count."""
    lines = ["| | right by the top finding | healthy runs with a warning |", "| --- | --- | --- |"]
    for kind, title in KINDS.items():
        right, alarm = overall(judged, kind).text, alarms(judged, kind).text
        lines.append(f"| {title} | {right} | {alarm} |")
    return "\n".join(lines) + "\n"


def labels(judged: Sequence[Judged], kind: str) -> list[str]:
    """Those that occur, in alphabetical order."""
    return sorted({each.label for each in judged if each.kind == kind})


def by_fault(judged: Sequence[Judged], kind: str) -> str:
    """Precision and recall, a fault a line."""
    lines = ["| fault | precision | recall |", "| --- | --- | --- |"]
    said = {each.verdict for each in judged if each.kind == kind}
    for code in sorted({*labels(judged, kind), *said} - {"cannot_tell"}):
        found, right = precision(judged, kind, code).text, recall(judged, kind, code).text
        lines.append(f"| `{code}` | {found} | {right} |")
    return "\n".join(lines) + "\n"


def matrix(judged: Sequence[Judged], kind: str) -> str:
    """Labels down, verdicts across, as numbers of the rows; empty: none."""
    counts = confused(judged, kind)
    codes = sorted({code for pair in counts for code in pair} - {"cannot_tell"})
    across = [*codes, "cannot_tell"]
    heads = [*(str(i + 1) for i in range(len(codes))), "cannot tell"]
    lines = [
        "Down: what it is. Across: what was said, by the number of its row.\n",
        f"| | {' | '.join(heads)} |",
        f"| --- |{' ---: |' * len(heads)}",
    ]
    for i, label in enumerate(codes):
        cells = (str(counts[label, said] or "") for said in across)
        lines.append(f"| {i + 1} `{label}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def values(judged: Sequence[Judged]) -> str:
    """What the remedies give, and how much of it is right, a verdict a line."""
    lines = ["| verdict | with a value | right |", "| --- | ---: | --- |"]
    for verdict in sorted({each.verdict for each in judged if each.tried}):
        given = sum(bool(each.tried) for each in judged if each.verdict == verdict)
        cells = [f"{what} {share.text}" for what, share in proven(judged, verdict).items()]
        lines.append(f"| `{verdict}` | {given} | {'; '.join(cells)} |")
    return "\n".join(lines) + "\n"


def printed(judged: Sequence[Judged], misses: bool = False) -> str:
    """For the terminal: the shares, then what is taken for what."""
    lines: list[str] = []
    for kind, title in KINDS.items():
        if not overall(judged, kind).whole:
            continue
        lines.append(f"{title}: {overall(judged, kind).text} right")
        lines.append(f"healthy runs with a warning: {alarms(judged, kind).text}")
        lines.append(f"{'':24s}{'precision':>22s}{'recall':>22s}   taken for")
        counts = confused(judged, kind)
        for label in labels(judged, kind):
            wrong = {said: n for (is_, said), n in counts.items() if is_ == label and said != label}
            taken = ", ".join(f"{said} {n}" for said, n in sorted(wrong.items()))
            found, right = precision(judged, kind, label).text, recall(judged, kind, label).text
            lines.append(f"{label:24s}{found:>22s}{right:>22s}   {taken}")
        lines.append("")
    lines += [values(judged)] if any(each.tried for each in judged) else []
    if misses:
        lines += [missed(each) for each in judged if not each.right]
    lines += [
        f"false alarm: {each.name} ({each.verdict}): {each.note}"
        for each in judged
        if misses and each.healthy and each.warned
    ]
    lines += [
        f"wrong {trial.what}: {each.name} ({each.verdict}): {trial.seen}; {each.note}"
        for each in judged
        for trial in each.tried
        if misses and not trial.right
    ]
    return "\n".join(lines)


def missed(each: Judged) -> str:
    """One line."""
    return f"{each.name}: {each.verdict} said. {each.note}"
