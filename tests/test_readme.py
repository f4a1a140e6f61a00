"""What the README shows is run: its commands, and its Python with the answers it claims."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from steepest.cli.main import main

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.findall(r"```console\n(.*?)```", README.read_text(), flags=re.DOTALL)
COMMANDS = [line[2:] for block in CONSOLE for line in block.splitlines() if line.startswith("$ ")]


def test_the_two_commands_are_two_and_exist() -> None:
    first = [line for line in COMMANDS if line.startswith("python3 dev.py")]
    assert first == ["python3 dev.py demo", "python3 dev.py test"]
    script = (README.parent / "dev.py").read_text()
    assert '"demo": demo' in script
    assert '"test": test' in script


def test_commands_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    ran = 0
    for line in COMMANDS:
        words = shlex.split(line)
        if words[0] != "steepest":
            continue
        result = runner.invoke(main, words[1:], catch_exceptions=False)
        assert result.exit_code == 0, (line, result.output)
        assert result.output.strip(), line
        ran += 1
    assert ran >= 10


def test_python_gives_the_answers_shown() -> None:
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted >= 9
    assert results.failed == 0


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text()):
        assert (README.parent / target).exists(), target
