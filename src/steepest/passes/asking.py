"""A question to all rows from beginning to end: what is known already, the rest, and the record.

Whatever is asked, in whatever order, goes through here. A `Journal` that remembers the answers
makes a descent continue after a kill without knowing of it: it begins again from the start, and
everything that was answered before is answered at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from steepest.data.sources.source import Piece
from steepest.passes.asked import Pass
from steepest.passes.engine import Engine
from steepest.passes.forest import Forest

__all__ = ["Ask", "Journal", "Progress", "cut_by_ctrl_c"]

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is.

    what:    of the pass, a few words: "looking at every row", "step"
    number:  of the pass, from 1
    pieces, of_pieces, size, of_size:  done and to do; sizes in bytes
    rows, of_rows:  done and to do, where the source says how many rows a piece has
    seconds: that a worker needed for what came last; 0 before anything came
    """

    what: str
    number: int
    pieces: int
    of_pieces: int
    size: int
    of_size: int
    rows: int | None = None
    of_rows: int | None = None
    seconds: float = 0.0


class Journal(Protocol):
    """What was answered before, and what is answered now, kept where a kill cannot reach it."""

    def recall(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Add to the forest all nodes that are known of the pass of that number."""
        ...

    def note(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Keep the nodes, if it is time to."""
        ...


class Ask:
    """Asks all rows by an engine, one pass after the other.

    tell:  called with the progress when a pass begins to be walked, and whenever a part comes

    Ctrl-C cuts a walk off at once, whatever else it does to a descent: a pass may be long, and
    the journal holds what has come of it.
    """

    def __init__(
        self,
        engine: Engine,
        journal: Journal | None = None,
        tell: Callable[[Progress], None] | None = None,
    ) -> None:
        self.engine = engine
        self._journal = journal
        self._tell = tell
        self._pieces = engine.source.pieces
        self._whole = _Count.of(self._pieces)
        self.passes = 0

    def __call__(self, asked: Pass[State], what: str = "") -> State:
        """The answer of all rows."""
        self.passes += 1
        forest: Forest[State] = Forest(len(self._pieces), asked.merge)
        if self._journal is not None:
            self._journal.recall(self.passes, asked, forest)
        left = forest.missing()
        if left:
            with cut_by_ctrl_c():
                self._walk(asked, what, forest, left)
        return forest.whole

    def _walk(self, asked: Pass[Any], what: str, forest: Forest[Any], left: list[int]) -> None:
        done = self._whole.less(_Count.of([self._pieces[place] for place in left]))
        self._say(what, done, 0.0)
        for part in self.engine.parts(asked, left):
            for node, state in part.nodes:
                forest.add(node, state)
                leaves = [self._pieces[place] for place in forest.leaves_of(node)]
                done = done.more(_Count.of(leaves))
            if self._journal is not None:
                self._journal.note(self.passes, asked, forest)
            self._say(what, done, part.seconds)

    def _say(self, what: str, done: _Count, seconds: float) -> None:
        if self._tell is None:
            return
        of = self._whole
        rows = None if of.rows is None else done.rows
        at = (self.passes, done.pieces, of.pieces, done.size, of.size)
        self._tell(Progress(what, *at, rows, of.rows, seconds))


@dataclass(frozen=True, slots=True)
class _Count:
    """Pieces, their bytes, and their rows where all are known."""

    pieces: int
    size: int
    rows: int | None

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> _Count:
        known = [piece.rows for piece in pieces if piece.rows is not None]
        rows = sum(known) if len(known) == len(pieces) else None
        return cls(len(pieces), sum(piece.size for piece in pieces), rows)

    def more(self, other: _Count) -> _Count:
        rows = None if self.rows is None or other.rows is None else self.rows + other.rows
        return _Count(self.pieces + other.pieces, self.size + other.size, rows)

    def less(self, other: _Count) -> _Count:
        rows = None if self.rows is None or other.rows is None else self.rows - other.rows
        return _Count(self.pieces - other.pieces, self.size - other.size, rows)


@contextmanager
def cut_by_ctrl_c() -> Generator[None]:
    """Within, Ctrl-C raises KeyboardInterrupt, even where a descent has it only noted.

    Where it is told to be ignored, and outside the main thread, nothing is changed.
    """
    here = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if here else None
    if not here or before is None or before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
