"""The pages of docs/: made pages are up to date, links lead somewhere, examples are run."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from steepest.cli.main import main
from steepest.diagnosis.diagnose import RULES

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
BLOCK = re.compile(r"```(\w+)(?: (\S+))?\n(.*?)```", flags=re.DOTALL)


def made_faults() -> str:
    spec = importlib.util.spec_from_file_location("make_faults", DOCS / "make_faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page()


def test_the_page_of_faults_is_what_the_rules_say() -> None:
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == made_faults(), (
        "run `python docs/make_faults.py`"
    )


def test_the_page_of_faults_has_every_rule_with_its_weight() -> None:
    page = made_faults()
    rows = re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\) \| .+\. \| ([\w, ]+) \|$", page, re.MULTILINE)
    assert [code for code, _, _ in rows] == [rule.__name__ for rule in RULES]
    assert all(code == anchor and f"\n## {code}\n" in page for code, anchor, _ in rows)
    assert {word for _, _, weights in rows for word in weights.split(", ")} == {
        "info",
        "warning",
        "error",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_gives_the_answers_shown(page: Path) -> None:
    assert doctest.testfile(str(page), module_relative=False).failed == 0
