"""How to do it again: version, seed, settings, and the command."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from steepest.readable import readable
from steepest.run import Request, Run
from steepest.views.fit_command import fit_command
from steepest.views.markup import Markup, tag
from steepest.views.phrases import spelled
from steepest.views.report_parts.layout import command, data_table, folded, section

__all__ = ["reproduce"]

NOT_ASKED = {
    "features": "all usable columns",
    "batch": "all rows",
    "steps": "until converged",
    "weight": "none: every row counts the same",
    "huber_delta": "not used",
    "full_loss_every": "not asked for",
}


def reproduce(run: Run) -> Markup:
    """The command, every setting, and how long each stage took."""
    seconds = [(spelled(stage), f"{readable(took, 3)} s") for stage, took in run.seconds.items()]
    return section(
        "reproduce",
        "Reproduce",
        tag("p", f"With steepest {run.version} and seed {run.request.seed}, on the same data:"),
        command(fit_command(run.request)),
        folded(
            "All settings",
            data_table("Settings, defaults filled in", ("Setting", "Value"), _settings(run)),
        ),
        folded(
            "Time taken", data_table("Seconds a stage", ("Stage", "Time"), seconds, numbers=(1,))
        )
        if seconds
        else None,
    )


def _settings(run: Run) -> list[tuple[str, str]]:
    return [
        (spelled(field.name), _setting(field.name, getattr(run.request, field.name)))
        for field in fields(Request)
    ]


def _setting(name: str, value: Any) -> str:
    if value is None:
        return NOT_ASKED.get(name, "none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "features":
        return ", ".join(value)
    return repr(value) if isinstance(value, (int, float)) else str(value)
