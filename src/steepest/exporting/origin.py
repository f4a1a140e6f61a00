"""Where an exported model comes from, and what its columns are measured in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from steepest.data.contract import Contract
from steepest.errors import InputError
from steepest.model import Model
from steepest.run import Run
from steepest.version import __version__

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """A model and what is known of it beside its numbers; no moment but that of its run.

    run:       the id; None for one that was not saved
    created:   when the run began, ISO 8601; None of a model without its run
    version:   of the steepest that trained it, else of this one
    contract:  None of a model without its run
    """

    model: Model
    run: str | None
    created: str | None
    version: str
    verdict: str | None
    contract: Contract | None

    @property
    def units(self) -> Mapping[str, str]:
        """Column -> what it is measured in, where that was said."""
        columns = () if self.contract is None else self.contract.columns
        return {column.name: column.unit for column in columns if column.unit}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a row needs."""
        shape = self.model.representation
        return tuple(column.name for column in (*shape.numbers, *shape.texts))

    @property
    def sentence(self) -> str:
        """What it comes from, for people."""
        by = f"steepest {self.version}"
        if self.contract is None:
            return f"A model by {by}."
        name = "a run that was not saved," if self.run is None else f"the run {self.run}"
        rows = f"{self.contract.rows:,} rows of {self.contract.source}"
        return f"From {name} of {self.created}, on {rows}, by {by}."


def origin_of(run_or_model: Run | Model) -> Origin:
    """The same for a run and for a model alone.

    Raises InputError for what is neither, and for a model whose descent diverged.
    """
    if isinstance(run_or_model, Run):
        run = run_or_model
        origin = Origin(run.model, run.id, run.created, run.version, run.verdict, run.contract)
    elif isinstance(run_or_model, Model):  # pyright: ignore[reportUnnecessaryIsInstance]
        origin = Origin(run_or_model, None, None, __version__, None, None)
    else:
        raise InputError(f"a {type(run_or_model).__name__} came; expected a Run or a Model")
    blown_up = origin.verdict in ("diverging", "non_finite")
    if blown_up or not np.isfinite(origin.model.params).all():
        raise InputError(
            f"this model of {origin.model.target} is not exported: its descent diverged, and its "
            "parameters mean nothing; train it again with a smaller learning rate"
        )
    return origin
