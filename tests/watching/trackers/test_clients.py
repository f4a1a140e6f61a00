"""The trackers' own clients, writing into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest


def runaway(w: Any, each: Any = None) -> None:
    x = np.ones(3)
    for step in range(60):
        w.log(loss=float(x @ x), params=x, gradient=2 * x, learning_rate=1.1)
        if each is not None:
            each(step)
        x = x - 1.1 * 2 * x


def watched(report_to: Any) -> Any:
    return steepest.watch(store=False, quiet=True, report_to=report_to)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard(tmp_path: Path) -> None:
    board = pytest.importorskip("torch.utils.tensorboard")
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    writer = board.SummaryWriter(str(tmp_path))
    with watched(writer) as w:
        runaway(w)
    writer.add_scalar("mine", 1.0, 0)
    writer.close()
    events = reader.EventAccumulator(str(tmp_path))
    events.Reload()
    norms = events.Scalars("steepest/gradient_norm")
    steps = [event.step for event in norms]
    np.testing.assert_allclose(
        [event.value for event in norms], w.trace.measures["gradient_norm"][steps], rtol=1e-5
    )
    assert "mine" in events.Tags()["scalars"]
    (text,) = events.Tensors("steepest/findings/diverging/text_summary")
    assert b"above the limit of 2" in text.tensor_proto.string_val[0]


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_mlflow(active: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    try:
        own = mlflow.start_run() if active else None
        with watched("mlflow") as w:
            runaway(w)
        assert (mlflow.active_run() is not None) == active
        if own is not None:
            mlflow.end_run()
        (run,) = mlflow.search_runs(output_format="list")
        client = mlflow.MlflowClient()
        history = client.get_metric_history(run.info.run_id, "steepest/gradient_norm")
        text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/steepest/findings.txt")
    finally:
        mlflow.set_tracking_uri(before)
    assert run.info.status == "FINISHED"
    steps = [metric.step for metric in history]
    np.testing.assert_allclose(
        [metric.value for metric in history], w.trace.measures["gradient_norm"][steps]
    )
    assert "above the limit of 2" in run.data.tags["steepest.finding.diverging"]
    assert "Diverging" in text
    assert "steepest/gradient_norm.w" in run.data.metrics


@pytest.mark.parametrize("logs", [True, False])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_wandb(logs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    run = wandb.init(mode="offline", dir=str(tmp_path), project="test")
    try:
        with watched(run) as w:
            runaway(w, (lambda step: run.log({"mine": step}, step=step)) if logs else None)
        summary = dict(run.summary)
        assert run.step <= 59 if logs else run.step == 60  # never pushed beyond the user's own
    finally:
        run.finish()
    if logs:
        assert summary["mine"] >= 58  # the last row is open until the run ends
    assert summary["steepest/gradient_norm"] > 0
    assert "above the limit of 2" in summary["steepest/findings/diverging"]
    assert w.failed is None
