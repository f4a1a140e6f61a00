"""The simulations behind docs/trust-quality.md run, and say rates; none is judged here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks" / "trust"
SECTIONS = sorted(
    path.stem for path in FOLDER.glob("*.py") if "def section(" in path.read_text("utf-8")
)

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the benchmarks are not here")


def test_the_page_holds_every_section() -> None:
    held = re.search(r"SECTIONS = \((.*?)\)", (FOLDER / "all.py").read_text("utf-8"), re.DOTALL)
    assert held is not None
    assert sorted(re.findall(r'"(\w+)"', held[1])) == SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_a_heading_and_figures(name: str) -> None:
    answer = subprocess.run(
        [sys.executable, FOLDER / "all.py", "--only", name, "--quick"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert re.search(r"^## ", answer.stdout, re.MULTILINE)
    assert re.search(r"\d %", answer.stdout) or re.search(r"\| \d", answer.stdout)
