"""What each fault of a gradient would leave between the changes of the loss and its slopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import SecantField
from steepest.diagnosis.gradients.sequence import foretold_sequences, free_sequences
from steepest.diagnosis.gradients.slopes import Slopes
from steepest.trace import Array

__all__ = ["Kind", "Pattern", "compound", "simple"]

Kind = Literal["scale", "l2", "l1", "constant", "coupling", "sequential"]

MANY = 64


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Differences (n, q) that a fault would leave, up to q unknown numbers; where they are
    `foretold`, the one number must come out as 1."""

    kind: Kind
    coordinates: tuple[int, ...]
    columns: Array
    foretold: bool = False


def simple(slopes: Slopes, moves: Moves, field: SecantField | None) -> Iterator[Pattern]:
    """Faults of one unknown number, the commonest first: the order decides between those
    that explain alike.

    A gradient off by a factor f says f times what the loss does: the difference is 1/f - 1
    times what it says. A term that is missing is the difference.
    """
    parts, everything = slopes.parts, tuple(range(slopes.parts.shape[1]))
    for group in _groups(everything):
        yield Pattern("scale", group, np.sum(parts[:, group], axis=1, keepdims=True))
    for later, column in foretold_sequences(slopes, moves, field):
        yield Pattern("sequential", later, column, foretold=True)
    if len(everything) == 2:
        for later, columns in free_sequences(slopes, moves):
            yield Pattern("sequential", later, columns)
    for group in dict.fromkeys((everything, everything[:-1], everything[1:])):
        if len(group):
            yield Pattern("l2", group, _term(slopes.place, slopes, group))
            yield Pattern("l1", group, _term(np.sign(slopes.place), slopes, group))
    for one in everything:
        yield Pattern("constant", (one,), slopes.steps[:, [one]])


def _groups(everything: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All, each alone, and all but the intercept, which is the last or the first."""
    yield everything
    if len(everything) > 1:
        yield from ((one,) for one in everything)
    if len(everything) > 2:
        yield from (everything[:-1], everything[1:])


def _term(slope: Array, slopes: Slopes, group: tuple[int, ...]) -> Array:
    return np.sum(slope[:, group] * slopes.steps[:, group], axis=1, keepdims=True)


def compound(slopes: Slopes, moves: Moves) -> Iterator[Pattern]:
    """Faults of many unknown numbers: a factor for each coordinate, an order of updates with
    an unknown Hessian, a constant missing in each, a coordinate that lacks a term of others."""
    everything = tuple(range(slopes.parts.shape[1]))
    if not 1 < len(everything) <= MANY:
        return
    yield Pattern("scale", everything, slopes.parts)
    for later, columns in free_sequences(slopes, moves):
        yield Pattern("sequential", later, columns)
    yield Pattern("constant", everything, slopes.steps)
    around = np.column_stack([slopes.place, np.ones(len(slopes.place))])
    for one in everything:
        yield Pattern("coupling", (one,), around * slopes.steps[:, [one]])
