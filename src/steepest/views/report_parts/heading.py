"""The top of the page: what was asked, and what to look at before anything else."""

from __future__ import annotations

from pathlib import PurePath

from steepest.run import Run
from steepest.views.content import Alarm, Block, Words, name
from steepest.views.trust_words import leak_sentences

__all__ = ["alarms", "heading_facts", "heading_words", "page_title"]


def page_title(run: Run) -> str:
    """What the page is called in a list of tabs."""
    return f"{run.contract.target}: {run.id or 'a run'} of steepest"


def heading_words(run: Run) -> Words:
    """What is predicted, and from what."""
    features = run.contract.features
    several = f"{len(features):,} columns"
    basis = name(features[0].name) if len(features) == 1 else several
    return (name(run.contract.target), " predicted from ", basis)


def heading_facts(run: Run) -> tuple[tuple[str, str], ...]:
    """Where, when and by what it was answered."""
    return (
        ("Data", PurePath(run.contract.source).name or run.contract.source),
        ("Rows", f"{run.contract.rows:,}"),
        ("Run", run.id or "not saved"),
        ("When", run.created.replace("T", " ").replace("+00:00", " UTC")),
        ("By", f"steepest {run.version}"),
    )


def alarms(run: Run) -> tuple[Block, ...]:
    """A loud warning for every way in which the answer may be known already."""
    return tuple(Alarm("Warning: the answer may be leaking", told) for told in leak_sentences(run))
