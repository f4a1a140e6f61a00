"""Who walks over the pieces: the one thing that threads of this machine and a cluster share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from steepest.data.sources.source import Source
from steepest.passes.asked import Pass
from steepest.passes.forest import Node
from steepest.passes.layout import Layout
from steepest.passes.reported import Reported

__all__ = ["Engine", "Part"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a worker answers for some pieces: whole nodes of the tree with their answers.

    nodes:    level and place of each in the tree, and the answer for it
    size:     bytes of the pieces
    worker:   its name
    seconds:  that it worked on them
    """

    nodes: Sequence[tuple[Node, Any]]
    size: int
    worker: str
    seconds: float


class Engine(Protocol):
    """Answers a pass for pieces, in any order; a context manager that leaves nothing behind."""

    @property
    def name(self) -> str:
        """What it is called: "local", "ray"."""
        ...

    @property
    def source(self) -> Source:
        """Whose pieces they are."""
        ...

    def settle(self, layout: Layout) -> None:
        """What the workers go by from now on."""
        ...

    def parts(self, asked: Pass[Any], places: Sequence[int]) -> Iterator[Part]:
        """The answers for those pieces; every piece once, whatever happens to a worker.

        Closing the iterator early ends the work on it.
        """
        ...

    def workers(self) -> Sequence[Reported]:
        """What is known of each worker now; may be asked from another thread."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all work, and leave no process and no file behind."""
        ...
