"""Rows are held out by their place alone: the same ones in whatever order they are read."""

import numpy as np
import pytest

from steepest.passes.drawing import below, row_keys


def test_a_row_has_one_key_however_its_piece_is_cut() -> None:
    whole = row_keys(7, 3, 0, 1_000)
    parts = [row_keys(7, 3, first, 100) for first in range(0, 1_000, 100)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_keys_differ_between_seeds_pieces_and_places() -> None:
    keys = [row_keys(seed, piece, 0, 500) for seed in range(4) for piece in range(4)]
    assert len(np.unique(np.concatenate(keys))) == 16 * 500


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_the_share_below_is_what_was_asked_for(share: float) -> None:
    rows = 200_000
    found = float(below(row_keys(1, 0, 0, rows), share).mean())
    assert abs(found - share) < 5 * np.sqrt(share * (1 - share) / rows)


def test_the_lots_of_rows_that_train_and_that_are_held_out_are_alike() -> None:
    keys = row_keys(0, 0, 0, 100_000)
    lots = (keys << np.uint64(32)) | (keys >> np.uint64(32))
    held = below(keys, 0.2)
    apart = float(below(lots[held], 0.1).mean()) - float(below(lots[~held], 0.1).mean())
    assert abs(apart) < 0.01


def test_all_rows_are_below_one() -> None:
    assert bool(below(row_keys(0, 0, 0, 100), 1.0).all())
