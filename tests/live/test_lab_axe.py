"""No serious finding of axe-core; no sideways scrolling on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from steepest.descent.recorder import Row
from steepest.live.bench import Bench
from steepest.scaling.told import Told, ToldPass, ToldWorker
from steepest.store import Store

RUN = """() => axe.run(document, {resultTypes: ['violations']}).then(found =>
  found.violations.filter(each => ['serious', 'critical'].includes(each.impact)).map(each =>
    [each.id, ...each.nodes.map(node => node.html.slice(0, 160) + ' ' + node.failureSummary)]))"""
FULL = """{
  setting: {rate: 0.6, steps: 60}, beside: {...lab.state.setting, rate: 0.3},
  look: {ask: true, at: 7, log: true, secant: 0.2},
}"""
SIZES = [(1440, 900), (390, 844)]


@pytest.fixture(scope="session")
def axe(frontend: Path) -> str:
    path = frontend / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail("axe-core is not installed: python3 dev.py frontend")
        pytest.skip("axe-core is not installed: python3 dev.py frontend")
    return path.read_text("utf-8")


def check(lab: Any) -> None:
    assert lab.page.evaluate(RUN) == []


def no_sideways(lab: Any) -> None:
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert lab.page.evaluate(wide)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_line(visit: Any, houses: Any, axe: str, theme: str, width: int, height: int) -> None:
    size = {"width": width, "height": height}
    lab = visit(houses.link, color_scheme=theme, viewport=size)
    lab.page.evaluate(axe)
    check(lab)
    no_sideways(lab)
    lab.act(FULL)
    for summary in (".numbers summary", ".mover summary"):
        lab.part(summary).click()
    lab.part(".card[data-verdict='diverging']").wait_for()
    check(lab)
    no_sideways(lab)


@pytest.mark.parametrize(("theme", "size"), [("light", SIZES[1]), ("dark", SIZES[0])])
def test_two_classes(visit: Any, serve: Any, axe: str, theme: str, size: tuple[int, int]) -> None:
    place = serve(Bench.of_table("breast_cancer", ["mean_radius", "mean_texture"]))
    viewport = {"width": size[0], "height": size[1]}
    lab = visit(place.link, color_scheme=theme, viewport=viewport)
    lab.page.evaluate(axe)
    check(lab)
    no_sideways(lab)


def test_a_curve_on_a_phone(visit: Any, serve: Any, axe: str) -> None:
    place = serve(Bench.of_curve("w**4 - 3*w**2 + w", start=2.0, rate=0.03))
    lab = visit(place.link, viewport={"width": 390, "height": 844})
    lab.page.evaluate(axe)
    check(lab)
    no_sideways(lab)
    lab.part("summary").get_by_text("Lessons").click()
    check(lab)
    no_sideways(lab)


@pytest.mark.parametrize(("theme", "size"), [("light", SIZES[0]), ("dark", SIZES[1])])
def test_workers(
    visit: Any, serve: Any, axe: str, tmp_path: Path, theme: str, size: tuple[int, int]
) -> None:
    from datetime import UTC, datetime

    store, heard = Store(tmp_path / "s.db"), datetime.now(UTC).isoformat()
    states: tuple[Any, ...] = ("working", "idle", "lost")
    workers = [ToldWorker(f"worker {i}", 1, 1, 1, i, heard, states[i], i) for i in range(3)]
    told = Told(ToldPass("step", 2, 1, 2, 10, 20, 1.0), "ray", tuple(workers))
    with store.begin("r", {"workers": msgspec.json.encode(told).decode()}) as writer:
        one = np.ones(1)
        writer.add(Row(0, 1.0, one, one, 0.1))
        writer.flush()
        place = serve(Bench.of_run("last", store))
        viewport = {"width": size[0], "height": size[1]}
        lab = visit(place.link, color_scheme=theme, viewport=viewport)
        lab.part(".workers tbody tr").nth(2).wait_for()
        lab.page.evaluate(axe)
        check(lab)
        no_sideways(lab)
