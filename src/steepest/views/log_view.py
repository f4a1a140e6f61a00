"""A log on the screen: how it was read, and its losses as a small picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.readable import counted, readable
from steepest.trace import Array, Trace
from steepest.views.console_lines import ascii_only, labelled
from steepest.views.loss_curve import HUGE, loss_curve, thinned
from steepest.views.phrases import sentence
from steepest.views.terminal_plot import draw

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_losses", "show_reading"]

HEIGHT = 5
WIDEST_PLOT = 80
MOST_REMARKS = 3
MOST_MEASURES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of the picture."""

    x: Sequence[float]
    y: Sequence[float]
    mark: str
    label: str


def show_reading(
    what: str, columns: Mapping[str, str], remarks: Sequence[str], trace: Trace, console: Console
) -> None:
    """Print what was read, how its columns were understood, and what had to be assumed.

    what:     the log in words: its path, kind and size
    columns:  what was read -> the column that it was read from
    """
    labelled(console, "Log", f"{what}, steps {int(trace.step[0]):,} to {int(trace.step[-1]):,}.")
    labelled(console, "Read", sentence("; ".join(_read(columns, trace))))
    more = len(remarks) - MOST_REMARKS
    said = [sentence(remark) for remark in remarks[:MOST_REMARKS]]
    if more > 0:
        said.append(f"And {counted(more, 'remark')} more; --json has them all.")
    labelled(console, "Note", *said)


def _read(columns: Mapping[str, str], trace: Trace) -> Iterator[str]:
    """The columns in use; those only carried along; what a log may have and this one lacks."""
    known = [
        _read_as(role.replace("_", " "), name, trace)
        for role, name in columns.items()
        if role != "measures"
    ]
    yield ", ".join(known)
    if "measures" in columns:
        names = columns["measures"].split(", ")
        more = f" and {len(names) - MOST_MEASURES} more" if len(names) > MOST_MEASURES else ""
        yield f"also {', '.join(names[:MOST_MEASURES])}{more}"
    missed = [role for role in ("val_loss", "learning_rate", "parameters") if role not in columns]
    if "gradients" not in columns:
        missed.append("gradients" if "gradient_norm" in columns else "gradients or their norm")
    if missed:
        *before, last = (role.replace("_", " ") for role in missed)
        joined = ", " if " or " in last else " or "
        yield f"no {', '.join(before)}{joined}{last}" if before else f"no {last}"


def show_losses(trace: Trace, console: Console) -> None:
    """Print a small picture of the losses, with those of validation where there are any."""
    curve = loss_curve(trace)
    if len(curve.step) < 3:
        return
    rows = thinned(curve.step, curve.height)
    label = "J above the least possible" if curve.of_rest else "loss"
    drawn = [Curve(curve.step[rows].tolist(), curve.height[rows].tolist(), "line", label)]
    held_out = trace.measures.get("val_loss")
    if held_out is not None and not curve.of_rest:
        step, height = _known(trace, held_out, log=curve.log)
        if len(step) > 1:
            kept = thinned(step, height)
            drawn.append(Curve(step[kept].tolist(), height[kept].tolist(), "dots", "val loss"))
    picture = draw(
        drawn,
        width=min(console.width, WIDEST_PLOT),
        height=HEIGHT,
        log_y=curve.log,
        ascii_only=ascii_only(console),
    )
    for line in picture.split():
        line.rstrip()
        console.print(line, soft_wrap=True)


def _known(trace: Trace, measured: Array, *, log: bool) -> tuple[Array, Array]:
    usable = np.isfinite(measured) & ((measured > 0) | (not log))
    return trace.step[usable].astype(np.float64), np.clip(measured[usable], -HUGE, HUGE)


def _read_as(role: str, column: str, trace: Trace) -> str:
    """A column by what it was read as, its own name in brackets where that is another."""
    if role == "learning rate":
        words = f"{role} {_rate_words(trace)}"
    elif role == "parameters" and trace.params is not None:
        words = counted(trace.params.shape[1], "parameter")
    else:
        words = role
    same = column.lower().replace("_", " ") == role
    return words if same else f"{words} ({column})"


def _rate_words(trace: Trace) -> str:
    """The learning rate where it stays the same, else from where to where it went."""
    rates = trace.learning_rate[np.isfinite(trace.learning_rate)]
    if not len(rates):
        return "in no row"
    first, last, high = float(rates[0]), float(rates[-1]), float(rates.max())
    if high == float(rates.min()):
        return readable(high)
    peak = f", up to {readable(high)}," if high > max(first, last) else ""
    return f"from {readable(first)}{peak} to {readable(last)}"
