"""All that the diagnosis says: found, clear, and what it could not tell."""

from __future__ import annotations

from steepest.diagnosis.finding import Finding
from steepest.readable import readable
from steepest.run import Run
from steepest.views.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Folded,
    Level,
    Paragraph,
    Section,
    Table,
    strong,
)
from steepest.views.phrases import clear_faults, sentence, spelled
from steepest.views.report_parts.verdict import remedy_list

__all__ = ["findings"]


def findings(run: Run) -> Section:
    """Each finding with its numbers and remedies; then what was clear, and what was not seen."""
    found = tuple(_finding(run, finding) for finding in run.diagnosis.findings)
    first: Block = Cards(found, beside=False) if found else Paragraph("No rule found anything.")
    return Section("findings", "Findings", (first, *_clear(run), *_cannot_tell(run)))


def _finding(run: Run, finding: Finding) -> Card:
    level: Level = "good" if finding.code == "converged" else "notice"
    if finding.severity != "info":
        level = finding.severity
    blocks = (
        Paragraph(sentence(finding.because), ""),
        *remedy_list(run, finding.remedies),
        *_evidence(finding),
    )
    return Card("The descent", level, finding.title, blocks)


def _evidence(finding: Finding) -> tuple[Block, ...]:
    if not finding.evidence:
        return ()
    rows = tuple((spelled(name), readable(value, 6)) for name, value in finding.evidence.items())
    return (Folded("Its numbers", (Table("Evidence", ("What", "Value"), rows, numbers=(1,)),)),)


def _clear(run: Run) -> tuple[Block, ...]:
    clear = clear_faults(run.diagnosis)
    return (Paragraph((strong("Looked for and not found: "), f"{clear}."), ""),) if clear else ()


def _cannot_tell(run: Run) -> tuple[Block, ...]:
    unseen = run.diagnosis.cannot_tell
    if not unseen:
        return ()
    needs = tuple((Paragraph(f"{spelled(code)}: {need}", ""),) for code, need in unseen.items())
    head = Paragraph((strong("Could not be told, and what each would need:"),), "")
    return (head, Bullets(needs))
