"""The document "workers", as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from steepest.errors import InputError
from steepest.scaling.told import told_of
from steepest.store import Store

WALK = '{"what":"step","number":2,"pieces":1,"of_pieces":4,"size":10,"of_size":40,"seconds":0.5}'


def test_rows_may_be_unknown(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    with store.begin("t", {"workers": f'{{"pass":{WALK},"engine":"local"}}'}):
        pass
    told = told_of(store, "last")
    assert told is not None
    assert (told.engine, told.workers, told.walk.rows, told.walk.of_size) == ("local", (), None, 40)


def test_a_run_in_memory_has_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    with store.begin("t", {}):
        pass
    assert told_of(store, "last") is None


@pytest.mark.parametrize("text", ["{}", "[]", f'{{"pass":{WALK},"engine":1}}', '{"pass":2'])
def test_what_is_damaged_is_refused(tmp_path: Path, text: str) -> None:
    store = Store(tmp_path / "s.db")
    with store.begin("t", {"workers": text}):
        pass
    with pytest.raises(InputError, match="'workers' of the run last cannot be read"):
        told_of(store, "last")
