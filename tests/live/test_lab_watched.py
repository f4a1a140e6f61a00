"""The page of a watched loop: its layers, in every width and light, and nothing that is empty."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from steepest.live.bench import Bench
from steepest.live.export import write_page
from steepest.store import Store
from steepest.watching.watch import watch

_here = importlib.util.spec_from_file_location(
    "watched_records", Path(__file__).with_name("test_watched.py")
)
assert _here is not None
assert _here.loader is not None
records = importlib.util.module_from_spec(_here)
_here.loader.exec_module(records)

SHOWN = """a => a.filter(e => e.checkVisibility()).map(e => e.dataset.view)"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def test_layers_are_shown_and_views_of_nothing_are_not(
    visit: Any, serve: Any, store: Store
) -> None:
    lab = visit(serve(records.saved(store, records.network())).link)
    assert lab.part("[data-view]").evaluate_all(SHOWN) == ["cost", "layers", "words"]
    expect(lab.part(".status")).to_contain_text("A watched loop: its rows and its cost are not")
    assert lab.part("button.apply").count() == 0
    assert not lab.named("button", "Branch here").is_visible()
    expect(lab.part(".facts")).to_contain_text("learning rate α0.001")
    lab.wait("lab.scene.look.log === true")


def test_the_cursor_goes_through_all_views(visit: Any, serve: Any, store: Store) -> None:
    lab = visit(serve(records.saved(store, records.network())).link)
    canvas = lab.canvas("layers")
    box = canvas.bounding_box()
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    lab.wait("lab.scene.hover !== null")
    step = lab.look("lab.scene.record.step[lab.scene.row]")
    assert 1_500 < step < 4_500
    lab.wait(
        "document.querySelector('#steepest-lab').shadowRoot"
        ".querySelector('[data-view=\"layers\"] canvas').ariaLabel.includes('largest')"
    )
    label = canvas.get_attribute("aria-label")
    assert "largest in block.11, 1.2 %, and smallest in block.2, 0 %" in label


def test_the_colour_is_switched_and_is_in_the_link(visit: Any, serve: Any, store: Store) -> None:
    lab = visit(serve(records.saved(store, records.network())).link)
    before = lab.canvas("layers").screenshot()
    lab.part('[data-view="layers"] select').select_option("gradient")
    lab.settle()
    assert lab.look("lab.state.look.layers") == "gradient"
    assert lab.canvas("layers").screenshot() != before
    lab.wait("location.hash.includes('layers=gradient')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("count", [2, 48])
def test_few_and_many_layers_on_a_phone(
    visit: Any, store: Store, tmp_path: Path, count: int, scheme: str
) -> None:
    names = [f"decoder.layers.{number}.attention.projection" for number in range(count)]
    bench = records.saved(store, records.network(rows=500, layers=names))
    page = write_page(bench.setup, tmp_path / "net.html").as_uri()
    lab = visit(page, viewport={"width": 390, "height": 800}, color_scheme=scheme)
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 390
    box = lab.canvas("layers").bounding_box()
    assert box["width"] > 300
    rows = (box["height"] - 84) / count
    assert rows >= 12
    lab.canvas("layers").scroll_into_view_if_needed()
    lab.canvas("layers").screenshot()


def test_findings_and_rows_come_while_it_grows(visit: Any, serve: Any, store: Store) -> None:
    with watch(store=store, name="steep", quiet=True) as watching:
        w = np.full(100, 1.0)

        def step() -> None:
            nonlocal w
            loss = float(w @ w)
            watching.log(loss=loss, params=w, gradient=2 * w, learning_rate=1.05)
            w = w - 1.05 * 2 * w

        import time

        while store.row("last").recorded < 3:
            step()
            time.sleep(0.05)
        lab = visit(serve(Bench.of_run("last", store)).link)
        first = lab.look("lab.scene.record.steps")
        for _ in range(30):
            step()
            time.sleep(0.02)
        lab.wait(f"lab.scene.record.steps > {first + 10}")
        assert lab.look("lab.scene.record.growing")
        lab.wait("lab.scene.record.diagnosis.verdict !== 'cannot_tell'")
    lab.wait("!lab.scene.record.growing")
    expect(lab.part(".about")).to_contain_text("done.")
    assert lab.part("[data-view]").evaluate_all(SHOWN) == ["cost", "layers", "words"]
