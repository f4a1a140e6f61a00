"""TensorBoard's events, written with its own writer; and what is said where it is missing."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.logs import tensorboard as reader
from steepest.logs.read_log import open_log, read_log

Row = tuple[int, str, float]


def write_events(folder: Path, rows: Iterable[Row], *, tensors: bool = False) -> Path:
    """Scalars as PyTorch writes them, or as the tensors that TensorFlow 2 and Keras write."""
    writer = pytest.importorskip("tensorboard.summary.writer.event_file_writer")
    event = importlib.import_module("tensorboard.compat.proto.event_pb2").Event
    summary = importlib.import_module("tensorboard.compat.proto.summary_pb2").Summary
    tensor = importlib.import_module("tensorboard.util.tensor_util").make_tensor_proto
    scalar = importlib.import_module("tensorboard.plugins.scalar.metadata")
    file = writer.EventFileWriter(str(folder))
    for step, tag, value in rows:
        held: dict[str, Any] = {"simple_value": value}
        if tensors:
            held = {"tensor": tensor(np.float32(value)),
                    "metadata": scalar.create_summary_metadata("", "")}  # fmt: skip
        cells = [summary.Value(tag=tag, **held)]
        file.add_event(event(step=step, wall_time=1e9 + step, summary=summary(value=cells)))
    file.close()
    return folder


def test_scalars_as_pytorch_writes_them(tmp_path: Path) -> None:
    rows = [(10 * i, "Loss/train", 4.0 - i) for i in range(4)]
    rows += [(0, "Loss/val", 5.0), (20, "Loss/val", 3.0), (0, "lr", 0.5)]
    log = open_log(write_events(tmp_path / "run", rows))
    assert log.kind == "TensorBoard events"
    assert log.trace.step.tolist() == [0, 10, 20, 30]
    assert log.trace.loss.tolist() == [4, 3, 2, 1]
    assert np.nan_to_num(log.trace.measures["val_loss"]).tolist() == [5, 0, 3, 0]
    assert log.trace.learning_rate[0] == 0.5
    (file,) = (tmp_path / "run").iterdir()
    assert read_log(file).loss.tolist() == [4, 3, 2, 1]


def test_folders_as_keras_writes_them(tmp_path: Path) -> None:
    for name, above in (("train", 0.0), ("validation", 1.0)):
        rows = [(i, "epoch_loss", 4.0 - i + above) for i in range(3)]
        rows += [(i, "epoch_accuracy", 0.5) for i in range(3)]
        rows += [(100 * i, "evaluation_loss_vs_iterations", 9.0) for i in range(3)]
        write_events(tmp_path / "logs" / name, rows, tensors=True)
    trace = read_log(tmp_path / "logs")
    assert trace.step.tolist() == [0, 1, 2]
    assert trace.loss.tolist() == [4, 3, 2]
    assert trace.measures["val_loss"].tolist() == [5, 4, 3]


def test_a_folder_of_several_runs_is_refused(tmp_path: Path) -> None:
    for name in ("may", "june"):
        write_events(tmp_path / name, [(0, "loss", 1.0)])
    with pytest.raises(InputError, match=r"2 runs \(june, may\); name the folder of one"):
        read_log(tmp_path)


def test_events_without_a_loss_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column of losses; there are step, accuracy"):
        read_log(write_events(tmp_path / "a", [(0, "accuracy", 1.0)]))
    with pytest.raises(InputError, match="no scalars"):
        read_log(write_events(tmp_path / "b", []))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    file = tmp_path / "events.out.tfevents.1"
    file.write_bytes(b"no events at all, whatever the name says")
    with pytest.raises(InputError):
        read_log(file)


def test_without_the_package_the_command_to_install_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    (tmp_path / "events.out.tfevents.1").write_bytes(b"\0" * 8)
    monkeypatch.setattr(reader.importlib, "import_module", missing)
    with pytest.raises(InputError, match=r"pip install \"steepest\[tensorboard\]\""):
        read_log(tmp_path)
