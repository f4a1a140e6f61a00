"""A saved run is replayed, branched from, and trained again with a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from steepest.fitting import fit
from steepest.live.bench import Bench
from steepest.live.export import write_page
from steepest.saved import load_run
from steepest.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def test_a_diverging_run_is_mended_from_the_card(visit: Any, serve: Any, store: Store) -> None:
    run = fit("houses", "price", learning_rate=2.05, steps=60, store=store)
    assert run.id is not None
    lab = visit(serve(Bench.of_run(run.id, store)).link)
    expect(lab.part(".card")).to_have_attribute("data-verdict", run.diagnosis.verdict)
    assert lab.look("lab.scene.record.loss") == pytest.approx(list(run.trace.loss))
    lab.named("button", "Train again so").first.click()
    lab.wait("lab.scene.beside !== null")
    again = load_run(store, "houses-2")
    expect(lab.part(".card")).to_have_attribute("data-verdict", again.diagnosis.verdict)
    assert lab.look("lab.scene.beside.loss") == pytest.approx(list(run.trace.loss))


def test_a_run_is_branched_from(visit: Any, serve: Any, store: Store) -> None:
    run = fit("houses", "price", learning_rate=0.1, steps=40, store=store)
    assert run.id is not None
    lab = visit(serve(Bench.of_run(run.id, store)).link)
    lab.act("{look: {at: 4}}")
    lab.named("button", "Branch here").click()
    lab.wait("lab.scene.beside !== null")
    assert lab.look("lab.scene.beside.step[0]") == 4
    assert lab.look("lab.scene.beside.rate[0]") == pytest.approx(0.05)


def test_a_file_of_a_run_plays_it_back(visit: Any, store: Store, tmp_path: Path) -> None:
    run = fit("diabetes", "progression", steps=30, learning_rate=0.2, store=store)
    assert run.id is not None
    bench = Bench.of_run(run.id, store)
    lab = visit(write_page(bench.setup, tmp_path / "run.html").as_uri())
    assert lab.look("lab.scene.record.loss.length") == 31
    lab.named("button", "to the last iteration").click()
    lab.settle()
    assert lab.look("lab.scene.row") == 30
    expect(lab.part(".card h2")).not_to_be_empty()
    assert lab.part("button.apply").count() == 0
    assert (
        lab.part(".choices select").evaluate_all("a => a.some(e => e.checkVisibility())") is False
    )
