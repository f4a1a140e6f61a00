"""Triangles of parts of rows: the squares of the rows themselves, joined in any way."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.data.blocks import Block
from steepest.objective.factor import Factor, factors_of, joined


def made(rows, columns, seed=0, weighted=False):
    generator = np.random.default_rng(seed)
    X = np.asfortranarray(generator.standard_normal((rows, columns)))
    X[:, -1] = generator.random(rows) < 0.2
    weight = generator.random(rows) + 0.5 if weighted else None
    held = generator.random(rows) < 0.3
    return Block(X, X @ np.arange(columns) + generator.standard_normal(rows), weight), held


def factors(block, held, shift):
    columns = np.vstack([np.ones(len(block.y)), np.asarray(block.X).T, block.y])
    return factors_of(columns, shift, held, block.weight)


def squares(block, chosen, shift, weighted):
    rows = np.column_stack([np.ones(len(block.y)), block.X, block.y])[chosen]
    rows[:, 1:] -= shift
    if weighted:
        rows *= np.sqrt(block.weight[chosen])[:, None]
    return rows.T @ rows


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(30, 2), (1500, 5), (1500, 80)])
def test_both_parts_have_the_squares_of_their_rows(rows, columns, weighted):
    block, held = made(rows, columns, weighted=weighted)
    shift = np.linspace(-0.5, 0.5, columns + 1)
    train, out = factors(block, held, shift)
    for factor, chosen, heavy in ((train, ~held, weighted), (out, held, False)):
        expected = squares(block, chosen, shift, heavy)
        np.testing.assert_allclose(factor.R.T @ factor.R, expected, rtol=1e-12, atol=1e-10)
        assert factor.rows == chosen.sum()
        assert factor.total == pytest.approx(expected[0, 0])
        assert np.array_equal(factor.R, np.triu(factor.R))


def test_a_part_without_rows_is_nothing():
    block, _ = made(20, 2)
    train, out = factors(block, np.zeros(20, dtype=bool), np.zeros(3))
    assert (train.rows, out.rows) == (20, 0)
    assert not out.R.any()


def test_columns_that_nearly_depend_go_by_qr_and_keep_their_digits():
    generator = np.random.default_rng(3)
    x = generator.standard_normal(2000)
    X = np.asfortranarray(np.column_stack([x, x + 1e-7 * generator.standard_normal(2000)]))
    block = Block(X, x + generator.standard_normal(2000))
    train, _ = factors(block, np.zeros(2000, dtype=bool), np.zeros(3))
    assert train.squared == 0
    whole = np.linalg.qr(np.column_stack([np.ones(2000), X, block.y]), mode="r")
    np.testing.assert_allclose(np.abs(np.diag(train.R)), np.abs(np.diag(whole)), rtol=1e-7)


def test_well_conditioned_columns_go_by_squares():
    block, held = made(2000, 4)
    train, out = factors(block, held, np.zeros(5))
    assert (train.squared, out.squared) == (train.rows, out.rows)


def test_a_level_that_is_absent_is_a_column_of_zeros():
    block, held = made(600, 3)
    block.X[:, 1] = 0.0
    train, _ = factors(block, held, np.zeros(4))
    assert not train.R[:, 2].any()
    np.testing.assert_allclose(train.R.T @ train.R, squares(block, ~held, np.zeros(4), False))


def test_joined_parts_have_the_squares_of_all_rows():
    block, _ = made(3000, 4, weighted=True)
    cuts = [slice(0, 700), slice(700, 710), slice(710, 3000)]
    none = np.zeros(3000, dtype=bool)
    parts = [
        factors(Block(block.X[c], block.y[c], block.weight[c]), none[c], np.zeros(5))[0]
        for c in cuts
    ]
    whole = joined([Factor.none(6), *parts])
    expected = squares(block, slice(None), np.zeros(5), True)
    np.testing.assert_allclose(whole.R.T @ whole.R, expected, rtol=1e-12, atol=1e-10)
    assert whole.rows == 3000


def same_squares(block, held, shift):
    """Both parts have the squares of their rows, to rounding at the size of the columns."""
    parts = factors(block, held, shift)
    heavy = block.weight is not None
    for factor, chosen, weighted in ((parts[0], ~held, heavy), (parts[1], held, False)):
        expected = squares(block, chosen, shift, weighted)
        unit = np.sqrt(np.diag(expected)) + 1e-300
        apart = (factor.R.T @ factor.R - expected) / unit / unit[:, None]
        assert np.abs(apart).max(initial=0.0) < 1e-12
        assert np.array_equal(factor.R, np.triu(factor.R))
        assert factor.rows == chosen.sum()
    return parts


@pytest.mark.parametrize("weighted", [False, True])
def test_a_column_of_one_value_is_a_multiple_of_ones_and_goes_by_squares(weighted):
    block, held = made(600, 5, weighted=weighted)
    block.X[:, 1] = 0.0  # a level that no row has
    block.X[:, 2] = 1.0  # one that every row has
    block.X[:, 3] = ~held  # one that only the rows that train have
    train, out = same_squares(block, held, np.array([0.1, 0.02, 0.9, 0.5, 0.3, 4.0]))
    assert (train.squared, out.squared) == (train.rows, out.rows)
    for factor in (train, out):
        assert not factor.R[1:, [2, 3, 4]].any()


def test_a_target_of_one_value_goes_by_squares():
    block, held = made(600, 3)
    block.y[:] = 7.0
    train, out = same_squares(block, held, np.full(4, 0.2))
    assert (train.squared, out.squared) == (train.rows, out.rows)


def test_with_a_target_of_one_value_columns_that_depend_still_go_by_qr():
    block, held = made(600, 3)
    block.y[:] = 7.0
    block.X[:, 2] = block.X[:, 0] + 1e-7 * block.X[:, 1]
    train, _ = same_squares(block, held, np.full(4, 0.2))
    assert train.squared == 0


def test_columns_that_are_the_same_go_by_qr():
    block, held = made(600, 4)
    block.X[:, 2] = block.X[:, 0]
    train, out = same_squares(block, held, np.full(5, 0.2))
    assert (train.squared, out.squared) == (0, 0)


def test_a_far_column_that_hardly_moves_is_not_taken_for_one_value():
    block, held = made(600, 3)
    block.X[:, 1] = 1e9 + np.sign(block.X[:, 0])
    near, _ = same_squares(block, held, np.array([0.0, 1e9, 0.0, 0.0]))
    assert near.squared == near.rows
    far, _ = same_squares(block, held, np.zeros(4))
    assert far.squared == 0
    spread = np.std(block.X[~held, 1]) * np.sqrt(far.rows)
    assert np.linalg.norm(far.R[1:, 2]) == pytest.approx(spread, rel=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("out", [False, True])
def test_few_rows_and_all_of_one_part(rows, out):
    block, _ = made(rows, 3)
    same_squares(block, np.full(rows, out), np.full(4, 0.2))


def test_columns_far_apart_in_memory_change_no_bit():
    block, held = made(1500, 5)
    columns = np.vstack([np.ones(1500), block.X.T, block.y])
    room = np.full((7, 1508), np.nan)
    room[:, :1500] = columns
    for one, other in zip(
        factors_of(columns, np.ones(6), held),
        factors_of(room[:, :1500], np.ones(6), held),
        strict=True,
    ):
        assert np.array_equal(one.R, other.R)
    assert np.isnan(room[:, 1500:]).all()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("rows", [255, 256, 257, 4_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_any_share_of_the_rows_may_be_held_out(share, rows, weighted):
    block, _ = made(rows, 6, weighted=weighted)
    held = np.random.default_rng(1).random(rows) < share
    same_squares(block, held, np.full(7, 0.3))


def test_what_is_huge_in_rows_held_out_costs_the_others_no_digits():
    block, held = made(2000, 3)
    block.X[held, 0] = 1e150
    train, _ = factors(block, held, np.zeros(4))
    np.testing.assert_allclose(
        train.R.T @ train.R, squares(block, ~held, np.zeros(4), False), rtol=1e-11, atol=1e-9
    )


def test_numbers_whose_squares_overflow_go_by_qr_of_the_rows():
    block, held = made(500, 3)
    block.X[:, 1] *= 1e200
    train, _ = factors(block, held, np.zeros(4))
    assert train.squared == 0
    assert np.isfinite(train.R).all()
