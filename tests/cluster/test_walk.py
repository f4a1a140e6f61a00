"""Who is asked for what: every piece once, whoever dies or is slow."""

from __future__ import annotations

import random

import pytest

from steepest.cluster.member import Member
from steepest.cluster.walk import Portion, Walk
from steepest.data.sources.source import Piece

MEGA = 1_000_000


def crew(*counts: int, pace: float | None = None) -> tuple[list[Member], list[Piece]]:
    """Workers that are ready, with so many pieces of a megabyte each."""
    pieces = [Piece(place, 10, MEGA, ()) for place in range(sum(counts))]
    members: list[Member] = []
    first = 0
    for number, count in enumerate(counts):
        members.append(Member(number, list(range(first, first + count)), process=100 + number))
        if pace is not None:
            members[-1].paces["Sums"] = pace
            members[-1].seen["Sums"] = set(members[-1].share)
        first += count
    return members, pieces


def asked(walk: Walk, member: Member, now: float = 0.0) -> Portion | None:
    portion = walk.next_for(member, now)
    if portion is not None:
        member.calls += 1
    return portion


def test_a_pass_that_is_known_to_be_short_is_one_question_to_each() -> None:
    members, pieces = crew(6, 6, pace=100 * MEGA)
    walk = Walk("Sums", range(12), members, pieces)
    assert [asked(walk, member).places for member in members] == [  # type: ignore[union-attr]
        members[0].share,
        members[1].share,
    ]
    assert [asked(walk, member) for member in members] == [None, None]


def test_a_pass_that_is_not_known_begins_with_a_piece_and_the_next() -> None:
    members, pieces = crew(6)
    walk = Walk("Sums", range(6), members, pieces)
    portions = [asked(walk, members[0]) for _ in range(3)]
    assert [portion and portion.places for portion in portions] == [[0], [1], None]


def test_a_long_pass_is_asked_in_portions_of_half_a_second() -> None:
    members, pieces = crew(100, pace=10 * MEGA)
    walk = Walk("Sums", range(100), members, pieces)
    portion = asked(walk, members[0])
    assert portion is not None
    assert portion.places == [0, 1, 2, 3, 4]


def test_only_what_is_asked_for_is_handed_out() -> None:
    members, pieces = crew(6, pace=100 * MEGA)
    walk = Walk("Sums", [1, 4], members, pieces)
    portion = asked(walk, members[0])
    assert portion is not None
    assert portion.places == [1, 4]
    assert walk.answered(portion)
    assert walk.left == 0


def test_what_a_dead_worker_was_asked_for_is_asked_again() -> None:
    members, pieces = crew(4, pace=100 * MEGA)
    walk = Walk("Sums", range(4), members, pieces)
    first = asked(walk, members[0])
    assert first is not None
    members[0].begin(None)
    walk.lost(members[0])
    assert asked(walk, members[0]) is None, "its successor is not ready"
    members[0].process = 7
    again = [asked(walk, members[0]) for _ in range(2)]
    assert [portion and portion.places for portion in again] == [[0], [1]]
    assert not walk.answered(first), "an answer from beyond the grave"


def test_who_is_done_takes_over_from_who_is_not_there_yet() -> None:
    members, pieces = crew(2, 4, pace=100 * MEGA)
    members[1].begin(None)
    walk = Walk("Sums", range(6), members, pieces)
    own = asked(walk, members[0])
    assert own is not None
    members[0].calls -= 1
    assert walk.answered(own)
    portion = asked(walk, members[0])
    assert portion is not None
    assert portion.places == [4, 5]


def test_nothing_is_taken_over_that_would_take_longer_to_read() -> None:
    members, pieces = crew(0, 100, pace=10 * MEGA)
    members[0].paces["Survey"] = 10_000.0  # what it does not hold, it reads slowly
    walk = Walk("Sums", range(100), members, pieces)
    assert asked(walk, members[0]) is None


def test_an_idle_worker_is_asked_for_what_another_takes_long_over() -> None:
    members, pieces = crew(2, 2, pace=100 * MEGA)
    walk = Walk("Sums", range(4), members, pieces)
    late, done = asked(walk, members[0]), asked(walk, members[1])
    assert late is not None
    assert done is not None
    assert walk.answered(done)
    members[1].calls = 0
    assert asked(walk, members[1], now=1.0) is None, "there is patience"
    assert asked(walk, members[1], now=5.0) is late
    members[1].calls = 0
    assert asked(walk, members[1], now=9.0) is None, "twice is enough"
    assert walk.answered(late)
    assert not walk.answered(late), "the second answer does not count"


def test_of_two_that_were_asked_one_may_die() -> None:
    members, pieces = crew(2, 2, pace=100 * MEGA)
    walk = Walk("Sums", range(2), members, pieces)
    late = asked(walk, members[0])
    assert asked(walk, members[1], now=5.0) is late
    walk.lost(members[0])
    assert walk.answered(late)  # type: ignore[arg-type]
    assert walk.left == 0


@pytest.mark.parametrize("seed", range(20))
def test_every_piece_counts_once_whatever_happens(seed: int) -> None:
    """Workers answer, die and come back at random."""
    chance = random.Random(seed)  # noqa: S311
    members, pieces = crew(*(chance.randrange(9) for _ in range(4)), 5)
    walk = Walk("Sums", range(len(pieces)), members, pieces)
    calls: list[tuple[Member, Portion]] = []
    counted: list[int] = []
    now = 0.0
    while walk.left:
        now += chance.random() * 3
        for member in members:
            member.process = member.process or chance.randrange(2)
            while (portion := asked(walk, member, now)) is not None:
                calls.append((member, portion))
        if calls and chance.random() < 0.7:
            member, portion = calls.pop(chance.randrange(len(calls)))
            member.calls -= 1
            member.measured("Sums", portion.places, portion.size, chance.random())
            if walk.answered(portion):
                counted += portion.places
        elif chance.random() < 0.5:
            dead = chance.choice(members)
            calls = [call for call in calls if call[0] is not dead]
            walk.lost(dead)
            dead.begin(None)
    assert sorted(counted) == list(range(len(pieces)))
