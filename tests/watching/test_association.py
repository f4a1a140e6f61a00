"""Labels against their inputs, and against themselves mixed."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.watching.association import of_neighbours, of_tokens


def _table(seed: int) -> np.ndarray:
    """(240, 12) inputs whose columns depend on each other: three numbers, seen twelve times."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(240, 3)) @ rng.normal(size=(3, 12)) + 0.1 * rng.normal(size=(240, 12))


@pytest.mark.parametrize("seed", range(8))
def test_classes_that_follow_and_classes_that_do_not(seed: int) -> None:
    table, rng = _table(seed), np.random.default_rng(seed)
    labels = (table[:, 0] > 0).astype(float)
    sound = of_neighbours(table, labels, classes=True)
    mixed = of_neighbours(table, rng.permutation(labels), classes=True)
    assert sound is not None
    assert mixed is not None
    assert sound.sigmas > 6
    assert abs(mixed.sigmas) < 3.5
    assert sound.structured
    assert sound.entropy == pytest.approx(np.log(2), abs=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_numbers(seed: int) -> None:
    table, rng = _table(seed), np.random.default_rng(seed)
    sound = of_neighbours(table, table[:, 0] ** 3, classes=False)
    mixed = of_neighbours(table, rng.permutation(table[:, 0]), classes=False)
    assert sound is not None
    assert mixed is not None
    assert sound.sigmas > 6
    assert sound.value > 0.6
    assert abs(mixed.sigmas) < 3.5


def test_independent_columns_have_no_structure() -> None:
    table = np.random.default_rng(0).normal(size=(240, 12))
    found = of_neighbours(table, (table[:, 0] > 0).astype(float), classes=True)
    assert found is not None
    assert not found.structured


def test_the_same_row_again_counts_once() -> None:
    table = np.repeat(_table(0)[:30], 8, axis=0)
    found = of_neighbours(table, np.repeat(np.arange(30.0) % 2, 8), classes=True)
    assert found is not None
    assert found.rows == 30


def test_what_says_too_little() -> None:
    table = _table(0)
    assert of_neighbours(table, np.zeros(240), classes=True) is None
    assert of_neighbours(table, np.arange(240.0), classes=True) is None


def test_tokens() -> None:
    rng = np.random.default_rng(0)
    tokens = np.cumsum(rng.integers(0, 3, 2000)) % 40  # each near the one before
    before, labels = np.r_[-1, tokens[:-1]], np.r_[tokens[1:], 0]
    sound = of_tokens(tokens, labels, before)
    mixed = of_tokens(tokens, rng.permutation(labels), before)
    assert sound is not None
    assert mixed is not None
    assert sound.structured
    assert sound.sigmas > 20
    assert sound.value == pytest.approx(np.log(40) - np.log(3), rel=0.1)
    assert abs(mixed.sigmas) < 3.5
