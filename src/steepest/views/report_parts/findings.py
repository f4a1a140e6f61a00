"""All that the diagnosis says: found, clear, and what it could not tell."""

from __future__ import annotations

from steepest.diagnosis.finding import Finding
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.views.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Folded,
    Level,
    Note,
    Paragraph,
    Table,
)
from steepest.views.phrases import clear_faults, sentence, spelled
from steepest.views.report_parts.verdict import remedy_list

__all__ = ["findings"]


def findings(run: Run) -> tuple[Block, ...]:
    """Each finding with its numbers and remedies; then what was clear, and what was not seen."""
    every = run.diagnosis.findings
    sound = tuple(_sound(each) for each in every if each.code == "converged")
    cards = tuple(_finding(run, each) for each in every if each.code != "converged")
    first: tuple[Block, ...] = (*sound, *((Cards(cards, beside=False),) if cards else ()))
    none = (Paragraph("No rule found anything."),)
    return (*(first or none), *_clear(run), *_cannot_tell(run))


def _sound(finding: Finding) -> Block:
    return Note("good", finding.title, sentence(finding.because))


def _finding(run: Run, finding: Finding) -> Card:
    level: Level = "notice" if finding.severity == "info" else finding.severity
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
    if not clear:
        return ()
    faults = clear.split(", ")
    words = f"{counted(len(faults), 'other fault')} looked for and not found"
    return (Folded(words, (Paragraph(f"{clear}."),)),)


def _cannot_tell(run: Run) -> tuple[Block, ...]:
    """What a curve of the loss cannot show, but for what the study has answered."""
    unseen = {
        code: need for code, need in run.diagnosis.cannot_tell.items() if not _answered(run, code)
    }
    if not unseen:
        return ()
    needs = tuple((Paragraph(f"{spelled(code)}: {need}", ""),) for code, need in unseen.items())
    words = f"{counted(len(unseen), 'fault')} that the steps alone cannot tell"
    return (Folded(words, (Bullets(needs),)),)


def _answered(run: Run, code: str) -> bool:
    """Whether another part of the report tells it: the learning curve, the leakage checks."""
    if code == "overfitting":
        return run.study is not None and run.study.learning_curve is not None
    return code == "label_leak" and run.evaluation.leakage is not None
