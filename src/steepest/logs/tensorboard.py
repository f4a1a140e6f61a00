"""TensorBoard's event files, read with the package `tensorboard` where that is installed."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.logs.table import Cells, LogTable, Words

__all__ = ["read_events"]

_OTHER_STEPS = "_vs_iterations"  # Keras counts batches there, and epochs elsewhere
# Folders that Keras and PyTorch write training and validation to, apart.
_HELD_OUT = frozenset({"validation", "val", "valid", "eval", "evaluation", "test"})

Scalars = dict[str, dict[int, float]]  # tag -> step -> value


def read_events(path: Path) -> LogTable:
    """The scalars in an event file, or in those of a folder and of its subfolders, by step.

    Tags of a subfolder get its name in front, "validation/epoch_loss". Raises InputError
    where `tensorboard` is not installed, the files hold no scalars, or lie in several
    folders that look like runs of their own.
    """
    scalars: Scalars = {}
    for name, folder in _places(path):
        for tag, values in _scalars(folder).items():
            if tag.endswith(_OTHER_STEPS):
                continue
            scalars.setdefault(f"{name}/{tag}" if name else tag, {}).update(values)
    if not scalars:
        raise InputError(f"{path} holds TensorBoard events, but no scalars such as a loss")
    steps = sorted({step for values in scalars.values() for step in values})
    place = {step: row for row, step in enumerate(steps)}
    columns: dict[str, Cells | Words] = {
        "step": Cells(np.asarray(steps, dtype=np.float64), np.ones(len(steps), dtype=np.bool_))
    }
    for tag, values in scalars.items():
        cells = Cells(np.full(len(steps), math.nan), np.zeros(len(steps), dtype=np.bool_))
        for step, value in values.items():
            cells.values[place[step]], cells.known[place[step]] = value, True
        columns[tag] = cells
    return LogTable(str(path), "TensorBoard events", len(steps), columns)


def _places(path: Path) -> list[tuple[str, Path]]:
    """(name, file or folder) of one run: itself, or its training and validation folders."""
    if path.is_file():
        return [("", path)]
    found = [Path(folder) for folder, _, files in os.walk(path) if any(map(_is_events, files))]
    places = [("" if place == path else place.relative_to(path).as_posix(), place)
              for place in sorted(found)]  # fmt: skip
    training = [name for name, _ in places if not _HELD_OUT & set(name.lower().split("/"))]
    if len(training) > 1 and not _of_one_run(training):
        raise InputError(
            f"{path} holds the events of {len(training)} runs "
            f"({', '.join(name or '.' for name in training[:4])}); name the folder of one"
        )
    return places


def _of_one_run(names: list[str]) -> bool:
    """Whether folders hold parts of one run: Keras' train/ beside the folder's own events,
    or the folders that PyTorch's add_scalars makes of each curve."""
    return all(name in ("", "train", "training") or "_" in name.split("/")[-1] for name in names)


def _is_events(name: str) -> bool:
    return "tfevents" in name


def _scalars(place: Path) -> Scalars:
    """tag -> step -> value of the scalars in a file, or in a folder without its subfolders."""
    accumulator = _event_module("event_accumulator")
    try:
        events = accumulator.EventAccumulator(
            str(place), size_guidance={accumulator.SCALARS: 0, accumulator.TENSORS: 0}
        ).Reload()
        tags = events.Tags()
        found = {tag: {event.step: float(event.value) for event in events.Scalars(tag)}
                 for tag in tags["scalars"]}  # fmt: skip
        for tag in tags["tensors"]:
            numbers = dict(_numbers(events.Tensors(tag)))
            if numbers:
                found[tag] = numbers
    except InputError:
        raise
    except Exception as error:  # tensorboard raises errors of many kinds
        reason = str(error).strip().partition("\n")[0]
        raise InputError(f"{place} could not be read as TensorBoard events: {reason}") from error
    return found


def _numbers(events: Any) -> Iterator[tuple[int, float]]:
    """(step, value) of tensors that hold one number, as TensorFlow 2 writes scalars."""
    array = importlib.import_module("tensorboard.util.tensor_util").make_ndarray
    for event in events:
        value = np.asarray(array(event.tensor_proto))
        if value.size == 1 and np.issubdtype(value.dtype, np.number):
            yield event.step, float(value.reshape(()))


def _event_module(name: str) -> Any:
    """The door to the optional package `tensorboard`; InputError where it is not installed."""
    try:
        return importlib.import_module(f"tensorboard.backend.event_processing.{name}")
    except ModuleNotFoundError as error:
        raise InputError(
            "TensorBoard events need the package tensorboard, which is not installed; install it "
            'with: pip install "steepest[tensorboard]" (or: pip install tensorboard)'
        ) from error
