"""What stands where rows are: it reads pieces, and holds what it has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event, Lock

from steepest.data.blocks import Block
from steepest.data.sources.rows import Rows, ask_ahead, rows_of
from steepest.data.sources.source import Piece, Source
from steepest.passes.drawing import Keys, row_keys
from steepest.passes.kept import KeptRows
from steepest.passes.layout import Layout, Numbers

__all__ = ["CutShortError", "Worker"]


class CutShortError(Exception):
    """The walk was ended from outside; nobody waits for its answer."""


class Worker:
    """Reads the pieces of a source for whoever asks, by one thread a piece or many at once.

    room:  bytes of designs that it may hold, so that later passes need not read again
    kept:  where the rows that train go for which there is no room; None: they are read again
    """

    def __init__(
        self, source: Source, layout: Layout, room: int = 0, kept: KeptRows | None = None
    ) -> None:
        self.source = source
        self.layout = layout
        self.kept = kept
        self.halt = Event()
        self._room = room
        self._held: dict[int, list[Block]] = {}
        self._lock = Lock()

    def settle(self, layout: Layout) -> None:
        """Go on with another layout; what was held of the one before is let go."""
        self.layout = layout
        with self._lock:
            self._room += sum(_size(blocks) for blocks in self._held.values())
            self._held.clear()

    def rows(
        self, piece: Piece, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[Rows, Keys]]:
        """All rows of the piece with their keys, some at a time; the columns that the layout needs.

        Raises CutShortError between two of these once `halt` is set.
        """
        first = 0
        wanted = self.layout.columns if columns is None else columns
        ask_ahead(self.source, wanted, piece)
        for rows in rows_of(self.source, piece, wanted, self.layout.rows):
            if self.halt.is_set():
                raise CutShortError
            yield rows, row_keys(self.layout.seed, piece.place, first, rows.height)
            first += rows.height

    def numbers(self, piece: Piece) -> Iterator[Numbers]:
        """The usable rows of the piece, some at a time; at least one each time."""
        for rows, keys in self.rows(piece):
            usable, own = self.layout.usable(rows, keys)
            if usable.height:
                yield self.layout.numbers(usable, own)

    def designs(self, piece: Piece) -> Iterator[Block]:
        """The rows that train, as the descent goes over them.

        From memory where there was room, else from the copy on disk, else from the source;
        the same to the bit.
        """
        held = self._held.get(piece.place)
        if held is not None:
            yield from held
            return
        taken: list[Block] | None = []
        try:
            for rows in self._rows(piece):
                block = self.layout.design(rows)
                taken = self._take(taken, block)
                yield block
            if taken is not None:
                self._held[piece.place], taken = taken, None
        finally:
            with self._lock:  # of a piece that was not gone through to its end
                self._room += _size(taken or [])

    def close(self) -> None:
        """Let go of all that is held, in memory and on disk."""
        with self._lock:
            self._held.clear()
            self._room = 0
        if self.kept is not None:
            self.kept.close()

    def _rows(self, piece: Piece) -> Iterator[Block]:
        """The raw rows that train."""
        if self.kept is not None and self.kept.holds(piece.place):
            for block in self.kept.blocks(piece.place):
                if self.halt.is_set():
                    raise CutShortError
                yield block
            return
        parts = (numbers.part(held=False) for numbers in self.numbers(piece))
        blocks = (block for block in parts if len(block.y))
        yield from blocks if self.kept is None else self.kept.keep(piece.place, blocks)

    def _take(self, taken: list[Block] | None, block: Block) -> list[Block] | None:
        """The blocks with one more, or None (and their room back) where it does not fit."""
        if taken is None:
            return None
        size = _size([block])
        with self._lock:
            if size <= self._room:
                self._room -= size
                return [*taken, block]
            self._room += _size(taken)
        return None


def _size(blocks: Sequence[Block]) -> int:
    return sum(
        8 * (len(block.y) * (1 + block.X.shape[1]))
        + (0 if block.weight is None else 8 * len(block.y))
        for block in blocks
    )
