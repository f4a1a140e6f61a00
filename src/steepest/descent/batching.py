"""Mini-batch descent: in one compiled loop where there is one, else step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from steepest.descent.interruption import Interruption
from steepest.descent.rate import Planned
from steepest.descent.recorder import Row
from steepest.descent.rules import GradientDescent, Momentum
from steepest.descent.stepping import Walk
from steepest.descent.stochastic import Average, Course, LinearCost, compiled_steps
from steepest.descent.taken import Taken
from steepest.errors import InputError
from steepest.objective.objective import Batches, Powers
from steepest.objective.rows import RowBatches
from steepest.trace import Array, Fact

__all__ = ["Batching", "batches_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Batching:
    """A walk over mini-batches.

    steps, batch, seed, full_every: see `descend`; average: keep the mean of the iterates
    """

    walk: Walk
    batches: Batches
    batch: int
    steps: int
    seed: int
    full_every: int | None
    average: bool

    def take_into(self, taken: Taken) -> tuple[str, dict[str, Fact]]:
        """Take all steps; gives the path taken in words, and the facts of the average."""
        averages: list[Average] = []
        cost = self.compiled_cost()
        path = "step by step" if cost is None else "a compiled loop"
        with Interruption() as interruption:
            try:
                if cost is None:
                    self._step_by_step(taken, averages, interruption)
                else:
                    self._compiled(cost, taken, averages, interruption)
            except KeyboardInterrupt:
                if taken.empty:
                    raise
        failed = taken.stop is not None and taken.stop.reason == "non_finite"
        facts = {} if failed else _facts(averages, self.average_from)
        return f"{path} over mini-batches", facts

    @property
    def average_from(self) -> int:
        """The second half: what it began with is forgotten (Rakhlin et al. 2012, section 4)."""
        return self.steps // 2

    def compiled_cost(self) -> LinearCost | None:
        """The cost as the compiled loops want it, where they can take these steps."""
        held, rule = self.batches, self.walk.rule
        plain = isinstance(rule, (GradientDescent, Momentum))
        if not plain or not isinstance(held, RowBatches) or not isinstance(self.walk.rate, Planned):
            return None
        if held.loss.compiled is None or held.loss.scores != "one":
            return None
        l2, l1 = (0.0, 0.0) if held.penalty is None else (held.penalty.l2, held.penalty.l1)
        return LinearCost(held.X, held.y, held.loss, held.weight, held.intercept, l2, l1)

    def _compiled(
        self, cost: LinearCost, taken: Taken, averages: list[Average], interruption: Interruption
    ) -> None:
        rule, rate = self.walk.rule, self.walk.rate
        assert isinstance(rate, Planned)  # noqa: S101
        course = Course(
            batch=self.batch,
            steps=self.steps,
            seed=self.seed,
            momentum=rule.beta if isinstance(rule, Momentum) else 0.0,
            schedule=taken.schedule,
            full_every=self.full_every,
            average_from=self.average_from if self.average else None,
        )
        pieces = compiled_steps(
            cost,
            course,
            self.walk.start,
            rate.at,
            self._full_loss,
            on_average=averages.append if self.average else None,
            asked=lambda: interruption.asked,
        )
        for piece in pieces:
            taken.add_piece(piece)
        if not interruption.asked:
            taken.end_of_pieces()

    def _step_by_step(
        self, taken: Taken, averages: list[Average], interruption: Interruption
    ) -> None:
        rows = self.walk.over_batches(
            self.batches, batch=self.batch, seed=self.seed, full_every=self.full_every
        )
        if self.average:
            rows = self._averaged(rows, averages)
        for row in rows:
            if taken.add(row) or interruption.asked:
                return

    def _averaged(self, rows: Iterator[Row], averages: list[Average]) -> Iterator[Row]:
        """The same rows; the mean of their params is kept up to date in `averages`."""
        total, count = np.zeros_like(self.walk.start), 0
        for row in rows:
            if row.step >= self.average_from:
                total, count = total + row.params, count + 1
                if np.isfinite(row.full_loss) or row.step == self.steps:
                    mean = total / count
                    averages[:] = [Average(row.step, mean, self._full_loss(mean))]
            yield row

    def _full_loss(self, params: Array) -> float:
        return self.walk.objective.value_and_gradient(params)[0]


def _facts(averages: list[Average], begin: int) -> dict[str, Fact]:
    if not averages or not np.all(np.isfinite(averages[-1].params)):
        return {}
    last = averages[-1]
    how = f"mean of the params from step {begin:,} to step {last.step:,}"
    return {"average": Fact(last.params, how), "average_loss": Fact(last.full_loss, how)}


def batches_of(powers: Powers, batch: int) -> Batches:
    """The view of an objective that can be asked about `batch` rows; InputError for none."""
    if batch < 1:
        raise InputError(f"batch is {batch}; expected a number of rows from 1, or 'full'")
    if powers.batches is None:
        raise InputError("this objective has no rows to take batches of; leave batch out")
    batches = powers.batches()
    if batch > batches.rows:
        raise InputError(
            f"batch is {batch:,} but there are {batches.rows:,} rows; "
            "take a smaller batch, or 'full'"
        )
    return batches
