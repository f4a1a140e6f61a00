"""The page shows a first picture, served and as a file, and fetches nothing."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable

import polars as pl
import pytest
from conftest import Lab, Place

from steepest.live.bench import Bench

HOSTILE = "</script><img src=x onerror=alert(1)>"
PAINTED = """(view) => {
  const root = document.querySelector('#steepest-lab').shadowRoot;
  const canvas = root.querySelector(`[data-view="${view}"] canvas`);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(data.buffer)).size;
}"""


def check_first_plot(lab: Lab) -> None:
    assert lab.look("lab.scene.record.names") == ["w", "b"]
    assert lab.look("lab.scene.record.params[0]") == [-100, 900]
    assert lab.look("lab.scene.record.step.length") == 201
    for view in ("data", "contours", "cost", "slope", "bowl", "flow"):
        assert lab.page.evaluate(PAINTED, view) > 10, f"{view} is not drawn"
    assert lab.part(".card h2").inner_text() != ""
    assert "iteration 0 of 200" in lab.part(".where").inner_text()
