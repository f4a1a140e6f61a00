"""A loss summed over the rows that train, with its gradient: what a step of descent asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.data.sources.source import Piece
from steepest.objective.losses import Loss, huber, loss_named
from steepest.objective.parallel import RunningSum
from steepest.objective.row_curvature import hessian_sum, hessian_vector_sum
from steepest.objective.row_pass import RowPass
from steepest.passes.worker import Worker
from steepest.trace import Array

__all__ = ["HessianSums", "HessianVectorSums", "LinearLoss", "LossSums", "Sums"]


@dataclass(frozen=True, slots=True)
class LinearLoss:
    """Which loss of scores z = X w + b.

    delta:    of Huber's, where it turns straight; None of others
    classes:  K scores a row under softmax, else 1
    """

    name: str
    delta: float | None
    classes: int
    intercept: bool

    @property
    def loss(self) -> Loss:
        """The loss itself."""
        return loss_named(self.name) if self.delta is None else huber(self.delta)

    def by_class(self, params: Array) -> Array:
        """params (K p,) as the loss takes them: (K, p) of classes, else as they are."""
        return params.reshape(self.classes, -1) if self.loss.scores == "classes" else params


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Numbers that are added up."""

    values: Array


class _Added:
    """What all questions here share: their answers are added."""

    __slots__ = ()

    @property
    def answer(self) -> type[Sums]:
        """The type of the answers."""
        return Sums

    def merge(self, left: Sums, right: Sums) -> Sums:
        """Added."""
        return Sums(left.values + right.values)


@dataclass(frozen=True, slots=True, eq=False)
class LossSums(_Added):
    """Σ ωᵢ loss(w·xᵢ + b, yᵢ) and its gradient, (1 + K p,), at params (K p,)."""

    of: LinearLoss
    params: Array

    def of_piece(self, piece: Piece, worker: Worker) -> Sums:
        """Of the rows of a piece that train."""
        sums, loss = RunningSum(), self.of.loss
        sums.add(np.zeros(1 + len(self.params)))
        for block in worker.designs(piece):
            walk = RowPass(
                [block], loss, intercept=self.of.intercept, classes=self.of.classes, threads=1
            )
            value, gradient = walk.sums(self.params)
            sums.add(np.append(value, gradient))
        return Sums(sums.total())


@dataclass(frozen=True, slots=True, eq=False)
class HessianSums(_Added):
    """Σ ωᵢ times the Hessian of row i, (K p, K p), at params (K p,)."""

    of: LinearLoss
    params: Array

    def of_piece(self, piece: Piece, worker: Worker) -> Sums:
        """Of the rows of a piece that train."""
        params = self.of.by_class(self.params)
        total = np.zeros((len(self.params), len(self.params)))
        for block in worker.designs(piece):
            total = total + hessian_sum([block], self.of.loss, params, self.of.intercept, 1)
        return Sums(total)


@dataclass(frozen=True, slots=True, eq=False)
class HessianVectorSums(_Added):
    """Σ ωᵢ times the Hessian of row i at params (K p,) times a vector (K p,), never formed."""

    of: LinearLoss
    params: Array
    vector: Array

    def of_piece(self, piece: Piece, worker: Worker) -> Sums:
        """Of the rows of a piece that train."""
        loss, intercept = self.of.loss, self.of.intercept
        params, vector = self.of.by_class(self.params), self.of.by_class(self.vector)
        total = np.zeros(len(self.params))
        for block in worker.designs(piece):
            rows = [block]
            walk = RowPass(rows, loss, intercept=intercept, classes=self.of.classes, threads=1)
            product = hessian_vector_sum(rows, loss, walk, params, intercept)
            total = total + product(vector).ravel()
        return Sums(total)
