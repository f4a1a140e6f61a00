"""Remedies that were tried, before and after, in one small table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steepest.applying import Attempt
from steepest.readable import readable
from steepest.run import Run
from steepest.views.console_lines import aligned, block
from steepest.views.fit_command import fit_options
from steepest.views.phrases import spelled

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_attempts"]


def show_attempts(attempts: Sequence[Attempt], console: Console) -> None:
    """Print what was tried against which finding, whether it was kept, and the runs beside
    each other; nothing where nothing was tried."""
    if not attempts:
        return
    for number, attempt in enumerate(attempts, 1):
        verb = "Kept" if attempt.kept else "Not kept"
        words = (
            f"{fit_options(attempt.changed)}, against {spelled(attempt.finding)}. "
            f"{verb}: {attempt.because}."
        )
        block(console, "", f"Remedy {number}:", words)
    runs = [attempts[0].before, *(attempt.after for attempt in attempts)]
    headings = ["before", *(f"remedy {number}" for number in range(1, len(runs)))]
    console.print()
    aligned(console, [("", *headings), *_lines(runs)])
    console.print()


def _lines(runs: Sequence[Run]) -> Iterator[tuple[str, ...]]:
    if any(run.id for run in runs):
        yield ("run", *(run.id or "not saved" for run in runs))
    yield ("verdict", *(spelled(run.verdict) for run in runs))
    yield ("cost", *(readable(run.trace.last_loss) for run in runs))
    yield ("steps", *(f"{int(run.trace.step[-1]):,}" for run in runs))
    yield ("learning rate", *(_number(float(run.trace.learning_rate[-1])) for run in runs))
    conditions = [run.trace.number("condition_number") for run in runs]
    if any(number is not None for number in conditions):
        yield ("condition number", *map(_number, conditions))
    named = {run.evaluation.scores[0].name for run in runs if run.evaluation.scores}
    if len(named) == 1:
        scores = [run.evaluation.scores for run in runs]
        values = [_number(some[0].value if some else None) for some in scores]
        yield (spelled(named.pop()), *values)


def _number(value: float | None) -> str:
    return "-" if value is None or value != value else readable(value)
