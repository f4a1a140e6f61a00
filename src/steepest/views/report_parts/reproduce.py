"""How to do it again: version, seed, settings, and the command."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from steepest.readable import readable, size_text
from steepest.run import Request, Run
from steepest.views.content import Block, Command, Folded, Paragraph, Section, Table
from steepest.views.fit_command import fit_command
from steepest.views.phrases import spelled

__all__ = ["reproduce"]

NOT_ASKED = {
    "features": "all usable columns",
    "batch": "all rows",
    "steps": "until converged",
    "folds": "as many as the split asks for",
    "weight": "none: every row counts the same",
    "huber_delta": "not used",
    "full_loss_every": "not asked for",
}


def reproduce(run: Run) -> Section:
    """The command, every setting, and how long each stage took."""
    words = f"With steepest {run.version} and seed {run.request.seed}, on the same data:"
    settings = Table("Settings, defaults filled in", ("Setting", "Value"), tuple(_settings(run)))
    return Section(
        "reproduce",
        "Reproduce",
        (
            Paragraph(words, ""),
            Command(fit_command(run.request)),
            Folded("All settings, and the time taken", (settings, *_seconds(run))),
        ),
    )


def _seconds(run: Run) -> tuple[Block, ...]:
    rows = tuple((spelled(stage), f"{readable(took, 3)} s") for stage, took in run.seconds.items())
    table = Table("Seconds a stage", ("Stage", "Time"), rows, numbers=(1,))
    return (table,) if rows else ()


def _settings(run: Run) -> list[tuple[str, str]]:
    return [
        (spelled(field.name), _setting(field.name, getattr(run.request, field.name)))
        for field in fields(Request)
    ]


def _setting(name: str, value: Any) -> str:
    if value is None or value == "":
        return NOT_ASKED.get(name, "none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "features":
        return ", ".join(value)
    if name == "memory" and value:
        return size_text(value)
    return repr(value) if isinstance(value, (int, float)) else str(value)
