"""The report: one HTML page that holds everything about a run and asks nothing of the net."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from steepest.errors import InputError
from steepest.run import Run
from steepest.views.markup import Markup, join, tag
from steepest.views.report_parts.coefficients import coefficients
from steepest.views.report_parts.contract import contract
from steepest.views.report_parts.descent import descent
from steepest.views.report_parts.findings import findings
from steepest.views.report_parts.heading import heading, leak_warnings, page_title
from steepest.views.report_parts.pictures import pictures
from steepest.views.report_parts.reproduce import reproduce
from steepest.views.report_parts.testing import testing
from steepest.views.report_parts.trust import trust
from steepest.views.report_parts.verdict import verdict
from steepest.views.style import css_variables
from steepest.whole_file import write_whole

__all__ = ["PARTS", "report_html", "write_report"]

PARTS = (
    leak_warnings,
    verdict,
    trust,
    pictures,
    coefficients,
    contract,
    testing,
    descent,
    findings,
    reproduce,
)
"""The parts of the page, in the order of reading: each takes a run; None where it has nothing."""

LINKS = {
    "verdict": "Verdict",
    "trust": "How good",
    "pictures": "Pictures",
    "model": "Model",
    "data": "Data",
    "testing": "Testing",
    "descent": "Descent",
    "findings": "Findings",
    "reproduce": "Reproduce",
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(run: Run, path: Path) -> Path:
    """Write the report of a run to `path`, whole or not at all; returns the path.

    Raises InputError where the file cannot be written.
    """
    path = Path(path)
    page = report_html(run).encode("utf-8")
    try:
        _refuse_other_kinds(path)
        write_whole(page, path)
    except OSError as error:
        raise InputError(
            f"the report cannot be written to {path}: {error.strerror or error}; name another "
            "place for it"
        ) from error
    return path


def report_html(run: Run) -> str:
    """The report of a run as one self-contained HTML page.

    It has no script and loads nothing: styles and pictures are within, and a content
    security policy forbids all else. The same run gives the same page.
    """
    style = Markup(
        css_variables() + files("steepest.views").joinpath("report.css").read_text("utf-8")
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", page_title(run)),
        tag("style", style),
    )
    links = [tag("a", words, href=f"#{name}") for name, words in LINKS.items()]
    body = tag(
        "body",
        heading(run),
        tag("nav", *links, aria_label="Parts of this report"),
        tag("main", *(part(run) for part in PARTS)),
        tag("footer", tag("p", f"Written by steepest {run.version}. No request leaves this page.")),
    )
    return join(Markup("<!doctype html>\n"), tag("html", head, body, lang="en"))


def _refuse_other_kinds(path: Path) -> None:
    place = path.resolve()
    if place.exists() and not place.is_file():
        raise InputError(f"{path} is not a file; name a file for the report, such as run.html")
