"""What to do next, as a list."""

from __future__ import annotations

from steepest.run import Run
from steepest.views.content import Block, Bullets, Command, Paragraph, Section, strong
from steepest.views.next_steps import NextStep, next_steps

__all__ = ["what_next"]


def what_next(run: Run) -> Section:
    """Each step with its reason and its command, the most important first."""
    steps = next_steps(run)
    if not steps:
        return Section("next", "What to do next", (Paragraph("Nothing is left to do."),))
    items = tuple(map(_item, steps))
    return Section("next", "What to do next", (Bullets(items, numbered=True),))


def _item(step: NextStep) -> tuple[Block, ...]:
    # it may begin with a name, which stays as it is written
    told = Paragraph((strong(f"{step.title}: "), f"{step.because.rstrip('.')}."), "")
    return (told, Command(step.command)) if step.command else (told,)
