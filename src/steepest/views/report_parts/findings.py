"""All that the diagnosis says: found, clear, and what it could not tell."""

from __future__ import annotations

from steepest.diagnosis.finding import Finding
from steepest.readable import readable
from steepest.run import Run
from steepest.views.markup import Markup, tag
from steepest.views.phrases import LEVELS, clear_faults, sentence, spelled
from steepest.views.report_parts.layout import Part, data_table, folded, icon, section
from steepest.views.report_parts.verdict import remedy_list

__all__ = ["findings"]


def findings(run: Run) -> Markup:
    """Each finding with its numbers and remedies; then what was clear, and what was not seen."""
    found = [_finding(run, finding) for finding in run.diagnosis.findings]
    return section(
        "findings",
        "Findings",
        *(found or [tag("p", "No rule found anything.")]),
        _clear(run),
        _cannot_tell(run),
    )


def _finding(run: Run, finding: Finding) -> Markup:
    level = finding.severity if finding.severity != "info" else "notice"
    if finding.code == "converged":
        level = "good"
    return tag(
        "article",
        tag("h3", icon(level), finding.title, tag("span", LEVELS[level], class_="level")),
        tag("p", sentence(finding.because)),
        remedy_list(run, finding.remedies),
        _evidence(finding),
        class_=f"finding {level}",
    )


def _evidence(finding: Finding) -> Part:
    if not finding.evidence:
        return None
    rows = [(spelled(name), readable(value, 6)) for name, value in finding.evidence.items()]
    return folded("Its numbers", data_table("Evidence", ("What", "Value"), rows, numbers=(1,)))


def _clear(run: Run) -> Part:
    clear = clear_faults(run.diagnosis)
    return tag("p", tag("strong", "Looked for and not found: "), f"{clear}.") if clear else None


def _cannot_tell(run: Run) -> Part:
    unseen = run.diagnosis.cannot_tell
    if not unseen:
        return None
    return tag(
        "div",
        tag("p", tag("strong", "Could not be told, and what each would need:")),
        tag("ul", *(tag("li", f"{spelled(code)}: {needs}") for code, needs in unseen.items())),
    )
