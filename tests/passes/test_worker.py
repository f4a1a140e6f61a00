"""The same designs to the bit, from memory, from the copy on disk and from the source."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from steepest.data.representation import learn_representation
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.passes.kept import KeptRows
from steepest.passes.layout import Layout
from steepest.passes.worker import CutShortError, Worker

ROWS = 900


@pytest.fixture
def table():
    generator = np.random.default_rng(5)
    x = generator.standard_normal(ROWS)
    return pl.DataFrame(
        {
            "x": [
                None if gap else v for gap, v in zip(generator.random(ROWS) < 0.1, x, strict=True)
            ],
            "n": generator.poisson(3, ROWS),
            "kind": generator.choice(["a", "b", "c"], ROWS),
            "y": 3 * x + generator.standard_normal(ROWS),
        },
        schema_overrides={"x": pl.Float64},
    )


@pytest.fixture
def layout(table):
    contract = read_contract(read_table(table), "y")
    learned = learn_representation(table, contract)
    return Layout(contract, learned, "impute", holdout=0.2, seed=1, rows=128)


def bits(worker, piece):
    return [
        (np.asfortranarray(block.X).tobytes("F"), block.y.tobytes())
        for block in worker.designs(piece)
    ]


def test_memory_disk_and_source_give_the_same_bits(cut, table, layout, tmp_path):
    source = cut(table, 400)
    plain = Worker(source, layout)
    held = Worker(source, layout, room=10**8)
    kept = Worker(source, layout, kept=KeptRows(tmp_path))
    for piece in source.pieces:
        expected = bits(plain, piece)
        assert len(expected) >= 1
        for worker in (plain, held, held, kept, kept):
            assert bits(worker, piece) == expected


class Once:
    """A source that can be read once."""

    def __init__(self, source):
        self.source, self.pieces, self.schema = source, source.pieces, source.schema
        self.read_before = set()

    def read(self, piece, columns, rows):
        assert piece not in self.read_before
        self.read_before.add(piece)
        return self.source.read(piece, columns, rows)


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_what_is_kept_is_not_read_again(cut, table, layout, tmp_path, where):
    source = Once(cut(table, 400))
    kept = KeptRows(tmp_path) if where == "disk" else None
    worker = Worker(source, layout, room=10**8 if where == "memory" else 0, kept=kept)
    first = [bits(worker, piece) for piece in source.pieces]
    assert [bits(worker, piece) for piece in source.pieces] == first


def test_a_copy_outlives_other_centres_and_spreads(cut, table, layout, tmp_path):
    source = Once(cut(table, ROWS))
    worker = Worker(source, layout, kept=KeptRows(tmp_path))
    (piece,) = source.pieces
    list(worker.designs(piece))
    other = replace(layout.representation, centre=(1.0,) * 4, spread=(2.0,) * 4)
    worker.settle(replace(layout, representation=other))
    fresh = Worker(cut(table, ROWS), worker.layout)
    assert bits(worker, piece) == bits(fresh, piece)


def test_room_is_given_back_where_a_walk_ends_early(cut, table, layout):
    source = cut(table, ROWS)
    worker = Worker(source, layout, room=10**6)
    walk = worker.designs(source.pieces[0])
    next(walk)
    assert worker._room < 10**6
    walk.close()
    assert worker._room == 10**6


def test_a_halt_ends_a_walk_at_the_next_frame(cut, table, layout):
    worker = Worker(cut(table, ROWS), layout)
    walk = worker.rows(worker.source.pieces[0])
    next(walk)
    worker.halt.set()
    with pytest.raises(CutShortError):
        next(walk)


def test_closing_leaves_nothing(cut, table, layout, tmp_path):
    worker = Worker(cut(table, ROWS), layout, kept=KeptRows(tmp_path))
    list(worker.designs(worker.source.pieces[0]))
    worker.close()
    assert not any(tmp_path.iterdir())
