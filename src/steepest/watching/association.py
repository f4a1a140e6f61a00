"""Whether labels have anything to do with inputs: held against the same labels, mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["Association", "of_neighbours", "of_tokens"]

BLOCK = 16  # rows at a time: so small a product wakes no other threads
MIXED = 40
SEED = 20
FEW = 3
CELLS = 64
MATCHES = 3.0
RELATED = 0.85
FAR = 0.6  # of switches, which are near each other by chance
SURE = 6.0


@dataclass(frozen=True, slots=True)
class Association:
    """How well labels follow inputs.

    kind:        "classes", "numbers" or "tokens"
    value:       accuracy of the nearest other row (classes), its rank correlation (numbers), or
                 mutual information in nats (tokens)
    chance:      the same of mixed labels
    sigmas:      how far apart the two are, in standard deviations of the mixed ones
    entropy:     of the labels' shares in nats, the loss of guessing; of numbers their variance
    rows:        different rows, or tokens, that were looked at
    structured:  whether inputs have a structure of their own, that labels could follow: they are
                 nearer to each other than with their columns mixed; or they are three columns or
                 fewer; or tokens tell of the tokens before them
    """

    kind: Literal["classes", "numbers", "tokens"]
    value: float
    chance: float
    sigmas: float
    entropy: float
    rows: int
    structured: bool


def of_neighbours(inputs: Array, labels: Array, *, classes: bool) -> Association | None:
    """Of the nearest other row, in inputs as they are or standardised, whichever tells more.

    inputs: (n, d); labels: (n,) whole numbers of classes, or any numbers

    None where too little is known: rows or labels all alike, so many classes that no two rows are
    expected to share one.
    """
    inputs, labels = _different(inputs, labels)
    if len(labels) < 2 or np.ptp(labels) == 0 or inputs.shape[1] == 0:
        return None
    rng = np.random.default_rng(SEED)
    found: list[tuple[float, float, float]] = []
    spread = inputs.std(0)
    for table in (inputs, inputs[:, spread > 0] / spread[spread > 0]):
        near, _ = _nearest(table)
        found.append(_against_mixed(labels, near, rng, classes=classes))
        if abs(found[-1][2]) > SURE:
            break
    value, chance, sigmas = max(found, key=lambda one: abs(one[2]))
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    if classes and len(labels) * float(np.sum(shares**2)) < MATCHES:
        return None
    guess = float(-np.sum(shares * np.log(shares))) if classes else float(np.var(labels))
    kind = "classes" if classes else "numbers"
    return Association(kind, value, chance, sigmas, guess, len(labels), _has_structure(inputs, rng))


def of_tokens(
    tokens: NDArray[np.int64], labels: NDArray[np.int64], before: NDArray[np.int64]
) -> Association | None:
    """Of the token at the place of a label.

    tokens, labels: (n,) numbers of words; before: (n,) the token before each one, -1 for none
    """
    if len(labels) < 2 or np.ptp(labels) == 0:
        return None
    rng = np.random.default_rng(SEED)
    value, chance, sigmas = _information(tokens % CELLS, labels % CELLS, rng)
    known = before >= 0
    _, _, own = _information(before[known] % CELLS, tokens[known] % CELLS, rng)
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    guess = float(-np.sum(shares * np.log(shares)))
    return Association("tokens", value, chance, sigmas, guess, len(labels), own > SURE)


def _different(inputs: Array, labels: Array) -> tuple[Array, Array]:
    """Each row once: the same row again would always have the same label."""
    along: Array = np.random.default_rng(SEED).normal(size=inputs.shape[1:])
    marks: Array = np.sum(inputs * along, axis=1)
    first = np.sort(np.unique(marks, return_index=True)[1])
    return inputs[first], labels[first]


def _nearest(table: Array) -> tuple[NDArray[np.intp], Array]:
    """For each row the nearest other one, and the square of how far it is."""
    table = (table - table.mean(0)).astype(np.float32)
    size: Any = np.sum(table * table, axis=1)
    blocks: list[Any] = [table[at : at + BLOCK] @ table.T for at in range(0, len(table), BLOCK)]
    products: Any = np.concatenate(blocks)
    apart: Any = size[:, None] + size - 2 * products
    np.fill_diagonal(apart, np.inf)
    near = np.argmin(apart, axis=1)
    return near, np.maximum(apart[np.arange(len(near)), near], 0).astype(np.float64)


def _against_mixed(
    labels: Array, near: NDArray[np.intp], rng: np.random.Generator, *, classes: bool
) -> tuple[float, float, float]:
    """Agreement of rows with their neighbours, that of mixed labels, and the deviations between."""
    if not classes:
        labels = _ranked(labels)
    mixed: Array = rng.permuted(np.tile(labels, (MIXED, 1)), axis=1)
    if classes:
        value = float(np.count_nonzero(np.equal(labels, labels[near])) / len(labels))
        others = np.mean(mixed == mixed[:, near], axis=1)
    else:
        value = float(np.mean(labels * labels[near]))
        others = np.mean(mixed * mixed[:, near], axis=1)
    return value, float(others.mean()), _sigmas(value, others)


def _ranked(numbers: Array) -> Array:
    """The ranks of numbers, standardised."""
    ranks: Array = np.empty(len(numbers))
    ranks[np.argsort(numbers)] = np.arange(len(numbers))
    return (ranks - float(ranks.mean())) / float(ranks.std())


def _sigmas(value: float, others: Array) -> float:
    spread = float(others.std())
    return (value - float(others.mean())) / spread if spread > 0 else 0.0


def _has_structure(inputs: Array, rng: np.random.Generator) -> bool:
    """Whether rows are nearer to each other than if their columns were independent."""
    if inputs.shape[1] <= FEW:
        return True
    apart = float(np.mean(_nearest(inputs)[1]))
    mixed = float(np.mean(_nearest(rng.permuted(inputs, axis=0))[1]))
    few = len(np.unique(inputs[:, : 4 * FEW])) <= 2 and len(np.unique(inputs)) <= 2
    return apart < (FAR if few else RELATED) ** 2 * mixed


def _information(
    left: NDArray[np.int64], right: NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, float, float]:
    """Mutual information of two columns of numbers below 64; mixed; the difference."""
    if len(left) < 2:
        return 0.0, 0.0, 0.0
    value = _mutual(left, right)
    others = np.array([_mutual(left, rng.permutation(right)) for _ in range(MIXED // 2)])
    return value, float(others.mean()), _sigmas(value, others)


def _mutual(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    table: Any = np.bincount(left * CELLS + right, minlength=CELLS**2) / len(left)
    joint = table.reshape(CELLS, CELLS)
    return _surprise(joint.sum(0)) + _surprise(joint.sum(1)) - _surprise(table)


def _surprise(shares: Array) -> float:
    known = shares[shares > 0]
    return float(-np.sum(known * np.log(known)))
