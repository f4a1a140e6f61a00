"""Progress of a study, on standard error: what will be done, and a bar over its trainings."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from steepest.studying.progress import Progress

__all__ = ["StudyProgress"]

PATIENCE = 0.5


class StudyProgress:
    """Watches the trainings of a study: first a line that says how many there are.

    In a terminal a bar follows, after half a second of work.
    """

    def __init__(self, console: Any, run: str) -> None:
        self._console = console
        self._run = run
        self._begin = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Take note of what will be done, or of a training that is done."""
        if not progress.done:
            words = (
                f"Studying {self._run}: {progress.doing}. Ctrl-C ends it and keeps what is done."
            )
            self._console.print(words, highlight=False, markup=False)
            return
        if not self._console.is_terminal or time.monotonic() - self._begin < PATIENCE:
            return
        bar = self._started(progress.total)
        bar.update(self._task, completed=progress.done, doing=progress.doing)

    def _started(self, total: int) -> Any:
        """The bar, begun the first time it is asked for."""
        if self._bar is not None:
            return self._bar
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("studying"),
            BarColumn(bar_width=24),
            TextColumn("training {task.completed:,} of {task.total:,}"),
            TextColumn("{task.fields[doing]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("study", total=total, doing="")
        self._bar.start()
        return self._bar
