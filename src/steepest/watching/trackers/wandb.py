"""Weights & Biases: history, alerts and the summary of a run."""

from __future__ import annotations

from typing import Any

from steepest.diagnosis.finding import Finding
from steepest.watching.doors import framework
from steepest.watching.trackers.tracker import Row, text_of

__all__ = ["WeightsAndBiases"]

MOST = 256
LEVELS = {"error": "ERROR", "warning": "WARN"}


class WeightsAndBiases:
    """History "steepest/gradient_norm" over "steepest/step", alerts, and a line in the summary.

    The history of a run has one counter, and a step below it is thrown away. So that nothing of
    the user's is, a run of theirs is never moved on: the newest numbers join the row that is open,
    and go out with their own next `log`. Where they have logged nothing by the end, all follows.

    run: what `wandb.init` gave; None: the active run, or one that begins and ends here
    """

    def __init__(self, run: Any = None) -> None:
        wandb = framework("wandb", "wandb")
        active = wandb.run if run is None else run
        self._owned = active is None
        self._run: Any = wandb.init() if active is None else active
        self._run.define_metric("steepest/step", hidden=True)
        self._run.define_metric("steepest/*", step_metric="steepest/step")
        self._held: list[Row] = []

    def rows(self, rows: list[Row]) -> None:
        """All rows of a run of ours; of another's the newest, while they go on logging."""
        if self._owned:
            for row in rows:
                self._run.log(_history(row))
            return
        self._held = (self._held + rows)[-2 * MOST :]
        if len(self._held) == 2 * MOST:
            self._held = self._held[::2]
        if rows and self._run.step > 0:
            self._run.log(_history(rows[-1]), commit=False)

    def finding(self, finding: Finding, step: int) -> None:
        """An alert, and a line in the summary."""
        text = text_of(finding, step)
        self._run.summary[f"steepest/findings/{finding.code}"] = text
        level = LEVELS.get(finding.severity, "INFO")
        self._run.alert(title=f"steepest: {finding.title}"[:64], text=text, level=level)

    def close(self) -> None:
        """All rows, where the user has logged nothing; a run that was begun here ends."""
        if self._owned:
            self._run.finish(quiet=True)
        elif self._run.step == 0:
            for row in self._held:
                self._run.log(_history(row))


def _history(row: Row) -> dict[str, float]:
    named = {f"steepest/{name}": value for name, value in row.numbers.items()}
    return {"steepest/step": row.step, **named}
