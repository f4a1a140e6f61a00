"""How far a walk over later rows is, on standard error."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from steepest.passes.asking import Progress

__all__ = ["WalkProgress"]

PATIENCE = 1.0
REDRAW = 0.1


class WalkProgress:
    """Watches passes over the rows; from a second on it shows on standard error how far they are.

    A context manager, after which nothing of it is left on the screen.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._drawn = 0.0
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
        """Take note of how far a pass is."""
        now = time.monotonic()
        if now - self._began < PATIENCE or now - self._drawn < REDRAW:
            return
        self._drawn = now
        from steepest.views.pass_words import pass_words

        of = (progress.rows, progress.of_rows), (progress.size, progress.of_size)
        words = pass_words(progress.number, *of)
        self._begun().update(
            self._task,
            completed=progress.size,
            total=max(1, progress.of_size),
            what=progress.what,
            words=words,
        )

    def _begun(self) -> Any:
        """The bar, begun the first time it is asked for."""
        if self._bar is not None:
            return self._bar
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[what]}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("walk", what="", words="")
        self._bar.start()
        return self._bar
