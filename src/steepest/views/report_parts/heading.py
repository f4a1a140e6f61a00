"""The top of the page: what was asked, and what to look at before anything else."""

from __future__ import annotations

from pathlib import PurePath

from steepest.run import Run
from steepest.views.markup import Markup, join, name_of, tag
from steepest.views.report_parts.layout import Part, icon

__all__ = ["heading", "leak_warnings", "page_title"]


def page_title(run: Run) -> str:
    """What the page is called in a list of tabs."""
    return f"{run.contract.target}: {run.id or 'a run'} of steepest"


def heading(run: Run) -> Markup:
    """The question as a title, and where, when and by what it was answered."""
    features = run.contract.features
    several = join(f"{len(features):,} columns")
    basis = name_of(features[0].name) if len(features) == 1 else several
    facts = (
        ("Data", tag("span", PurePath(run.contract.source).name or run.contract.source)),
        ("Rows", join(f"{run.contract.rows:,}")),
        ("Run", tag("span", run.id or "not saved")),
        ("When", tag("time", _moment(run.created), datetime=run.created)),
        ("By", join(f"steepest {run.version}")),
    )
    return tag(
        "header",
        tag("p", "Gradient descent report", class_="kind"),
        tag("h1", name_of(run.contract.target), " predicted from ", basis),
        tag(
            "dl",
            *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts),
            class_="meta",
        ),
    )


def leak_warnings(run: Run) -> Part:
    """A loud warning for every column that seems to hold the answer already."""
    leaks = [remark for remark in run.contract.remarks if remark.code == "leak"]
    if not leaks:
        return None
    return tag(
        "aside",
        *(
            tag(
                "div",
                icon("warning"),
                tag("div", tag("p", "Warning: the answer may be leaking", class_="loud"),
                    tag("p", leak.sentence)),
                class_="alarm",
            )
            for leak in leaks
        ),
        aria_label="Warnings",
    )  # fmt: skip


def _moment(iso: str) -> str:
    return iso.replace("T", " ").replace("+00:00", " UTC")
