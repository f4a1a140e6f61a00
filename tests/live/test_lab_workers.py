"""The page of a run by pieces: its workers before the first step, while it grows, and after."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from steepest.live import saved_runs
from steepest.live.bench import Bench
from steepest.live.export import write_page
from steepest.store import Store

_here = importlib.util.spec_from_file_location(
    "told_workers", Path(__file__).with_name("test_workers.py")
)
assert _here is not None
assert _here.loader is not None
told = importlib.util.module_from_spec(_here)
_here.loader.exec_module(told)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_runs, "EVERY", 0.05)


def test_a_run_is_followed_from_before_its_first_step(
    chromium: Browser, serve: Any, store: Store
) -> None:
    with told.begin(store) as writer:
        link = serve(Bench.of_run("last", store)).link
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text))
        page.goto(link)
        lab = page.locator("#steepest-lab")
        expect(lab.locator(".first")).to_have_text(
            "No step has been taken yet; the pictures begin with the first."
        )
        expect(lab.locator(".workers")).to_be_hidden()
        told.tell(writer, 1, 3, ages=(0.2, 30.0), rows=3_100_000, of_rows=4_000_000)
        title = lab.locator(".workers h2")
        expect(title).to_have_text("Pass 1: step — 3.1M of 4M rows, 0.3 of 1 kB")
        expect(lab.locator(".pass")).to_have_attribute("aria-valuenow", "30")
        first, second = lab.locator(".workers tbody tr").all()
        expect(first.locator("th span")).to_have_text("worker 1")
        expect(first.locator(".beat")).to_contain_text("s ago")
        expect(first).to_have_attribute("data-state", "working")
        expect(second).to_have_attribute("data-state", "silent")
        expect(second.locator(".state")).to_have_text("working, 1 restart")
        expect(lab.locator("canvas").first).to_be_hidden()
        told.step(writer, 0)
        told.step(writer, 1)
        expect(lab.locator('[data-view="cost"] canvas')).to_be_visible()
        expect(lab.locator(".where")).to_contain_text("iteration 1 of 1")
        told.tell(writer, 9, 10, ages=(0.2,))
        expect(title).to_have_text("Pass 9: step — 1 of 1 kB")
        expect(lab.locator(".workers tbody tr").nth(1)).to_be_hidden()
    expect(title).to_have_text("Interrupted in pass 9: step — 1 of 1 kB")
    expect(lab.locator(".about")).to_contain_text("interrupted")
    assert troubles == []
    page.close()


def test_a_worker_that_falls_silent_is_marked_without_news(
    chromium: Browser, serve: Any, store: Store
) -> None:
    with told.begin(store) as writer:
        told.tell(writer, 1, 3, ages=(9.0,))
        page = chromium.new_page()
        page.goto(serve(Bench.of_run("last", store)).link)
        row = page.locator("#steepest-lab .workers tbody tr")
        expect(row).to_have_attribute("data-state", "silent")
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_of_it_on_a_phone(visit: Any, store: Store, tmp_path: Path, scheme: str) -> None:
    with told.begin(store) as writer:
        told.tell(writer, 12, 10, ages=(0.1,) * 40, rows=1_000, of_rows=1_000)
        told.step(writer, 0)
        told.step(writer, 1)
    page = write_page(Bench.of_run("last", store).setup, tmp_path / "run.html").as_uri()
    lab = visit(page, viewport={"width": 390, "height": 800}, color_scheme=scheme)
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 390
    room = lab.part(".workers .table-room")
    assert room.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert room.bounding_box()["height"] < 400
    assert lab.part(".workers tbody tr").count() == 40
    expect(lab.part(".workers .beat").nth(1)).to_have_text("")
    expect(lab.part(".workers .pieces").nth(1)).to_be_hidden()


def test_at_the_end_the_workers_step_back(visit: Any, serve: Any, store: Store) -> None:
    with told.begin(store) as writer:
        told.tell(writer, 1, 10, rows=20_640, of_rows=20_640)
        told.step(writer, 0)
        told.step(writer, 1)
        lab = visit(serve(Bench.of_run("last", store)).link)
        expect(lab.part(".workers table")).to_be_visible()
        trace = store.trace("last")
        writer.finish(trace_done(trace), {})
        expect(lab.part(".workers h2")).to_have_text("1 pass over 20,640 rows (1 kB) by 1 worker")
        expect(lab.part(".workers table")).to_be_hidden()
        lab.part(".workers summary").click()
        expect(lab.part(".workers table")).to_be_visible()


def trace_done(trace: Any) -> Any:
    from dataclasses import replace

    from steepest.trace import Stop

    return replace(trace, stop=Stop("budget", "as many steps as were asked for"))


def test_a_run_that_ends_before_its_first_step_says_so(
    chromium: Browser, serve: Any, store: Store
) -> None:
    with told.begin(store) as writer:
        told.tell(writer, 1, 3)
        page = chromium.new_page()
        page.goto(serve(Bench.of_run("last", store)).link)
        expect(page.locator("#steepest-lab .first")).to_contain_text("No step has been taken yet")
    first = page.locator("#steepest-lab .first")
    expect(first).to_contain_text("holds no step yet to show (interrupted")
    page.close()
