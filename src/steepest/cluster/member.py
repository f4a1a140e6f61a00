"""What is known of one worker: its share, how fast it is, and when it was last heard of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from steepest.cluster.sharing import size_of
from steepest.data.sources.source import Piece
from steepest.passes.reported import Reported, now, rows_of

__all__ = ["Member"]


@dataclass(slots=True, eq=False)
class Member:
    """A worker, and whoever comes in its place when it dies.

    number:   from 0
    share:    the places of its pieces, rising
    actor:    Ray's handle of the process that lives now
    process:  its number; 0 until it is ready
    calls:    that it has not answered yet
    deaths:   in a row, since it last answered
    seconds:  that it worked on the pass that runs, or ran last
    paces:    kind of pass -> bytes a second, as last measured
    seen:     (kind of pass, place) that it answered for since the layout was settled
    heard, begun:  by the monotonic clock; beaten: when it was asked for a sign of life, or None
    """

    number: int
    share: list[int]
    actor: Any = None
    process: int = 0
    calls: int = 0
    deaths: int = 0
    restarts: int = 0
    seconds: float = 0.0
    paces: dict[str, float] = field(default_factory=dict[str, float])
    seen: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    heard: float = 0.0
    begun: float = 0.0
    beaten: float | None = None
    heartbeat: str = ""

    @property
    def name(self) -> str:
        """For people, from 1."""
        return f"worker {self.number + 1}"

    def begin(self, actor: Any) -> None:
        """A process of its own, that knows nothing yet."""
        self.actor, self.process, self.calls, self.beaten = actor, 0, 0, None
        self.begun = self.heard = monotonic()
        self.paces.clear()
        self.seen.clear()

    def lives(self) -> None:
        """It was heard of."""
        self.heard, self.beaten, self.heartbeat = monotonic(), None, now()

    def measured(self, kind: str, places: Sequence[int], size: int, seconds: float) -> None:
        """It answered for those pieces."""
        self.deaths = 0
        self.seconds += seconds
        self.paces[kind] = size / max(seconds, 1e-3)
        self.seen.setdefault(kind, set()).update(places)

    def expects(self, kind: str, places: Sequence[int], size: int) -> float:
        """Seconds that it would work on those pieces, by all that is known; 0 for nothing.

        At its slowest where it would have to read pieces that it does not hold.
        """
        if not self.paces:
            return 0.0
        slowest = min(self.paces.values())
        known = self.seen.get(kind, set())
        held = bool(places) and known.issuperset(places)
        return size / (self.paces.get(kind, slowest) if held else slowest)

    def report(self, pieces: Sequence[Piece]) -> Reported:
        """What is told of it."""
        state = "working" if self.calls else "idle"
        return Reported(
            name=self.name,
            pieces=len(self.share),
            rows=rows_of(pieces[place] for place in self.share),
            size=size_of(pieces, self.share),
            seconds=self.seconds,
            heartbeat=self.heartbeat,
            state="lost" if self.restarts and not self.process else state,
            restarts=self.restarts,
        )
