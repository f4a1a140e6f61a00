"""The evaluated rows, with what was predicted for each and what the baseline predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.evaluation.policies.costs import Costs
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.model import Model
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["AS_THE_MODEL", "Predicted"]

AS_THE_MODEL = Policy("fixed", 0.5)
"""The default policy: the threshold that the model has, 0.5 where none was settled."""


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """The evaluated rows, what was predicted for each, and what the baseline predicts.

    model:      one of them where there were several: for its names, threshold and margins
    target:     (m,) numbers, or the places of classes
    predicted, baseline:  (m,), for a softmax model (m, K)
    costs:      what errors cost; they fit the target, see `check_costs`
    policy:     how two classes are decided; that of 0.5 stands for the model's own threshold
    unit:       what the target is measured in, "" where it was not said
    seed:       of the tenths that thresholds and margins are chosen and judged on
    constant:   of a number with costs: the prediction for every row that costs least on the rows
                that train; None where that is not known
    drawn:      how the rows were drawn: what intervals and tenths count
    """

    model: Model
    frame: pl.DataFrame
    target: Array
    predicted: Array
    baseline: Array
    method: str
    costs: Costs | None = None
    policy: Policy = AS_THE_MODEL
    unit: str = ""
    seed: int = 0
    constant: float | None = None
    drawn: Drawn = EACH_ROW

    @property
    def features(self) -> pl.DataFrame:
        """The columns that the model reads, as they came."""
        shape = self.model.representation
        return self.frame.select([column.name for column in (*shape.numbers, *shape.texts)])

    @property
    def own_policy(self) -> Policy:
        """The policy, with the model's own threshold where none was asked for."""
        asked = self.policy != AS_THE_MODEL
        return self.policy if asked else Policy("fixed", self.model.threshold)

    @property
    def finite(self) -> bool:
        """Whether every prediction is a finite number; those of a diverged model are not."""
        return bool(np.all(np.isfinite(self.predicted)))
