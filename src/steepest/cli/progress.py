"""Progress of long work, on standard error: a bar with loss and gradient norm."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from steepest.descent.recorder import Row

__all__ = ["DescentProgress"]

PATIENCE = 1.0
REDRAW = 0.1
MINUTE = 60.0


class DescentProgress:
    """Watches recorded steps; after a second of work it shows a bar, until the end.

    `most` is how many steps there will be at most, None where that is not known yet. When they
    would take more than a minute, a line says how long, once.
    """

    def __init__(self, most: int | None, console: Any) -> None:
        self._most = most
        self._console = console
        self._begin: float | None = None
        self._drawn = 0.0
        self._bar: Any = None
        self._task: Any = None
        self._announced = False
        self._parts_begin: float | None = None
        self._part: Any = None

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

    def __call__(self, row: Row) -> None:
        """Take note of a recorded step."""
        now = time.monotonic()
        if self._begin is None:  # from the first step on: compiling comes before it
            self._begin = now
        if now - self._begin < PATIENCE or now - self._drawn < REDRAW:
            return
        self._drawn = now
        self._announce(row.step, now - self._begin)
        bar = self._started()
        norm = float((row.gradient @ row.gradient) ** 0.5)
        bar.update(self._task, completed=row.step, loss=f"{row.loss:.6g}", norm=f"{norm:.3g}")

    def part(self, done: int, most: int) -> None:
        """Take note of a model that was trained for the evaluation alone."""
        now = time.monotonic()
        if self._parts_begin is None:  # the first is compiled and read anew like those after it
            self._parts_begin = now
        if now - self._parts_begin < PATIENCE or (now - self._drawn < REDRAW and done < most):
            return
        self._drawn = now
        if self._task is not None:
            self._stopped()
        bar = self._bar or self._evaluating(most)
        bar.update(self._part, completed=done, total=most)
        if done == most:
            self._stopped()

    def _stopped(self) -> None:
        """No bar, until there is work to show again."""
        self._bar.stop()
        self._bar = self._task = self._part = self._parts_begin = None

    def _evaluating(self, most: int) -> Any:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("evaluating"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,} of {task.total:,} models trained"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._part = self._bar.add_task("evaluate", total=most)
        self._bar.start()
        return self._bar

    def _announce(self, steps: int, seconds: float) -> None:
        if self._announced or steps < 1 or self._most is None:
            return
        self._announced = True
        whole = self._most * seconds / steps
        if whole > MINUTE:
            self._console.print(
                f"At {seconds / steps * 1000:.2g} ms a step, {self._most:,} steps (the most it "
                f"will take) would last about {_duration(whole)}. Ctrl-C stops and keeps what "
                "is there."
            )

    def _started(self) -> Any:
        """The bar, begun the first time it is asked for."""
        if self._part is not None:
            self._stopped()
        if self._bar is not None:
            return self._bar
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("descending"),
            BarColumn(bar_width=24),
            TextColumn("step {task.completed:,}"),
            TextColumn("loss {task.fields[loss]}"),
            TextColumn("‖gradient‖ {task.fields[norm]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("descend", total=self._most, loss="", norm="")
        self._bar.start()
        return self._bar


def _duration(seconds: float) -> str:
    if seconds < 90 * MINUTE:
        return f"{seconds / MINUTE:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
