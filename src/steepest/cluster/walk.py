"""Who is asked for what in one pass: portions of pieces, of which each counts once.

A worker is asked for its own share first, in portions of about half a second, so that little is
lost with whoever dies; a pass that takes less is one question to each. Who has nothing left to do
takes pieces of the one that would be last, where that pays, and in the end is asked for what
another is asked for already and takes long over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steepest.cluster.member import Member
from steepest.cluster.sharing import size_of
from steepest.data.sources.source import Piece

__all__ = ["Portion", "Walk"]

PORTION_SECONDS = 0.5
WHOLE_SECONDS = 1.0
STARTING_SECONDS = 3.0
PATIENCE_SECONDS = 2.0
PATIENCE_TIMES = 3.0
AHEAD = 2
"""Calls that a worker has at once: one that it works on, and the next."""


@dataclass(slots=True, eq=False)
class Portion:
    """Pieces that are asked for together.

    owner:  the number of the worker that was asked first; other: of a second one, or None
    asked:  when, by the monotonic clock
    """

    places: list[int]
    size: int
    owner: int
    asked: float
    other: int | None = None
    done: bool = False


class Walk:
    """One pass over some pieces.

    kind:  of the pass; what was measured of one is used for the next of the same kind
    """

    def __init__(
        self,
        kind: str,
        places: Sequence[int],
        members: Sequence[Member],
        pieces: Sequence[Piece],
    ) -> None:
        self.kind = kind
        self._members, self._pieces = members, pieces
        asked = set(places)
        self._queues = [[place for place in m.share if place in asked] for m in members]
        self._sizes = [size_of(pieces, queue) for queue in self._queues]
        self._open: list[Portion] = []
        self.left = len(asked)
        self.even = self.left == len(pieces)

    def next_for(self, member: Member, now: float) -> Portion | None:
        """What that worker is to be asked now; None where it has enough to do."""
        if not member.process or member.calls >= AHEAD:
            return None
        if self._queues[member.number]:
            return self._begun(self._front(member), member, now)
        if member.calls:
            return None
        places = self._taken_over(member)
        return self._begun(places, member, now) if places else self._again(member, now)

    def answered(self, portion: Portion) -> bool:
        """Whether it is the first answer to it, which is the one that counts."""
        if portion.done:
            return False
        portion.done = True
        self._open.remove(portion)
        self.left -= len(portion.places)
        return True

    def lost(self, member: Member) -> None:
        """It died: what it was asked for is to be asked again."""
        self.even = False
        for portion in list(self._open):
            if portion.other == member.number:
                portion.other = None
            elif portion.owner == member.number and portion.other is not None:
                portion.owner, portion.other = portion.other, None
            elif portion.owner == member.number:
                self._open.remove(portion)
                portion.done = True
                self._back(member.number, portion)

    def _back(self, number: int, portion: Portion) -> None:
        self._queues[number] = sorted([*portion.places, *self._queues[number]])
        self._sizes[number] += portion.size

    def _begun(self, places: list[int], member: Member, now: float) -> Portion:
        portion = Portion(places, size_of(self._pieces, places), member.number, now)
        self._open.append(portion)
        return portion

    def _front(self, member: Member) -> list[int]:
        number = member.number
        queue = self._queues[number]
        count = self._count(queue, self._sizes[number], member.paces.get(self.kind))
        places, self._queues[number] = queue[:count], queue[count:]
        self._sizes[number] -= size_of(self._pieces, places)
        return places

    def _count(self, queue: Sequence[int], size: int, pace: float | None) -> int:
        if pace is None:
            return 1
        if size <= WHOLE_SECONDS * pace:
            return len(queue)
        taken = 0.0
        for count, place in enumerate(queue, 1):
            taken += max(1, self._pieces[place].size)
            if taken >= PORTION_SECONDS * pace:
                return count
        return len(queue)

    def _taken_over(self, member: Member) -> list[int]:
        """Of the worker that would be last: the end of its queue, where that pays."""
        waits = {m.number: self._wait(m, member) for m in self._members if m is not member}
        number = max(waits, key=lambda key: waits[key], default=None)
        if number is None or not self._queues[number]:
            return []
        queue = self._queues[number]
        count = self._count(queue[::-1], self._sizes[number], member.paces.get(self.kind))
        places = queue[-min(count, (len(queue) + 1) // 2) :]
        size = size_of(self._pieces, places)
        if member.expects(self.kind, places, size) > waits[number]:
            return []
        self.even = False
        self._queues[number] = queue[: -len(places)]
        self._sizes[number] -= size
        return places

    def _wait(self, member: Member, judge: Member) -> float:
        """Seconds until it will be done with its queue, at the judge's pace if its is unknown."""
        queue, size = self._queues[member.number], self._sizes[member.number]
        if not queue:
            return 0.0
        pace = member.paces.get(self.kind) or judge.paces.get(self.kind)
        starting = 0.0 if member.process else STARTING_SECONDS
        return starting + (0.0 if pace is None else size / pace)

    def _again(self, member: Member, now: float) -> Portion | None:
        """The portion that another takes longest over, beyond what could be expected."""
        for portion in sorted(self._open, key=lambda portion: portion.asked):
            owner = self._members[portion.owner]
            fine = PATIENCE_SECONDS + PATIENCE_TIMES * owner.expects(
                self.kind, portion.places, portion.size
            )
            late = now - portion.asked > fine
            if late and portion.other is None and owner is not member:
                portion.other = member.number
                self.even = False
                return portion
        return None
