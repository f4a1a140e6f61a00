"""MLflow: metrics in batches, findings as tags and as one text."""

from __future__ import annotations

import re
import time
from typing import Any

from steepest.diagnosis.finding import Finding
from steepest.watching.doors import framework
from steepest.watching.trackers.tracker import Row, text_of

__all__ = ["MLflow"]

MOST = 1000
"""Metrics of one request; the limit of a tracking server."""

TAG = 500


class MLflow:
    """Metrics "steepest/gradient_norm.fc1", tags "steepest.finding.CODE", steepest/findings.txt.

    run: what `mlflow.start_run` gave; None: the active run, or one that begins and ends here
    """

    def __init__(self, run: Any = None) -> None:
        mlflow = framework("mlflow", "mlflow")
        active = mlflow.active_run() if run is None else run
        self._client: Any = framework("mlflow.tracking", "mlflow").MlflowClient()
        self._metric: Any = framework("mlflow.entities", "mlflow").Metric
        self._owned = active is None
        if active is None:
            active = mlflow.start_run()
            mlflow.end_run("RUNNING")  # it stays open, and is nobody's active run
        self._run: str = active.info.run_id
        self._texts: list[str] = []

    def rows(self, rows: list[Row]) -> None:
        """All numbers of the block, in as few requests as the server allows."""
        now = int(time.time() * 1000)
        metrics = [
            self._metric(_allowed(f"steepest/{name}"), value, now, row.step)
            for row in rows
            for name, value in row.numbers.items()
        ]
        for first in range(0, len(metrics), MOST):
            self._client.log_batch(self._run, metrics=metrics[first : first + MOST])

    def finding(self, finding: Finding, step: int) -> None:
        """A tag that can be searched for, and the whole text as an artifact."""
        because = f"step {step:,}: {finding.because}"[:TAG]
        self._client.set_tag(self._run, f"steepest.finding.{finding.code}", because)
        self._texts.append(f"{finding.severity}: {finding.title}\n{text_of(finding, step)}\n")
        self._client.log_text(self._run, "\n".join(self._texts), "steepest/findings.txt")

    def close(self) -> None:
        """End a run that was begun here."""
        if self._owned:
            self._client.set_terminated(self._run)


def _allowed(name: str) -> str:
    """A name with only the characters that MLflow takes.

    One that is another's with a slash behind it could not be kept in files: a layer gets a point.

    >>> _allowed("steepest/gradient_norm/fc1")
    'steepest/gradient_norm.fc1'
    """
    first, _, rest = name.partition("/")
    return re.sub(r"[^\w\-. /:]", "_", f"{first}/{rest.replace('/', '.')}")
