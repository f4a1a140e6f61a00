"""What the README and the pages of docs/ show is run: files, commands and what they print,
Python with the answers it claims; made pages are up to date, and links lead somewhere."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from steepest.cli.main import main
from steepest.diagnosis.diagnose import RULES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^```(python|console)(?: (\S+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.+?)(?:\s+# exit status (\d))?$", re.MULTILINE)
TINY = re.compile(r"\b\d[\d.]*e-\d+")  # rounding differs from machine to machine

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """An empty working folder, whose modules are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == tmp_path:
            del sys.modules[name]


@each_page
@pytest.mark.usefixtures("folder")
def test_what_a_page_shows_is_run(page: Path) -> None:
    """In the order of the page: a block with the name of a file is that file; the commands of
    a console exit as said and print what is below them, if anything is; "..." is anything.
    Python then finds the files and what the commands made of them."""
    for language, name, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if name:
            Path(name).write_text(text, encoding="utf-8")
        elif language == "console":
            _, *parts = COMMAND.split(text)
            for line, status, shown in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
                printed = output_of(line, int(status or 0))
                assert not shown.strip() or same(shown, printed), f"{line}\n{printed}"
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


def output_of(line: str, status: int) -> str:
    """What a command prints, in the working folder; steepest prints something."""
    program, *words = shlex.split(line)
    if program == "steepest":
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == status, (line, result.output)
        assert result.output.strip(), line
        return result.output
    if program == "python":
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
        assert done.returncode == status, (line, done.stderr)
        return done.stdout
    assert line.startswith("python3 dev.py "), line  # of the README; needs a network
    return ""


def same(shown: str, printed: str) -> bool:
    want, got = (TINY.sub("tiny", text).strip() + "\n" for text in (shown, printed))
    if want.startswith("...\n"):  # would be the prompt of a doctest
        want = want.replace("...\n", "... ", 1)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(want, got, options)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def made_faults() -> str:
    spec = importlib.util.spec_from_file_location("make_faults", DOCS / "make_faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page()


def test_the_page_of_faults_is_what_the_rules_say() -> None:
    written = (DOCS / "faults.md").read_text(encoding="utf-8")
    assert written == made_faults(), "run `python docs/make_faults.py`"


def test_the_page_of_faults_has_every_rule_with_its_weight() -> None:
    page = made_faults()
    rows = re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\) \| .+\. \| ([\w, ]+) \|$", page, re.MULTILINE)
    assert [code for code, _, _ in rows] == [rule.__name__ for rule in RULES]
    assert all(code == anchor and f"\n## {code}\n" in page for code, anchor, _ in rows)
    weights = {word for _, _, words in rows for word in words.split(", ")}
    assert weights == {"info", "warning", "error"}
