"""The cost model of docs/scaling.md: its formulas against brute force, and its page is whole."""

from __future__ import annotations

import doctest
import importlib
import math
import re
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.passes.forest import Forest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / "scale"

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the benchmarks are not here")


@pytest.fixture(scope="module")
def modules() -> Generator[dict[str, Any]]:
    """Those of the folder that only compute; forgotten afterwards, for their names are short."""
    names = ("all", "cost_model", "clusters", "rates", "measured_page", "peers", "checked")
    others = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    before, known = list(sys.path), set(sys.modules)
    sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]
    yield {name: importlib.import_module(name) for name in names}
    sys.path[:] = before
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(FOLDER.parent)):
            del sys.modules[name]
    sys.modules.update(others)


@pytest.fixture(scope="module")
def made(modules: dict[str, Any]) -> Any:
    """Constants of a machine that does not exist."""
    widths = modules["rates"].WIDTHS
    keys = [(d, t) for d in widths for t in (1, 2)]
    each = {d: 1e-6 * d for d in widths}
    return modules["rates"].Rates(
        disk=1e9, cached=4e9, stream=1e10, decode=dict.fromkeys(keys, 1e-08),
        survey={k: 5e-7 / k[1] for k in keys}, gram=each, qr=each,
        loss={k: 4e-8 / k[1] for k in keys}, copy=each, merge=each,
        fixed=dict.fromkeys(widths, 2.0), packed=each, footer=2e-4, journal=2e-5, task=1e-4,
        spread=0.05,
        ray=modules["rates"].Latency(1e-3, 2e-4, {1: 1.2e-3, 2: 1.4e-3, 4: 1.8e-3}),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["cost_model", "clusters", "all"])
def test_examples_hold(modules: dict[str, Any], name: str) -> None:
    found = doctest.testmod(modules[name])
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    ("begin", "end", "leaves"), [(0, 5, 5), (3, 11, 13), (8, 13, 13), (1, 2, 2)]
)
def test_nodes_of_a_stretch_are_those_of_the_forest(
    modules: dict[str, Any], begin: int, end: int, leaves: int
) -> None:
    forest: Forest[int] = Forest(leaves, lambda left, right: left + right)
    for leaf in range(begin, end):
        forest.add((0, leaf), 1)
    assert modules["cost_model"]._nodes(begin, end, leaves) == len(forest.nodes)


def test_no_number_of_workers_is_better_than_the_best(modules: dict[str, Any], made: Any) -> None:
    model, clusters = modules["cost_model"], modules["clusters"]
    rows, costs = model.Rows(1e9, 20), clusters.costs_of(made, 20)
    ample = replace(clusters.ASSUMED, memory=rows.size)
    best, least = model.best_workers(rows, ample, costs)

    def seconds(workers: int) -> float:
        return sum(model.step(rows, replace(ample, workers=workers), costs).values())

    assert seconds(round(best)) == pytest.approx(least, rel=1e-3)
    assert least < min(seconds(round(best * 0.8)), seconds(round(best * 1.25)))


def test_a_tree_of_reducers_is_faster_where_there_are_many(
    modules: dict[str, Any], made: Any
) -> None:
    model, clusters = modules["cost_model"], modules["clusters"]
    rows, costs = model.Rows(1e9, 20), clusters.costs_of(made, 20)
    many = replace(clusters.ASSUMED, memory=rows.size, workers=10_000)
    f = model.best_fan_in(costs.call, costs.answer)
    assert model.tree_step(rows, many, costs, f) < sum(model.step(rows, many, costs).values()) / 10


def test_parts_of_a_survey_go_as_they_should(modules: dict[str, Any], made: Any) -> None:
    model, clusters = modules["cost_model"], modules["clusters"]
    costs = clusters.costs_of(made, 20)
    ten, hundred = (
        model.survey(model.Rows(1e12, 20), replace(clusters.ASSUMED, workers=W), costs)
        for W in (10, 100)
    )
    assert ten["rows"] == pytest.approx(10 * hundred["rows"])
    assert ten["footers"] == hundred["footers"]
    assert ten["rows"] >= 8 * 21 * 1e12 / 10 / clusters.ASSUMED.storage


def test_rows_without_room_are_read_again_at_every_step(modules: dict[str, Any], made: Any) -> None:
    model, clusters = modules["cost_model"], modules["clusters"]
    rows, costs = model.Rows(1e9, 20), clusters.costs_of(made, 20)
    crowded = replace(clusters.ASSUMED, workers=10)
    held = model.held_share(rows, crowded)
    assert held == pytest.approx(10 * 4e9 / rows.size)
    assert model.row_seconds(rows, crowded, costs) >= (1 - held) * rows.size / crowded.storage


def test_the_slowest_of_many_is_bounded(modules: dict[str, Any]) -> None:
    draws = np.random.default_rng(0).standard_normal((4_000, 100)).max(axis=1).mean()
    assert 1 + 0.1 * draws < modules["cost_model"].slowest(100, 0.1) < 1 + 0.13 * draws


def test_what_is_written_goes_into_the_page(modules: dict[str, Any], made: Any) -> None:
    page = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    put = modules["all"].put
    for name in modules["all"].SECTIONS:
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- end of {name} -->") == 1
        again = put(put(page, name, "one"), name, r"\2 two")
        assert again.count(r"\2 two") == 1
        assert "\none\n" not in again
    with pytest.raises(LookupError, match="no section"):
        put(page, "nothing", "")


def test_tables_are_well_formed(modules: dict[str, Any], made: Any) -> None:
    text = "\n".join(
        [modules["clusters"].section(made), modules["measured_page"].rates_table(made)]
    )
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    assert len(tables) == 6
    for table in tables:
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert math.isfinite(modules["clusters"].Rows(1e12, 100).size)
