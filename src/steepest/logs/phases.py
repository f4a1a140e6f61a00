"""Logs that write training and validation on rows apart, told by a column of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from steepest.logs.naming import plain_name, role_of
from steepest.logs.table import Cells, LogTable, Words

__all__ = ["apart"]

_CALLED = frozenset({"phase", "split", "mode", "stage", "subset", "set", "dataset", "partition"})
_TRAINING = frozenset({"train", "training", "tr", "fit"})
_HELD_OUT = frozenset({"val", "valid", "validation", "eval", "evaluation", "dev", "test"})


def apart(table: LogTable) -> LogTable:
    """The log with the losses of its validation rows in a column of their own, `val_loss`.

    A log without a column such as "phase", of "train" and "val", comes back as it is.
    """
    name = _phase_column(table)
    if name is None:
        return table
    column = table.columns[name]
    texts = column.texts if isinstance(column, Words) else ()
    held = np.array([text.strip().lower() in _HELD_OUT for text in texts])
    columns: dict[str, Cells | Words] = {}
    for other, cells in table.columns.items():
        role = role_of(other)
        if other == name or isinstance(cells, Words) or (role and role[0] in ("step", "epoch")):
            columns[other] = cells
            continue
        columns[other] = Cells(cells.values, cells.known & ~held)
        columns[f"val_{other}"] = Cells(cells.values.copy(), cells.known & held)
    columns = {key: c for key, c in columns.items() if not isinstance(c, Cells) or np.any(c.known)}
    remark = f"rows whose {name} is one of {_words(texts, held)} were read as validation"
    return replace(table, columns=columns, remarks=(*table.remarks, remark))


def _phase_column(table: LogTable) -> str | None:
    columns: Mapping[str, Cells | Words] = table.columns
    for name, column in columns.items():
        if isinstance(column, Words) and plain_name(name) in _CALLED:
            words = {text.strip().lower() for text in column.texts} - {""}
            if words <= _TRAINING | _HELD_OUT and words & _TRAINING and words & _HELD_OUT:
                return name
    return None


def _words(texts: tuple[str, ...], held: np.ndarray) -> str:
    return ", ".join(sorted({text.strip() for text, out in zip(texts, held, strict=True) if out}))
