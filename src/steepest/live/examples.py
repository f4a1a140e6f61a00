"""The rows under a descent: what the model sees of them, and which are kept for validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.representation import Representation
from steepest.objective.design import scores
from steepest.objective.losses import Loss
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Examples", "validation_losses"]

MOST_SCORES = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """m rows with what a model does to them.

    frame:     the rows as they came; entering: as they enter the representation (divided by
               their units where the scale says so)
    truth:     (m,); held: (m,) kept for validation
    units:     number column -> what it was divided by
    total:     how many rows there are in all
    weighted:  whether some rows count more than others
    delta:     of Huber's loss; None for other losses
    """

    frame: pl.DataFrame
    entering: pl.DataFrame
    representation: Representation
    loss: Loss
    truth: Array
    held: NDArray[np.bool_]
    units: dict[str, float]
    intercept: bool
    target: str
    classes: tuple[str, ...]
    total: int
    weighted: bool = False
    delta: float | None = None

    @property
    def feature(self) -> str | None:
        """The one input, where there is just one and it is a number."""
        numbers, texts = self.representation.numbers, self.representation.texts
        return numbers[0].name if len(numbers) == 1 and not texts else None

    @property
    def inputs(self) -> list[str]:
        """The names of the input columns."""
        columns = (*self.representation.numbers, *self.representation.texts)
        return [column.name for column in columns]

    def design(self, rows: NDArray[np.int64]) -> Array:
        """(n, d) what is descended on, of some rows."""
        return self.representation.transform(self.entering[rows])


def validation_losses(examples: Examples, params: Array, most_rows: int) -> Array | None:
    """(k,) J of the rows kept for validation at params (k, p); None where none are,
    and where J is another mean than theirs: of weighted rows, of more than two classes.

    Of more than `most_rows` rows, so many taken with a seed.
    """
    held = np.flatnonzero(examples.held)
    if not len(held) or examples.weighted or examples.loss.scores != "one":
        return None
    if len(held) > most_rows:
        held = np.sort(np.random.default_rng(0).choice(held, most_rows, replace=False))
    X, truth = examples.design(held), examples.truth[held]
    at_once = max(1, MOST_SCORES // len(held))
    losses = np.empty(len(params))
    with np.errstate(all="ignore"):
        for begin in range(0, len(params), at_once):
            z = scores(X, params[begin : begin + at_once], examples.intercept)  # (n, k)
            values = examples.loss.value(z, truth[:, None])
            losses[begin : begin + at_once] = values.mean(axis=0)
    return losses
