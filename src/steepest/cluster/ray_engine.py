"""Walks over the pieces by workers in processes of their own, here or on other machines.

The answers are whole nodes of the one tree over all pieces, so that who answers for which piece,
how often a worker dies, and who stands in for it, does not change a bit of the result.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self

from steepest.cluster.balance import moved
from steepest.cluster.doors import ray_module
from steepest.cluster.joining import Joined, join, leave
from steepest.cluster.losses import fatal, lost_errors, said
from steepest.cluster.member import Member
from steepest.cluster.ray_worker import Answered, RayWorker
from steepest.cluster.sharing import sent, shares, size_of, stretches
from steepest.cluster.walk import Portion, Walk
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.source import Source
from steepest.errors import InputError
from steepest.passes.asked import Pass
from steepest.passes.engine import Part
from steepest.passes.layout import Layout
from steepest.passes.reported import Reported

__all__ = ["RayEngine"]

MOST_DEATHS = 10
BEAT_SECONDS = 1.0
HUNG_SECONDS = 60.0
START_SECONDS = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """Something that a worker was asked, and who it was then."""

    member: Member
    actor: Any
    walk: Walk | None = None
    portion: Portion | None = None


class RayEngine:
    """Ray's actors, each of which stands for a share of the pieces.

    workers:  how many; 0 for one a processor
    room:     bytes of designs that all of them together may hold
    address:  of a cluster to join; "" for RAY_ADDRESS, or an embedded Ray where that is not set
    """

    name = "ray"

    def __init__(
        self, source: Source, layout: Layout, workers: int = 0, room: int = 0, address: str = ""
    ) -> None:
        self._ray = ray_module()
        self._given, self._layout = source, layout
        self._pieces = source.pieces
        self._workers, self._room, self._address = workers, room, address
        self._joined: Joined | None = None
        self._members: list[Member] = []
        self._calls: dict[Any, Call] = {}
        self._passes = 0

    @property
    def source(self) -> Source:
        """Whose pieces they are."""
        return self._given

    def __enter__(self) -> Self:
        shared = size_of(self._pieces, range(len(self._pieces)))
        framed = isinstance(self._given, FrameSource)
        self._joined = join(
            self._address, self._workers or os.cpu_count() or 1, 2 * shared if framed else 0
        )
        try:
            self._begin()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()

    def settle(self, layout: Layout) -> None:
        """What the workers go by from now on."""
        self._layout = layout
        self._sent_layout = self._ray.put(layout)
        for member in self._members:
            member.seen.clear()
            ref = member.actor.settle.remote(self._sent_layout)
            self._calls[ref] = Call(member, member.actor)
        self._passes = 0

    def parts(self, asked: Pass[Any], places: Sequence[int]) -> Iterator[Part]:
        """Whole nodes, as they come; each piece once, whoever dies."""
        walk = Walk(type(asked).__name__, places, self._members, self._pieces)
        for member in self._members:
            member.seconds = 0.0
        packed: bytes = self._ray.cloudpickle.dumps(asked)  # once for all workers
        while walk.left:
            self._ask(packed, walk)
            for ref in self._told():
                part = self._hear(ref, walk)
                if part is not None:
                    yield part
            self._look_after(walk)
        self._balance(walk)

    def workers(self) -> list[Reported]:
        """What is told of each of them now."""
        return [member.report(self._pieces) for member in self._members]

    def processes(self) -> list[int]:
        """The numbers of the workers' processes on their machines; 0 of one not ready."""
        return [member.process for member in self._members]

    # ---- the workers' lives

    def _begin(self) -> None:
        joined = self._joined
        assert joined is not None  # noqa: S101  # __enter__ has just set it
        ray = self._ray
        count = self._workers or max(1, int(joined.processors))
        ray.method(concurrency_group="heart")(RayWorker.beat)
        share = 1.0 if joined.kind == "embedded" else min(1.0, joined.processors / count) or 1.0
        self._kind = ray.remote(
            num_cpus=round(share, 3),
            max_restarts=0,
            max_task_retries=0,
            concurrency_groups={"heart": 1},
            scheduling_strategy="SPREAD",
        )(RayWorker)
        self._each = self._room // count
        self._sent = ray.put(sent(self._given))
        self._sent_layout = ray.put(self._layout)
        for number, own in enumerate(shares(self._pieces, count)):
            self._members.append(Member(number, own))
            self._start(self._members[-1])

    def _start(self, member: Member) -> None:
        """A process for it, which gets ready while others work."""
        member.begin(self._kind.remote([self._sent], [self._sent_layout], self._each))
        self._calls[member.actor.process.remote()] = Call(member, member.actor)

    def _lost(self, member: Member, walk: Walk, why: str) -> None:
        """Its successor reads its share when it is asked for it."""
        member.deaths += 1
        member.restarts += 1
        if member.deaths > MOST_DEATHS:
            raise InputError(
                f"{member.name} died {member.deaths} times in a row while it answered for "
                f"{self._given.text}; the last time: {why}"
            )
        walk.lost(member)
        self._calls = {ref: call for ref, call in self._calls.items() if call.member is not member}
        self._ray.kill(member.actor)
        self._start(member)

    def _look_after(self, walk: Walk) -> None:
        """Ask those who were not heard of for a sign of life; replace those who give none."""
        now = monotonic()
        for member in self._members:
            if not member.process or now - member.heard < BEAT_SECONDS:
                continue
            if member.beaten is None:
                member.beaten = now
                self._calls[member.actor.beat.remote()] = Call(member, member.actor)
            elif now - member.beaten > HUNG_SECONDS:
                self._lost(member, walk, f"it gave no sign of life for {HUNG_SECONDS:.0f} s")
        begun = [now - member.begun for member in self._members if not member.process]
        if len(begun) == len(self._members) and min(begun) > START_SECONDS:
            raise InputError(
                f"none of {len(begun)} workers could begin within {START_SECONDS:.0f} s: the "
                "cluster has no processor free; ask for fewer --workers, or wait until it has"
            )

    def _leave(self) -> None:
        joined, self._joined = self._joined, None
        for member in self._members:
            if member.actor is not None and self._ray.is_initialized():
                self._ray.kill(member.actor)
            member.actor = None
        self._members.clear()
        self._calls.clear()
        if joined is not None:
            leave(joined)

    # ---- questions and answers

    def _ask(self, packed: bytes, walk: Walk) -> None:
        now = monotonic()
        for member in self._members:
            while (portion := walk.next_for(member, now)) is not None:
                ref = member.actor.answer.remote(packed, stretches(portion.places))
                self._calls[ref] = Call(member, member.actor, walk, portion)
                member.calls += 1

    def _told(self) -> list[Any]:
        """What has come by now, or within a moment."""
        waiting = list(self._calls)
        done, rest = self._ray.wait(waiting, num_returns=1, timeout=BEAT_SECONDS / 2)
        if done and rest:
            done += self._ray.wait(rest, num_returns=len(rest), timeout=0)[0]
        return done

    def _hear(self, ref: Any, walk: Walk) -> Part | None:
        call = self._calls.pop(ref, None)
        if call is None or call.actor is not call.member.actor:
            return None
        member, portion = call.member, call.portion
        try:
            answer = self._ray.get(ref)
        except lost_errors() as error:
            problem = fatal(error, member.name)
            if problem:
                raise InputError(problem) from error
            self._lost(member, walk, said(error))
            return None
        member.lives()
        if portion is None:
            member.process = member.process or (answer or 0)
            return None
        member.calls -= 1
        return self._counted(answer, call, portion) if call.walk is walk else None

    def _counted(self, answer: Answered, call: Call, portion: Portion) -> Part | None:
        if answer.refused:
            raise InputError(self._refusal(answer))
        member, walk = call.member, call.walk
        assert walk is not None  # noqa: S101  # a portion is of a walk
        member.measured(walk.kind, portion.places, portion.size, answer.seconds)
        if not walk.answered(portion):
            return None
        return Part(answer.nodes, portion.size, member.name, answer.seconds)

    def _refusal(self, answer: Answered) -> str:
        joined = self._joined
        if answer.unfound and joined is not None and joined.kind != "embedded":
            return f"{answer.refused}; every machine of the cluster must reach it by that path"
        return answer.refused

    def _balance(self, walk: Walk) -> None:
        """Move pieces to who is faster, once that has cost more than it would."""
        self._passes = self._passes + 1 if walk.even else 0
        if walk.even and moved(self._members, walk.kind, self._pieces, self._passes):
            self._passes = 0
