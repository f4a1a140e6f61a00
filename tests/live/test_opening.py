"""Tests of what the lab is opened with."""

from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize(
    ("x", "setting", "local"),
    [
        ("size", {"steps": 3}, True),
        ("size", {"features": [], "steps": 3}, True),
        ("size", {"batch": 5}, False),
        ("size", {"degree": 2}, False),
        ("rooms", {"steps": 3}, False),
        ("size", {"features": ["other"], "steps": 3}, False),
        ("size", {"loss": "huber"}, False),
    ],
)
def test_only_what_the_page_works_out_itself_is_left_to_it(
    x: str, setting: dict[str, Any], local: bool
) -> None:
    """A column of texts makes no line, and neither does another column than the table's own."""
    size = [float(n) for n in range(20)]
    table = {"size": size, "other": [n * n for n in size], "price": [3 * n for n in size]}
    rooms = ["few", "many"] * 10
    opened = open_bench(table | {"rooms": rooms}, x=[x], y="price", setting=setting)
    assert (opened.setup["played"] is None) == local
