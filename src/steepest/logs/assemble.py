"""A log's rows and the meaning of its columns, put together as a trace."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError
from steepest.logs.measured import complete_rows, measured_losses
from steepest.logs.naming import plain_name, words_of
from steepest.logs.parameters import Pair
from steepest.logs.phases import apart
from steepest.logs.roles import Roles, roles_of
from steepest.logs.rows import in_order
from steepest.logs.table import Cells, LogTable, Words
from steepest.trace import Array, Stop, Trace

__all__ = ["Log", "assemble"]

_OPTIMIZER = frozenset({"optimizer", "optimiser", "rule", "update_rule", "solver"})
_OPTIMIZERS = frozenset({"adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta", "lion"})
_TAKEN = frozenset({"step", "loss", "learning_rate", "val_loss", "gradient_norm"})


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A log, and how it was understood.

    trace:    the record
    source:   its path
    kind:     in words: "CSV", "JSON lines", ...
    rows:     how many it has
    columns:  what was read -> the name of its column
    ignored:  columns that hold text
    remarks:  what had to be assumed or left out, a sentence each
    optimizer:  its name, where the log says it
    """

    trace: Trace
    source: str
    kind: str
    rows: int
    columns: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    optimizer: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: path, kind, rows, columns and remarks."""
        return {
            "path": self.source,
            "kind": self.kind,
            "rows": self.rows,
            "steps": len(self.trace),
            "columns": dict(self.columns),
            "ignored": list(self.ignored),
            "remarks": list(self.remarks),
            "optimizer": self.optimizer,
        }


def assemble(table: LogTable, columns: Mapping[str, str] | None = None) -> Log:
    """The log as a trace; InputError where it has no loss, or none was measured."""
    table = apart(table)
    roles = roles_of(table, columns)
    numbers = {name: c for name, c in table.columns.items() if isinstance(c, Cells)}
    loss = roles.named["loss"]
    numbers[loss], told = measured_losses(numbers, roles)
    if not np.any(numbers[loss].known):
        raise InputError(f'{table.source}: the column "{loss}" holds no loss in any row')
    pairs, numbers, thinned = complete_rows(numbers, roles.parameters)
    rows = in_order(numbers, loss, roles.named.get("step"), roles.named.get("epoch"))
    trace = _trace(rows.step, rows.columns, roles, pairs)
    return Log(
        trace,
        table.source,
        table.kind,
        table.rows,
        _understood(roles, pairs),
        roles.ignored,
        (*table.remarks, *told, *thinned, *rows.remarks),
        _optimizer(table, roles),
    )


def _optimizer(table: LogTable, roles: Roles) -> str | None:
    """The optimizer, from a column of its name, or as in "lr-Adam"; None where neither is."""
    for name in roles.ignored:
        column = table.columns[name]
        if plain_name(name) in _OPTIMIZER and isinstance(column, Words):
            said = {text.strip().lower() for text in column.texts} - {""}
            return said.pop() if len(said) == 1 else None
    named = set(words_of(roles.named.get("learning_rate", ""))) & _OPTIMIZERS
    return named.pop() if len(named) == 1 else None


def _trace(
    step: NDArray[np.int64], columns: Mapping[str, Cells], roles: Roles, pairs: Sequence[Pair]
) -> Trace:
    named = roles.named
    rate = columns[named["learning_rate"]].values if "learning_rate" in named else None
    measures = {
        name if plain_name(name) in _TAKEN else plain_name(name) or name: columns[name].values
        for name in ([named["epoch"]] if "step" in named and "epoch" in named else [])
        + list(roles.measures)
    }
    measures |= {
        role: columns[named[role]].values for role in ("val_loss", "gradient_norm") if role in named
    }
    bare = Trace(
        step,
        columns[named["loss"]].values,
        np.full(len(step), math.nan) if rate is None else rate,
        "unknown",
        (),
        Stop("budget", "the log ends here"),
        loss_of="unknown",
        measures=measures,
    )
    return bare if not pairs else _with_parameters(bare, columns, pairs)


def _with_parameters(trace: Trace, columns: Mapping[str, Cells], pairs: Sequence[Pair]) -> Trace:
    """The trace with the parameters and gradients that were logged.

    Where only some parameters have a gradient, those are kept, as a sample of all.
    """
    full = [i for i, pair in enumerate(pairs) if None not in pair]
    used = [pairs[i] for i in full] if full else list(pairs)
    some = full if full and len(full) < len(pairs) else None
    params = [columns[name].values for name, _ in used if name is not None]
    gradient = [columns[name].values for _, name in used if name is not None]
    return replace(
        trace,
        names=tuple(str(name or other) for name, other in used),
        params=_side_by_side(params),
        gradient=_side_by_side(gradient),
        coordinates=None if some is None else np.asarray(some, dtype=np.int64),
    )


def _side_by_side(columns: Sequence[Array]) -> Array | None:
    return np.column_stack(columns) if columns else None


def _understood(roles: Roles, pairs: Sequence[Pair]) -> dict[str, str]:
    """What was read -> from which column, or columns; the loss first."""
    order = ("loss", "step", "epoch", "val_loss", "learning_rate", "gradient_norm")
    found = {role: roles.named[role] for role in order if role in roles.named}
    for what, place in (("parameters", 0), ("gradients", 1)):
        names = [str(pair[place]) for pair in pairs if pair[place] is not None]
        if names:
            found[what] = ", ".join(names) if len(names) < 4 else f"{names[0]} ... {names[-1]}"
    if roles.measures:
        found["measures"] = ", ".join(roles.measures)
    return found
