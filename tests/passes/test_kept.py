"""The copy on disk: the same bits back, whole pieces only, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from steepest.data.blocks import Block
from steepest.passes.kept import KeptRows, folder_with_room


def block_of(rows, seed=0, weighted=False):
    generator = np.random.default_rng(seed)
    X = np.empty((rows, 6), order="F")
    X[:, 0] = generator.standard_normal(rows)
    X[:, 1] = generator.random(rows) < 0.3
    X[:, 2] = generator.integers(-30_000, 30_000, rows)
    X[:, 3] = generator.integers(0, 10**9, rows)
    X[:, 4] = np.float32(generator.standard_normal(rows))
    X[:, 5] = np.where(generator.random(rows) < 0.5, -0.0, 0.0)
    y = np.round(generator.standard_normal(rows), 2)
    return Block(X, y, generator.random(rows) if weighted else None)


def same(left, right):
    pairs = [(left.X, right.X), (left.y, right.y)]
    if left.weight is not None:
        pairs.append((left.weight, right.weight))
    return (left.weight is None) == (right.weight is None) and all(
        a.shape == b.shape
        and np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()
        for a, b in pairs
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_read_back_is_what_was_written_to_the_bit(tmp_path, weighted):
    kept = KeptRows(tmp_path)
    blocks = [block_of(500, 1, weighted), block_of(1, 2, weighted), block_of(70, 3, weighted)]
    passed = list(kept.keep(4, iter(blocks)))
    assert passed == blocks
    again = list(kept.blocks(4))
    assert len(again) == 3
    assert all(same(a, b) for a, b in zip(blocks, again, strict=True))
    assert again[0].X.flags.f_contiguous
    assert again[0].X.flags.writeable


def test_columns_are_kept_as_narrow_as_their_bits_allow(tmp_path):
    kept = KeptRows(tmp_path)
    list(kept.keep(0, iter([block_of(1000)])))
    # 8 measured, 1 flag, 2 and 4 whole numbers, 4 float32, 8 for a zero with a sign, 8 of y
    assert kept.size == 24 + 7 + 1000 * (8 + 1 + 2 + 4 + 4 + 4 + 8)


def test_a_piece_that_was_not_gone_through_is_not_there(tmp_path):
    kept = KeptRows(tmp_path)
    walk = kept.keep(0, iter([block_of(5), block_of(6)]))
    next(walk)
    walk.close()
    assert not kept.holds(0)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".held"]


def test_a_full_disk_ends_the_copy_and_not_the_walk(tmp_path, monkeypatch):
    kept = KeptRows(tmp_path)

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("steepest.passes.kept._write_all", full)
    assert len(list(kept.keep(0, iter([block_of(5), block_of(6)])))) == 2
    assert kept.full
    assert not kept.holds(0)


def test_a_file_that_was_cut_off_is_an_error(tmp_path):
    kept = KeptRows(tmp_path)
    list(kept.keep(0, iter([block_of(50)])))
    (file,) = tmp_path.rglob("*.rows")
    os.truncate(file, 200)
    with pytest.raises(EOFError, match="ends early"):
        list(kept.blocks(0))


def test_nothing_is_left_at_the_end_nor_of_a_process_that_is_no_more(tmp_path):
    leave = "import os, sys; from pathlib import Path; from steepest.passes.kept import KeptRows\n"
    leave += "kept = KeptRows(Path(sys.argv[1])); os._exit(0)"
    subprocess.run([sys.executable, "-c", leave, str(tmp_path)], check=True)
    [orphan] = tmp_path.iterdir()
    other = KeptRows(tmp_path)
    assert not orphan.exists()
    [theirs] = tmp_path.iterdir()
    kept = KeptRows(tmp_path)
    kept.close()
    assert list(tmp_path.iterdir()) == [theirs]
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_needs_room(tmp_path):
    assert folder_with_room(1e18, [tmp_path]) is None
    assert folder_with_room(0.0, [tmp_path / "absent"]) is None
