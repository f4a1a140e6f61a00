import numpy as np
import pytest

from steepest.data.fingerprint import Hashes
from steepest.data.hashed_rows import HashedRows, hashed_rows, joined


def some_hashes(rows: int, different: int, seed: int = 0) -> Hashes:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2**64, size=different, dtype=np.uint64)
    return values[rng.integers(different, size=rows)]


def by_parts(hashes: Hashes, step: int) -> HashedRows:
    found = hashed_rows(hashes[:step])
    for first in range(step, len(hashes), step):
        found = joined(found, hashed_rows(hashes[first : first + step]))
    return found


@pytest.mark.parametrize("step", [1, 7, 100])
def test_parts_are_as_the_whole(step: int) -> None:
    hashes = some_hashes(500, 300)
    whole, parts = hashed_rows(hashes), by_parts(hashes, step)
    assert parts.second == whole.second
    assert parts.hashes.tobytes() == whole.hashes.tobytes()
    assert parts.counts.tolist() == whole.counts.tolist()
    assert parts.first.tolist() == whole.first.tolist()
    assert whole.repeated == len(hashes) - len(set(hashes.tolist()))


def test_the_first_repeated_row_is_named_with_the_one_it_repeats() -> None:
    hashes = np.array([5, 6, 7, 7, 5], dtype=np.uint64)
    assert hashed_rows(hashes).second == (3, 2)
    assert by_parts(hashes, 2).second == (3, 2)


def test_of_many_a_part_is_kept_with_all_its_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.hashed_rows.MOST_HASHES", 50)
    hashes = np.repeat(some_hashes(1_000, 1_000_000), 2)
    found = by_parts(hashes, 64)
    assert len(found.hashes) <= 50
    assert found.counts.tolist() == [2] * len(found.hashes)
    assert found.rows == len(hashes)
    assert found.share == 0.5**found.zeros < 0.1
