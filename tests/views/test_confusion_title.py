from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from steepest.run import Run
from steepest.views.content import Table
from steepest.views.report_parts.trust import trust


def titles(run: Run) -> list[str]:
    return [block.caption for block in trust(run).blocks if isinstance(block, Table)]


def test_counts_say_by_which_thresholds_they_were_made(run_of: Callable[[str], Run]) -> None:
    run = run_of("decided")
    decisions, confusion = run.evaluation.decisions, run.evaluation.confusion
    assert decisions is not None
    assert confusion is not None
    confusion = replace(confusion, threshold=0.1583)

    def of(reach: tuple[float, float] | None) -> list[str]:
        policies = tuple(
            replace(one, chosen_range=reach if one.chosen else None) for one in decisions.policies
        )
        changed = replace(decisions, policies=policies)
        evaluation = replace(run.evaluation, decisions=changed, confusion=confusion)
        return titles(replace(run, evaluation=evaluation))

    assert "Decisions at a probability of 0.158, counted" in of(None)
    assert (
        "Decisions, counted: each row at a threshold that other rows chose, 0.13 to 0.17 (the "
        "model's is 0.158)"
    ) in of((0.13, 0.17))
