"""One watched loop, whatever it is written in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steepest.diagnosis.finding import Finding
from steepest.trace import Stop
from steepest.watching.budget import Budget
from steepest.watching.coordinates import Tensor, coordinates_of
from steepest.watching.session import Session

PLENTY = 1e9


def session(size: int = 100, **more: object) -> tuple[Session, list[Finding]]:
    found: list[Finding] = []
    made = Session(found=found.append, **{"budget": Budget(credit=PLENTY), **more})
    made.follow(coordinates_of([Tensor("fc.weight", size)]))
    return made, found


def run(
    made: Session, steps: int, size: int = 100, rate: float = 0.1, seconds: float = 1e-5
) -> list[int]:
    """Descent on half the square of the distance; gives the steps that were looked at."""
    place, looked = np.ones(size), []
    for step in range(steps):
        made.begin(step, rate)
        if made.looks(step):
            looked.append(step)
            made.capture(step, place, place, seconds)
        made.loss(step, 0.5 * float(place @ place))
        made.tick()
        place = place - rate * place
    return looked


def test_with_time_enough_every_step_is_looked_at() -> None:
    made, found = session()
    assert run(made, 50) == list(range(50))
    trace, diagnosis = made.end(Stop("budget", "the loop ended"))
    assert len(trace) == 50
    assert trace.params is None
    assert trace.measures["step_curvature"][:49] == pytest.approx(0.1, rel=1e-5)
    assert found == []
    assert diagnosis.verdict != "cannot_tell"


def test_without_time_two_steps_that_follow_each_other_are_seldom_looked_at() -> None:
    made, _ = session(budget=Budget(share=0.0, floor=0.1, credit=1.0))
    looked = run(made, 400, seconds=0.5)  # as it would be if a look took half a second
    gaps = np.diff(looked)
    assert len(looked) < 300
    assert np.sum(gaps == 1) >= len(looked) // 2 - 1  # in pairs, so that updates are seen
    assert gaps.max() > 1


def test_every_so_manyth_step_where_that_was_asked_for() -> None:
    made, _ = session(every=10)
    assert run(made, 35) == [0, 1, 10, 11, 20, 21, 30, 31]
    made, _ = session(every=1)
    assert run(made, 5) == [0, 1, 2, 3, 4]


def test_a_small_model_is_recorded_whole() -> None:
    made, _ = session(size=3)
    run(made, 20, size=3)
    trace, diagnosis = made.end(Stop("budget", "the loop ended"))
    assert trace.names == ("fc.weight[0]", "fc.weight[1]", "fc.weight[2]")
    assert trace.params is not None
    assert trace.gradient is not None
    assert trace.params[:, 0] == pytest.approx(0.9 ** np.arange(20))
    assert trace.gradient[:, 0] == pytest.approx(trace.params[:, 0])
    assert "diverging" in diagnosis.clear


def test_a_finding_is_told_once_and_harmless_ones_never() -> None:
    made, found = session()
    for step in range(60):
        made.begin(step, 0.1)
        made.loss(step, 1.0 if step < 20 else math.nan)
        made.tick()
    made.end(Stop("budget", "the loop ended"))
    assert [finding.code for finding in found].count("non_finite") == 1
    assert all(finding.severity != "info" for finding in found)


def test_a_loss_that_is_not_finite_is_found_at_the_next_step() -> None:
    made, found = session()
    for step in range(12):
        made.begin(step, 0.1)
        made.loss(step, math.inf if step == 9 else 1.0)
        made.tick()
        if step == 9:
            break
    assert [finding.code for finding in found] == ["non_finite"]


def test_facts_are_in_the_trace_and_some_make_the_context() -> None:
    made, _ = session()
    made.fact("classes", 10.0, "columns of the scores")
    made.fact("batch_size", 32.0, "rows of the input")
    run(made, 3)
    assert made.trace().facts["classes"].number == 10
    assert made.context().classes == 10
    assert made.context().batch == 32
