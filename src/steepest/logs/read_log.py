"""Anybody's log as a trace: CSV, JSON, TensorBoard, Keras, Hugging Face.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     file = Path(folder, "log.csv")
...     _ = file.write_text("Epoch,Train Loss,val loss\\n0,1.5,1.6\\n1,0.75,1.1\\n")
...     trace = read_log(file)
>>> trace.loss.tolist(), trace.measures["val_loss"].tolist(), trace.rule
([1.5, 0.75], [1.6, 1.1], 'unknown')
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from steepest.logs.assemble import Log, assemble
from steepest.logs.source import read_source
from steepest.trace import Trace

__all__ = ["open_log", "read_log"]


def read_log(path: str | os.PathLike[str], *, columns: Mapping[str, str] | None = None) -> Trace:
    """The record that a log holds, as far as it says.

    path:     a CSV file (Keras' CSVLogger writes one), JSON lines, a JSON file (a list of
              rows, Keras' history, Hugging Face's `trainer_state.json`), or a folder of
              TensorBoard events; told apart by their content
    columns:  role ("loss", "step", "epoch", "val_loss", "learning_rate", "gradient_norm")
              -> name of the column, where the names do not say it themselves

    The update rule and what the losses are of stay "unknown", and a learning rate that was
    not logged is NaN. Raises InputError for what cannot be read, with the row and column.
    """
    return open_log(path, columns=columns).trace


def open_log(path: str | os.PathLike[str], *, columns: Mapping[str, str] | None = None) -> Log:
    """As `read_log`, with how the columns were understood."""
    return assemble(read_source(Path(path)), columns)
