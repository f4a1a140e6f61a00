"""A question to all rows from beginning to end: what is known already, the rest, and the record.

Whatever is asked, in whatever order, goes through here. A `Journal` that remembers the answers
makes a descent continue after a kill without knowing of it: it begins again from the start, and
everything that was answered before is answered at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from steepest.passes.asked import Pass
from steepest.passes.engine import Engine, Part
from steepest.passes.forest import Forest

__all__ = ["Ask", "Journal", "Progress"]

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is.

    what:    of the pass, a few words: "looking at every row", "step"
    number:  of the pass, from 1
    pieces, of_pieces, size, of_size:  done and to do; sizes in bytes
    part:    the last that came; None where all was known already
    """

    what: str
    number: int
    pieces: int
    of_pieces: int
    size: int
    of_size: int
    part: Part | None


class Journal(Protocol):
    """What was answered before, and what is answered now, kept where a kill cannot reach it."""

    def recall(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Add to the forest all nodes that are known of the pass of that number."""
        ...

    def note(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Keep the nodes, if it is time to; always where the forest is complete."""
        ...


class Ask:
    """Asks all rows by an engine, one pass after the other.

    tell:  called with the progress whenever a part comes
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
        self.passes = 0

    def __call__(self, asked: Pass[State], what: str = "") -> State:
        """The answer of all rows."""
        self.passes += 1
        pieces = self.engine.source.pieces
        forest: Forest[State] = Forest(len(pieces), asked.merge)
        if self._journal is not None:
            self._journal.recall(self.passes, asked, forest)
        left = forest.missing()
        done = sum(piece.size for piece in pieces) - sum(pieces[place].size for place in left)
        if left:
            for part in self.engine.parts(asked, left):
                for node, state in part.nodes:
                    forest.add(node, state)
                done += part.size
                if self._journal is not None:
                    self._journal.note(self.passes, asked, forest)
                self._say(what, forest, done, part)
        return forest.whole

    def _say(self, what: str, forest: Forest[Any], done: int, part: Part | None) -> None:
        if self._tell is None:
            return
        pieces = self.engine.source.pieces
        whole = sum(piece.size for piece in pieces)
        left = len(forest.missing())
        self._tell(Progress(what, self.passes, len(pieces) - left, len(pieces), done, whole, part))
