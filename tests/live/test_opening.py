"""Tests of what the lab is opened with."""

from pathlib import Path

import pytest

from steepest.errors import InputError
from steepest.fitting import fit
from steepest.live.opening import open_bench
from steepest.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "steepest.db")
    fit("houses", target="price", rule="momentum", store=store)
    fit("houses", target="price", store=store)
    return store


def test_a_run_is_laid_under_another(store: Store) -> None:
    opened = open_bench("houses-2", beside="houses-1", store=store)
    beside = opened.setup["beside"]
    assert beside["title"] == "houses-1"
    assert beside["record"]["rule"] == "momentum"
    assert opened.setup["played"]["rule"] == "gradient_descent"


def test_a_run_is_not_laid_under_a_table(store: Store) -> None:
    with pytest.raises(InputError, match="laid under another saved run"):
        open_bench("houses", beside="houses-1", store=store)


def test_a_run_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(InputError, match="there is no run 'houses-9'"):
        open_bench("houses-2", beside="houses-9", store=store)
