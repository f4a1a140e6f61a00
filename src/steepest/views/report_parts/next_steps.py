"""What to do next, as a list."""

from __future__ import annotations

from steepest.run import Run
from steepest.views.content import (
    Block,
    Bullets,
    Command,
    Folded,
    Paragraph,
    Section,
    strong,
)
from steepest.views.next_steps import NextStep, next_steps

__all__ = ["what_next"]

FIRST = 3


def what_next(run: Run) -> Section:
    """Each step with its reason and its command: the three that matter most, then the others."""
    steps = next_steps(run)
    if not steps:
        return Section("next", "What to do next", (Paragraph("Nothing is left to do."),))
    items = tuple(map(_item, steps))
    blocks: tuple[Block, ...] = (Bullets(items[:FIRST], numbered=True),)
    if items[FIRST:]:
        more = Bullets(items[FIRST:], numbered=True, first=FIRST + 1)
        count = len(items) - FIRST
        words = "One more step" if count == 1 else f"{count} more steps"
        blocks = (*blocks, Folded(words, (more,)))
    return Section("next", "What to do next", blocks)


def _item(step: NextStep) -> tuple[Block, ...]:
    # it may begin with a name, which stays as it is written
    end = "" if step.because.endswith(("?", ".")) else "."
    told = Paragraph((strong(f"{step.title}: "), f"{step.because}{end}"), "")
    return (told, Command(step.command)) if step.command else (told,)
