"""A fit by pieces in the store, from its first look to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.errors import InputError
from steepest.fitting import fit, try_rates
from steepest.passes.asking import Progress
from steepest.run import Request
from steepest.saved import load_part, load_run
from steepest.scaling.origin import (
    Origin,
    can_be_read,
    origin_of,
    plain_start,
    refuse_other_rows,
)
from steepest.storage.outline import outline_from_json
from steepest.store import Store


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=400), rng.normal(3.0, 2.0, size=400)
    y = 2.0 * a - b + rng.normal(size=400)
    path = tmp_path_factory.mktemp("pieces") / "rows.parquet"
    flag = np.where(y + rng.normal(0, 2, 400) > 0, "yes", "no")
    pl.DataFrame({"a": a, "b": b, "y": y, "flag": flag}).write_parquet(path, row_group_size=50)
    return str(path)


def test_the_run_is_in_the_store_before_the_first_walk(table: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    seen: list[Any] = []

    def look(progress: Progress) -> None:
        if not seen:
            request = load_part(store, "last", "request", Request)
            seen.append((store.row("last").status, request, origin_of(store, "last")))

    run = fit(table, "y", engine="local", store=store, on_pass=look)
    [(status, request, origin)] = seen
    assert status == "running"
    assert request == run.request
    assert isinstance(origin, Origin)
    assert (origin.named, origin.start, origin.request.loss) == (True, "zeros", "auto")
    assert table in origin.identity


def test_names_and_facts_are_there_while_it_descends(table: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    seen: list[tuple[str, ...]] = []

    def look(progress: Progress) -> None:
        if progress.what == "descending" and not seen:
            text = store.document("last", "trace")
            assert text is not None
            outline = outline_from_json(text)
            assert "sharpness_bound" in outline.facts
            seen.append(outline.names)

    run = fit(
        table, "flag", features=["a", "b"], engine="local", steps=4, store=store, on_pass=look
    )
    assert seen == [("a", "b", "intercept")]
    assert load_run(store, "last").trace.params is not None
    assert store.trace("last").loss.tolist() == run.trace.loss.tolist()


def test_with_and_without_a_store_is_the_same(table: str, tmp_path: Path) -> None:
    kept = fit(table, "flag", engine="local", steps=5, store=Store(tmp_path / "runs.db"))
    free = fit(table, "flag", engine="local", steps=5)
    assert kept.trace.params is not None
    assert free.trace.params is not None
    assert kept.trace.params.tobytes() == free.trace.params.tobytes()
    assert (kept.id, free.id) == ("rows-1", None)


def test_what_cannot_be_fitted_leaves_no_run(table: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    with pytest.raises(InputError, match='no column "nothing"'):
        fit(table, "nothing", engine="local", store=store)
    assert not store.path.exists()


def test_rates_are_tried_by_pieces(table: str) -> None:
    here = try_rates(table, Request(table, "flag", holdout=0.0))
    there = try_rates(table, Request(table, "flag", holdout=0.0, engine="local"))
    assert there.suggestion == pytest.approx(here.suggestion, rel=0.2)
    assert there.losses[0] == pytest.approx(here.losses[0])


def test_a_start_is_kept_to_the_bit() -> None:
    third = 1 / 3
    assert plain_start({"a,b=c": third}) == {"a,b=c": third}
    assert plain_start(np.array([third, -0.0])) == [third, 0.0]
    assert plain_start("random") == "random"
    with pytest.raises(InputError, match="start holds"):
        plain_start({"a": float("nan")})
    origin = Origin(Request("x", "y"), plain_start([third]), "one", named=False)
    assert '"start":[0.3333333333333333]' in origin.to_json()


class Named:
    text = "visits"

    def __init__(self, identity: str) -> None:
        self.identity = identity


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("a 1 1\nb 2 3", r"b has the same size, but another time of change; put"),
        ("a 1 1\nb 3 3", r"there was 'b 2 2' and now there is 'b 3 3'"),
        ("a 1 1", r"there was 'b 2 2' \("),
        ("a 1 1\nb 2 2\nc 3 3", r"now there is 'c 3 3'"),
        ("b 2 2\na 1 1", r"the same parts come in another order"),
    ],
)
def test_what_is_another_is_named(now: str, words: str) -> None:
    was = "a 1 1\nb 2 2"
    refuse_other_rows("run-1", was, Named(was))  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match=rf"visits: the data changed since the run run-1.*{words}"):
        refuse_other_rows("run-1", was, Named(now))  # pyright: ignore[reportArgumentType]


def test_what_names_data(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").touch()
    for text in (str(tmp_path), str(tmp_path / "*.parquet"), str(tmp_path / "a.parquet")):
        assert can_be_read(text)
    assert can_be_read("s3://shop/visits")
    assert not can_be_read("a polars DataFrame")
