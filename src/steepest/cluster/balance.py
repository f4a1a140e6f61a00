"""Pieces move from the slowest worker to the fastest, where that pays."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.cluster.member import Member
from steepest.data.sources.source import Piece

__all__ = ["moved"]

APART = 0.2
LEAST_SECONDS = 0.02


def moved(members: Sequence[Member], kind: str, pieces: Sequence[Piece], passes: int) -> bool:
    """Whether shares changed, after so many passes in a row that were alike.

    Half the difference in time moves, from the end of the slowest worker's share, once the
    passes so far would have gained by it what it costs the fastest to read it. (As with skis
    that are rented until the rents make up the price: at most twice the best in hindsight.)
    """
    able = [m for m in members if kind in m.paces and m.share]
    if len(able) < 2:
        return False
    slow = max(able, key=lambda member: member.seconds)
    fast = min(able, key=lambda member: member.seconds)
    apart = slow.seconds - fast.seconds
    if apart < max(LEAST_SECONDS, APART * slow.seconds):
        return False
    places, size = _end(slow, apart / (1 / slow.paces[kind] + 1 / fast.paces[kind]), pieces)
    if not places or passes * (size / slow.paces[kind]) < size / min(fast.paces.values()):
        return False
    slow.share = slow.share[: -len(places)]
    fast.share = sorted([*fast.share, *places])
    return True


def _end(member: Member, size: float, pieces: Sequence[Piece]) -> tuple[list[int], int]:
    """The last pieces of its share that are not more than so many bytes; never all of them."""
    taken, count = 0, 0
    for place in reversed(member.share[1:]):
        own = max(1, pieces[place].size)
        if taken + own > size:
            break
        taken, count = taken + own, count + 1
    return member.share[len(member.share) - count :], taken
