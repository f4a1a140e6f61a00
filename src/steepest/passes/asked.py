"""What can be asked of all rows: the answer of a piece, and how two answers become one."""

from __future__ import annotations

from typing import Protocol, TypeVar

from steepest.data.sources.source import Piece
from steepest.passes.worker import Worker

__all__ = ["Pass"]

State = TypeVar("State")


class Pass(Protocol[State]):
    """A question to all rows; a frozen value that can be sent to where the rows are.

    The answers of neighbouring pieces are merged along a tree that the number of pieces alone
    decides (`Forest`), so that the whole is the same to the bit whoever answers for which piece.
    """

    @property
    def answer(self) -> type[State]:
        """The type of the answers, which `packed` writes down and reads again."""
        ...

    def of_piece(self, piece: Piece, worker: Worker) -> State:
        """The answer of one piece."""
        ...

    def merge(self, left: State, right: State) -> State:
        """The answer of two stretches of rows, the left one before the right one."""
        ...
