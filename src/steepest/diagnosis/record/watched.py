"""What a loop that was watched says of itself: layers named in facts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from steepest.diagnosis.finding import CannotTell, Clear
from steepest.diagnosis.record.needs import WATCHED
from steepest.diagnosis.record.reading import Reading

__all__ = ["layer_words", "layers_in", "unseen"]

MOST, FIRST = 5, 4


def layers_in(reading: Reading, name: str) -> tuple[str, ...]:
    """The layers that a fact names, "fc2, head"; none where it is not there."""
    fact = reading.trace.facts.get(name)
    return () if fact is None or not fact.value else tuple(str(fact.value).split(", "))


def layer_words(layers: Sequence[str]) -> str:
    """Layers for a sentence, in the order of the model; of more than five the first four.

    Names that differ in their numbers alone are put in the order of these.

    >>> layer_words(["1"]), layer_words(["fc2", "head"])
    ('layer 1', 'layers fc2 and head')
    >>> layer_words([f"body.{at}" for at in (10, 2, 1, 3, 4, 5)])
    'layers body.1, body.2, body.3, body.4 and 2 more'
    """
    named = list(layers)
    if len({re.sub(r"\d+", "0", name) for name in named}) == 1:
        named.sort(key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    if len(named) == 1:
        return f"layer {named[0]}"
    told, last = named[:-1], named[-1]
    if len(named) > MOST:
        told, last = named[:FIRST], f"{len(named) - FIRST:,} more"
    return f"layers {', '.join(told)} and {last}"


def unseen(reading: Reading) -> Clear | CannotTell:
    """What to answer where a watcher wrote no fact: clear, if one was there to write it.

    Of our own descents it is known how they are wired; of a log it is not.
    """
    known = "framework" in reading.trace.facts or reading.trace.rule != "unknown"
    return Clear() if known else CannotTell(WATCHED)
