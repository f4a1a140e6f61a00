"""What all rows have answered, kept in the store of the run, so that a kill costs no more than
the last moments.

A pass that is over is its root; of the one that is walked, all whole nodes of the tree. A
question is known again by its number and by a digest of itself: where it is another one, it and
all that came after it are forgotten. What is damaged is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self

from steepest.errors import InputError
from steepest.passes.asked import Pass
from steepest.passes.forest import Forest, Node
from steepest.passes.packed import digest, pack, unpack
from steepest.storage.answers import (
    Answer,
    forget_from,
    last_number,
    read_answers,
    write_answers,
)
from steepest.storage.writer import RunWriter

__all__ = ["EVERY", "SHARE", "RunJournal"]

EVERY = 0.5
"""Seconds between two writings, at least."""
SHARE = 0.02
"""Of the time that may go into writing."""


class RunJournal:
    """The journal of one run; a context manager that writes down the rest when a fit is cut off.

    Raises InputError where the disk refuses.
    """

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._known = writer.together(last_number)
        self._open: dict[int, tuple[bytes, Forest[Any]]] = {}
        self._written: dict[int, set[Node]] = {}
        self._due = monotonic() + EVERY

    @property
    def known(self) -> int:
        """The number of the last question that was answered before, at least in part; else 0."""
        return self._known

    def recall(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Add to the forest all nodes that are known of the pass of that number."""
        if number > self._known:
            return
        kept = self._writer.together(lambda on, run: read_answers(on, run, number))
        question = digest(asked)
        if any(answer.question != question for answer in kept):
            self._writer.together(lambda on, run: forget_from(on, run, number))
            self._known = number - 1
            return
        self._written[number] = {(answer.level, answer.place) for answer in kept}
        for node, state in _readable(kept, asked, forest):
            forest.add(node, state)
        if forest.complete:
            del self._written[number]

    def note(self, number: int, asked: Pass[Any], forest: Forest[Any]) -> None:
        """Keep the nodes, if it is time to."""
        if number not in self._open:
            self._open[number] = digest(asked), forest
        if monotonic() >= self._due:
            self.keep()

    def keep(self) -> None:
        """Write down now what was answered since the last time, in one transaction."""
        began = monotonic()
        gone = [(number, *node) for number, node in self._merged()]
        new = list(self._new())
        if new or gone:
            self._writer.together(lambda on, run: write_answers(on, run, gone, new))
        for number, (_, forest) in list(self._open.items()):
            self._written[number] = set(forest.nodes)
            if forest.complete:
                del self._open[number], self._written[number]
        ended = monotonic()
        self._due = ended + max(EVERY, (ended - began) / SHARE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            with suppress(InputError):  # the first error is the one to tell
                self.keep()

    def _merged(self) -> Iterator[tuple[int, Node]]:
        for number, (_, forest) in self._open.items():
            for node in self._written.get(number, set()) - forest.nodes.keys():
                yield number, node

    def _new(self) -> Iterator[Answer]:
        for number, (question, forest) in self._open.items():
            before = self._written.get(number, set())
            for node, state in forest.nodes.items():
                if node not in before:
                    yield Answer(number, *node, question, pack(state))


def _readable(
    kept: list[Answer], asked: Pass[Any], forest: Forest[Any]
) -> Iterator[tuple[Node, Any]]:
    """Whole nodes that do not overlap, the largest first, each with its answer."""
    free = set(forest.missing())
    for answer in kept:
        node = answer.level, answer.place
        leaves = forest.leaves_of(node)
        if leaves and free.issuperset(leaves):
            with suppress(ValueError):
                state = unpack(answer.state, asked.answer)
                free.difference_update(leaves)
                yield node, state
