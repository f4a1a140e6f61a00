"""The benchmarks run, agree with their peers, and write a well-formed page; no times here."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
BROWSER = os.environ.get("CI") or os.environ.get("STEEPEST_CHROMIUM") or shutil.which("chromium")
TABLES = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if "def measure(quick" in path.read_text("utf-8") and (BROWSER or path.stem != "lab")
)

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the benchmarks are not here")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder of the figures, and what each table prints; all run at once."""
    folder = tmp_path_factory.mktemp("figures")
    running = {
        name: subprocess.Popen(
            [sys.executable, FOLDER / f"{name}.py", "--quick", "--json", folder / f"{name}.json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=None,
        )
        for name in TABLES
    }
    printed: dict[str, str] = {}
    for name, process in running.items():
        out, error = process.communicate(timeout=300)
        assert process.returncode == 0, f"{name}: {error}"
        printed[name] = out
    return folder, printed


def figures(outcomes: tuple[Path, dict[str, str]], name: str) -> dict[str, Any]:
    return json.loads((outcomes[0] / f"{name}.json").read_text())


def test_there_is_a_table_for_each_question() -> None:
    assert {"batch_step", "command_line", "least_squares", "recording", "stochastic"} <= set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_contestants_agree(outcomes: tuple[Path, dict[str, str]], name: str) -> None:
    agreements = figures(outcomes, name)["agreements"]
    assert agreements
    for found in agreements:
        assert found["difference"] <= found["allowed"] <= 0.05, found


@pytest.mark.parametrize("name", TABLES)
def test_the_table_is_well_formed(outcomes: tuple[Path, dict[str, str]], name: str) -> None:
    printed, table = outcomes[1][name], figures(outcomes, name)
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert printed.startswith(f"## {table['title']}\n")
    assert len(rows) >= 2 + len(table["lines"]) + len(table["goals"])
    widths = {row.count("|") for row in rows}
    assert widths <= {4, 6}
    assert "Measured in" in printed


@pytest.mark.parametrize("name", TABLES)
def test_every_problem_begins_with_steepest(
    outcomes: tuple[Path, dict[str, str]], name: str
) -> None:
    seen: set[str] = set()
    for line in figures(outcomes, name)["lines"]:
        spread, times = line["seconds"], line["ratio"]
        assert math.isfinite(spread["median"])
        assert spread["low"] <= spread["median"] <= spread["high"]
        if line["problem"] not in seen:
            assert line["role"] == "steepest"
            assert times["low"] == times["high"] == 1.0
        seen.add(line["problem"])


@pytest.mark.parametrize("name", TABLES)
def test_whatever_is_lost_is_said(outcomes: tuple[Path, dict[str, str]], name: str) -> None:
    table = figures(outcomes, name)
    beaten = [x for x in table["lines"] if x["role"] == "peer" and x["ratio"]["median"] < 1]
    missed = [goal for goal in table["goals"] if not goal["reached"]]
    assert len(table["losses"]) == len(beaten) + len(missed)
    for line in beaten:
        assert any(line["contestant"] in loss for loss in table["losses"])
    for goal in missed:
        assert any(goal["wanted"] in loss for loss in table["losses"])


def test_the_page_holds_every_table(outcomes: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, page = outcomes[0], tmp_path / "page.md"
    words = ["--quick", "--figures", folder, "--only", "command_line", "--write", page]
    subprocess.run([sys.executable, FOLDER / "all.py", *words], check=True, capture_output=True)
    text = page.read_text("utf-8")
    for name in TABLES:
        table = figures(outcomes, name)
        assert table["markdown"].strip() in text
        for loss in table["losses"]:
            assert text.index("## Where steepest loses") < text.index(f"- {loss}")
    assert "Quick runs" in text
