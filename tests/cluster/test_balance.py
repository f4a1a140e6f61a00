"""Pieces move from the slowest worker to the fastest, where that pays."""

from __future__ import annotations

from steepest.cluster.balance import moved
from steepest.cluster.member import Member
from steepest.data.sources.source import Piece

PIECES = [Piece(place, 10, 100, ()) for place in range(20)]


def two(slow: float, fast: float, reading: float = 1000.0) -> list[Member]:
    """Ten pieces each, gone through in so many seconds."""
    members = [Member(0, list(range(10))), Member(1, list(range(10, 20)))]
    for member, seconds in zip(members, (slow, fast), strict=True):
        member.seconds = seconds
        member.paces = {"Sums": 1000 / seconds, "Survey": reading}
    return members


def test_half_of_what_is_between_them_moves() -> None:
    members = two(3.0, 1.0)
    assert moved(members, "Sums", PIECES, passes=1)
    # 2 s apart; a piece takes 0.3 s of the one and 0.1 s of the other
    assert members[0].share == list(range(5))
    assert members[1].share == list(range(5, 20))


def test_workers_that_are_about_as_fast_keep_what_they_have() -> None:
    assert not moved(two(1.1, 1.0), "Sums", PIECES, passes=1000)
    assert not moved(two(0.003, 0.001), "Sums", PIECES, passes=1000)


def test_it_waits_until_it_has_cost_as_much_as_reading_would() -> None:
    slowly = 10.0  # bytes a second: 50 s to read five pieces, which would save 1.5 s a pass
    assert not moved(two(3.0, 1.0, slowly), "Sums", PIECES, passes=33)
    assert moved(two(3.0, 1.0, slowly), "Sums", PIECES, passes=34)


def test_the_last_piece_of_a_worker_stays() -> None:
    members = two(1000.0, 1.0)
    members[0].share = [0]
    assert not moved(members, "Sums", PIECES, passes=1000)


def test_one_worker_has_nobody_to_share_with() -> None:
    assert not moved(two(3.0, 1.0)[:1], "Sums", PIECES, passes=1)
