"""The report: one page that holds everything about a run and asks nothing of the net."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from steepest.errors import InputError
from steepest.run import Run
from steepest.views.content import Section
from steepest.views.markup import Markup, join, tag
from steepest.views.report_html import blocks_html, section_html, words_html
from steepest.views.report_markdown import BEGINNING, page_markdown
from steepest.views.report_parts.coefficients import coefficients
from steepest.views.report_parts.columns import columns
from steepest.views.report_parts.consequences import consequences
from steepest.views.report_parts.contract import contract
from steepest.views.report_parts.curves import curves
from steepest.views.report_parts.descent import descent
from steepest.views.report_parts.failing import failing
from steepest.views.report_parts.heading import (
    alarms,
    heading_facts,
    heading_words,
    page_title,
)
from steepest.views.report_parts.next_steps import what_next
from steepest.views.report_parts.reproduce import reproduce
from steepest.views.report_parts.testing import testing
from steepest.views.report_parts.trust import trust
from steepest.views.report_parts.verdict import verdict
from steepest.views.style import css_variables
from steepest.whole_file import write_whole

__all__ = [
    "PARTS",
    "is_report",
    "report_html",
    "report_markdown",
    "write_report",
    "write_report_text",
]

PARTS = (
    verdict,
    what_next,
    contract,
    testing,
    trust,
    failing,
    consequences,
    coefficients,
    descent,
    columns,
    curves,
    reproduce,
)
"""The parts of the report, in the order of reading: each takes a run; None: it has nothing."""

LINKS = {
    "verdict": "Answer",
    "next": "What next",
    "data": "Data",
    "testing": "Testing",
    "trust": "How good",
    "failing": "Where it fails",
    "costs": "Costs",
    "model": "Model",
    "descent": "Descent",
    "columns": "Columns",
    "curves": "Curves",
    "reproduce": "Reproduce",
}
MARKDOWN = (".md", ".markdown")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_HEAD = 65_536  # bytes; the title of a page is within them, however long its target's name


def write_report(run: Run, path: Path) -> Path:
    """Write the report of a run to `path`, whole or not at all; returns the path.

    Where the name ends in .md or .markdown it is Markdown, else one HTML page.
    Raises InputError where the file cannot be written.
    """
    path = Path(path)
    markdown = path.suffix.lower() in MARKDOWN
    return write_report_text(report_markdown(run) if markdown else report_html(run), path)


def write_report_text(text: str, path: Path) -> Path:
    """Write a report to `path`, whole or not at all; returns the path.

    Raises InputError where the file cannot be written, and for what is there and no plain file.
    """
    try:
        write_whole(text.encode("utf-8"), path)
    except OSError as error:
        raise InputError(
            f"the report cannot be written to {path}: {error.strerror or error}; name another "
            "place for it"
        ) from error
    return path


def is_report(path: Path) -> bool:
    """True for a file that `write_report` wrote, told by how it begins."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    page = head.startswith(b"<!doctype html>") and b" of steepest</title>" in head
    return page or head.startswith(BEGINNING.encode())


def report_html(run: Run) -> str:
    """The report of a run as one self-contained HTML page.

    It has no script and loads nothing: styles and pictures are within, and a content
    security policy forbids all else. The same run gives the same page.
    """
    sections = _sections(run)
    links = [tag("a", LINKS[part.name], href=f"#{part.name}") for part in sections]
    warnings = alarms(run)
    body = tag(
        "body",
        _heading(run),
        tag("nav", *links, aria_label="Parts of this report"),
        tag(
            "main",
            tag("aside", blocks_html(warnings), aria_label="Warnings") if warnings else None,
            *map(section_html, sections),
        ),
        tag("footer", tag("p", f"Written by steepest {run.version}. No request leaves this page.")),
    )
    return join(Markup("<!doctype html>\n"), tag("html", _head(run), body, lang="en"))


def report_markdown(run: Run) -> str:
    """The same report as Markdown, with the numbers of its pictures as tables."""
    return page_markdown(
        page_title(run), heading_words(run), heading_facts(run), alarms(run), _sections(run)
    )


def _sections(run: Run) -> tuple[Section, ...]:
    return tuple(section for part in PARTS if (section := part(run)) is not None)


def _head(run: Run) -> Markup:
    style = Markup(
        css_variables() + files("steepest.views").joinpath("report.css").read_text("utf-8")
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", page_title(run)),
        tag("style", style),
    )


def _heading(run: Run) -> Markup:
    facts = (
        tag("div", tag("dt", what), tag("dd", tag("span", value)))
        for what, value in heading_facts(run)
    )
    return tag(
        "header",
        tag("p", "Gradient descent report", class_="kind"),
        tag("h1", words_html(heading_words(run))),
        tag("dl", *facts, class_="meta"),
    )
