"""Time that watching may take."""

from __future__ import annotations

import pytest

from steepest.watching import budget as budget_module
from steepest.watching.budget import Budget


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(budget_module, "perf_counter", lambda: now[0])
    return now


def test_a_share_of_the_time_of_the_loop_itself(clock: list[float]) -> None:
    budget = Budget(share=0.01, floor=0.0, credit=0.0)
    clock[0] += 10.0
    budget.spend(0.05)
    assert budget.allows(0.049, steps=5)
    assert not budget.allows(0.0501, steps=5)  # 1 % of 9.95 seconds, less what was spent


def test_a_floor_a_step_where_steps_are_tiny(clock: list[float]) -> None:
    budget = Budget(share=0.01, floor=20e-6, credit=0.0)
    clock[0] += 0.1
    assert budget.allows(0.019, steps=1000)
    assert not budget.allows(0.021, steps=1000)


def test_a_credit_for_the_first_steps(clock: list[float]) -> None:
    budget = Budget(share=0.0, floor=0.0, credit=0.005)
    assert budget.allows(0.004, steps=0)
    budget.spend(0.004)
    assert not budget.allows(0.002, steps=0)
