import numpy as np

from steepest.storage.tail import PIECE, Tail


def rows(first: int, count: int, **more: float) -> dict[str, np.ndarray]:
    step = np.arange(first, first + count)
    return {"step": step, "loss": step * 0.5, **{n: np.full(count, v) for n, v in more.items()}}


def test_a_piece_grows_until_it_is_full() -> None:
    tail = Tail()
    for first in range(0, PIECE, 32):
        assert tail.first == 0
        grown = tail.grown(rows(first, 32))
        assert grown["step"].tolist() == list(range(first + 32))
        assert grown["step"].dtype.kind == "i"
        tail.settle(grown)
    assert tail.first == PIECE
    assert tail.grown(rows(PIECE, 2))["step"].tolist() == [PIECE, PIECE + 1]


def test_what_was_not_written_leaves_the_piece_as_it_was() -> None:
    tail = Tail()
    tail.settle(tail.grown(rows(0, 3)))
    tail.grown(rows(3, 3))  # the disk refused
    assert len(tail.grown(rows(3, 2))["step"]) == 5


def test_a_late_column_was_unknown_in_every_piece_before() -> None:
    tail = Tail()
    tail.settle(tail.grown(rows(0, PIECE)))
    tail.settle(tail.grown(rows(PIECE, 3)))
    grown = tail.grown(rows(PIECE + 3, 2, late=1.0))
    assert np.isnan(tail.before(grown)["late"]).all()
    assert len(tail.before(grown)["late"]) == PIECE
    assert np.isnan(grown["late"][:3]).all()
    assert grown["late"][3:].tolist() == [1.0, 1.0]
    tail.settle(grown)
    assert tail.before(grown) == {}


def test_a_column_that_is_left_out_is_unknown() -> None:
    tail = Tail()
    tail.settle(tail.grown({**rows(0, 2), "params": np.ones((2, 3))}))
    grown = tail.grown(rows(2, 1))
    assert grown["params"].shape == (3, 3)
    assert np.isnan(grown["params"][2]).all()
