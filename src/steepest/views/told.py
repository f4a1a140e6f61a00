"""Which sentence of an evaluation is about what, so that each stands in its part of the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from steepest.readable import readable
from steepest.run import Run

__all__ = ["Topic", "told_of", "topic_of"]

Topic = Literal["good", "interval", "calibration", "failing", "costs"]


def told_of(run: Run, *topics: Topic) -> tuple[str, ...]:
    """The sentences of the evaluation on these topics, in their order."""
    return tuple(each for each in run.evaluation.sentences if topic_of(run, each) in topics)


def topic_of(run: Run, told: str) -> Topic:
    """What a sentence is about, by the numbers and the parts of the rows that it names."""
    evaluation = run.evaluation
    held = evaluation.calibration
    if held is not None and (held.sentence in told or told in held.sentence):
        return "calibration"
    if any(part.where in told for part in (*evaluation.worst, *evaluation.slices)):
        return "failing"
    if any(mark in told for mark in _of_costs(run)):
        return "costs"
    if any(readable(one.below) in told and "prediction" in told for one in evaluation.intervals):
        return "interval"
    return "good"


def _of_costs(run: Run) -> Iterator[str]:
    thousand, decisions = run.evaluation.thousand, run.evaluation.decisions
    if thousand is not None and thousand.cost is not None:
        yield readable(abs(thousand.cost))
    for outcome in () if decisions is None else decisions.policies:
        if outcome.chosen:
            yield f"a probability of {readable(outcome.threshold, 3)} "
