"""What a loop that was watched says of itself: layers named in facts."""

from __future__ import annotations

from steepest.diagnosis.finding import CannotTell, Clear
from steepest.diagnosis.record.needs import WATCHED
from steepest.diagnosis.record.reading import Reading

__all__ = ["layers_in", "unseen"]


def layers_in(reading: Reading, name: str) -> tuple[str, ...]:
    """The layers that a fact names, "fc2, head"; none where it is not there."""
    fact = reading.trace.facts.get(name)
    return () if fact is None or not fact.value else tuple(str(fact.value).split(", "))


def unseen(reading: Reading) -> Clear | CannotTell:
    """What to answer where a watcher wrote no fact: clear, if one was there to write it.

    Of our own descents it is known how they are wired; of a log it is not.
    """
    known = "framework" in reading.trace.facts or reading.trace.rule != "unknown"
    return Clear() if known else CannotTell(WATCHED)
