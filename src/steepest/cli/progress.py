"""Progress of long work, on standard error: a bar with loss and gradient norm, or with rows."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from steepest.descent.recorder import Row
    from steepest.passes.asking import Progress

__all__ = ["DescentProgress"]

PATIENCE = 1.0
REDRAW = 0.1
DESCENDING = "descending"
WIDE = 120  # columns of a terminal on which everything has room
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
        self._pass = 0
        self._pass_begin = 0.0
        self._pass_size = 0
        self._walk: Any = None

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
        shown = f"loss {row.loss:.6g}  ‖gradient‖ {norm:.3g}"
        bar.update(self._task, description=DESCENDING, completed=row.step, shown=shown)

    def walk(self, progress: Progress) -> None:
        """Take note of how far a pass over all rows is; it is shown if it takes over a second."""
        now = time.monotonic()
        if progress.number != self._pass:
            self._pass, self._pass_begin, self._pass_size = progress.number, now, progress.size
        done = progress.pieces == progress.of_pieces
        if now - self._pass_begin < PATIENCE or (now - self._drawn < REDRAW and not done):
            return
        self._drawn = now
        words = _how_far(progress)
        if self._task is not None:
            self._within(progress, "" if done else words)
            return
        bar = self._walking(progress)
        speed = (progress.size - self._pass_size) / (now - self._pass_begin)
        how_far = f"{words}  {_speed(speed)}" if self._console.width >= WIDE else _share(progress)
        shown = f"pass {progress.number:,}: {how_far}"
        bar.update(self._walk, description=progress.what, completed=progress.size, shown=shown)
        if done:
            self._stopped()

    def _within(self, progress: Progress, words: str) -> None:
        """A pass while steps are shown; one that is no step of its own has their place."""
        wide = self._console.width >= WIDE
        which = f"pass {progress.number:,}"
        told = {"pass_": words and (f"{which}: {words}" if wide else which)}
        if progress.what != DESCENDING and words:
            told |= {"description": progress.what}
            told |= {} if wide else {"shown": ""}
        self._bar.update(self._task, **told)

    def part(self, done: int, most: int) -> None:
        """Take note of a model that was trained for the evaluation alone."""
        now = time.monotonic()
        if self._parts_begin is None:  # the first is compiled and read anew like those after it
            self._parts_begin = now
        if now - self._parts_begin < PATIENCE or (now - self._drawn < REDRAW and done < most):
            return
        self._drawn = now
        if self._task is not None or self._walk is not None:
            self._stopped()
        bar = self._bar or self._evaluating(most)
        bar.update(self._part, completed=done, total=most)
        if done == most:
            self._stopped()

    def _stopped(self) -> None:
        """No bar, until there is work to show again."""
        self._bar.stop()
        self._bar = self._task = self._part = self._parts_begin = self._walk = None

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

    def _walking(self, progress: Progress) -> Any:
        """The bar of a pass while no step is there to be shown."""
        if self._part is not None:
            self._stopped()
        if self._bar is not None:
            return self._bar
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24 if self._console.width >= WIDE else 8),
            TextColumn("{task.fields[shown]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._walk = self._bar.add_task(progress.what, total=progress.of_size, shown="")
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
        if self._part is not None or self._walk is not None:
            self._stopped()
        if self._bar is not None:
            return self._bar
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24 if self._console.width >= WIDE else 4),
            TextColumn("step {task.completed:,}"),
            TextColumn("{task.fields[shown]}", markup=False),
            TextColumn("{task.fields[pass_]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(DESCENDING, total=self._most, shown="", pass_="")
        self._bar.start()
        return self._bar


def _how_far(progress: Progress) -> str:
    from steepest.views.pass_words import bytes_words, rows_words

    size = bytes_words(progress.size, progress.of_size)
    if progress.rows is None:
        return size
    return f"{rows_words(progress.rows, progress.of_rows)}  {size}"


def _share(progress: Progress) -> str:
    return f"{100 * progress.size // max(1, progress.of_size):2d} %"


def _speed(bytes_a_second: float) -> str:
    return (
        f"{bytes_a_second / 1e6:,.3g} MB/s"
        if bytes_a_second < 1e9
        else (f"{bytes_a_second / 1e9:.3g} GB/s")
    )


def _duration(seconds: float) -> str:
    if seconds < 90 * MINUTE:
        return f"{seconds / MINUTE:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
