"""The page shows a first picture, served and as a file, and fetches nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import expect

from steepest.live.bench import Bench

HOSTILE = ("</script><img src=x onerror=alert(1)>", "<!--<script>alert(2)//")
COLOURS = """view => {
  const root = document.querySelector('#steepest-lab').shadowRoot;
  const canvas = root.querySelector(`[data-view="${view}"] canvas`);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(data.buffer)).size;
}"""
VIEWS = ("data", "contours", "cost", "slope", "bowl", "flow")


def check_first_picture(lab: Any) -> None:
    assert lab.look("lab.scene.record.names") == ["w", "b"]
    assert lab.look("lab.scene.record.params[0]") == [-100, 900]
    assert lab.look("lab.scene.record.step.length") == 201
    for view in VIEWS:
        assert lab.page.evaluate(COLOURS, view) > 10, f"{view} is not drawn"
    expect(lab.part(".where")).to_contain_text("iteration 0 of 200")
    expect(lab.part(".card h2")).not_to_be_empty()


def test_the_served_page(lab: Any) -> None:
    check_first_picture(lab)
    expect(lab.part(".card h2")).to_have_text("Unfinished: still going down")


def test_the_file(visit: Any, alone: str) -> None:
    check_first_picture(visit(alone))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_the_command_serves_it(visit: Any) -> None:
    words = [sys.executable, "-m", "steepest", "lab", "--no-browser", "--curve", "w**4 - w"]
    child = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert child.stdout is not None
        lab = visit(child.stdout.readline().split()[-1])
        assert lab.look("lab.scene.record.names") == ["w"]
        assert lab.page.title().endswith("steepest lab")
        expect(lab.part(".card h2")).not_to_be_empty()
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
    assert child.returncode == 0


@pytest.mark.parametrize("columns", [1, 2])
def test_names_of_columns_are_only_ever_text(visit: Any, serve: Any, columns: int) -> None:
    names = [HOSTILE[0], HOSTILE[1] + "_2", HOSTILE[1]]
    table = pl.DataFrame({name: [1.0 + i, 2.0, 4.0, 3.0 * i] for i, name in enumerate(names)})
    bench = Bench.of_table(table, names[:columns], names[2])
    lab = visit(serve(bench).link)
    lab.part(".numbers summary").click()
    assert HOSTILE[1] in lab.part('[data-view="words"]').inner_text()
    assert lab.page.evaluate("document.images.length") == 0
    assert (
        lab.look("document.querySelector('#steepest-lab').shadowRoot.querySelector('img')") is None
    )
    assert lab.page.evaluate("document.scripts.length") == 3
