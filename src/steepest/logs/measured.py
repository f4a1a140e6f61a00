"""Which cells of a log were measured, where blanks and NaN could mean either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from steepest.logs.parameters import Pair
from steepest.logs.roles import Roles
from steepest.logs.table import Cells
from steepest.readable import counted

__all__ = ["complete_rows", "measured_losses"]

SEVERAL = 3
"""Rows with all parameters and gradients, of which there must be so many to be used alone."""


def measured_losses(numbers: Mapping[str, Cells], roles: Roles) -> tuple[Cells, tuple[str, ...]]:
    """The losses, once it is decided which of them were measured.

    NaN beside a validation loss that comes on no other rows is a row of validation alone.
    Nothing at all from some row to the end is how pandas writes NaN.
    """
    loss = numbers[roles.named["loss"]]
    known, values = loss.known.copy(), loss.values
    held = numbers.get(roles.named.get("val_loss", ""))
    if held is not None:
        measured = held.known & np.isfinite(held.values)
        alone = known & np.isnan(values) & measured
        if np.any(alone) and not np.any(known & np.isfinite(values) & measured):
            known = known & ~alone
    end = int(np.flatnonzero(known)[-1]) + 1 if np.any(known) else len(known)
    if not np.all(known[:end]) or end == len(known) or not _silent(numbers, roles, end):
        return Cells(values, known), ()
    known[end:] = True  # their values are NaN already
    return Cells(values, known), (
        f"the loss is blank from data row {end + 1:,} to the end: read as not a number",
    )


def _silent(numbers: Mapping[str, Cells], roles: Roles, begin: int) -> bool:
    """Whether nothing that a step computes was measured from a row on."""
    counts = {roles.named.get(role) for role in ("step", "epoch", "learning_rate", "loss")}
    columns = {
        *(name for name in (roles.named.get("val_loss"), roles.named.get("gradient_norm")) if name),
        *(name for pair in roles.parameters for name in pair if name),
    } - counts
    tails = [numbers[str(name)] for name in columns]
    return not any(bool(np.any(np.isfinite(cells.values[begin:]))) for cells in tails)


def complete_rows(
    numbers: dict[str, Cells], pairs: Sequence[Pair]
) -> tuple[list[Pair], dict[str, Cells], tuple[str, ...]]:
    """Only the rows at which every parameter and gradient was measured, if those are several.

    A row with parameters in part would be read as one where they are not finite.
    """
    names = [name for pair in pairs for name in pair if name is not None]
    if not names:
        return [], numbers, ()
    whole = np.all([numbers[name].known for name in names], axis=0)
    if np.all(whole):
        return list(pairs), numbers, ()
    if np.sum(whole) >= SEVERAL:
        kept = np.flatnonzero(whole)
        out = counted(len(whole) - len(kept), "row")
        return list(pairs), {n: c.take(kept) for n, c in numbers.items()}, (
            f"{out} without all of the parameters and gradients left out",
        )  # fmt: skip
    return [], numbers, ("parameters and gradients come on too few rows together to be used",)
