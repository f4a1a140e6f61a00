"""What the README promises of itself; that what it shows is true is in test_docs.py."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.findall(r"```console\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
COMMANDS = [line[2:] for block in CONSOLE for line in block.splitlines() if line.startswith("$ ")]


def test_the_two_commands_are_two_and_exist() -> None:
    first = [line for line in COMMANDS if line.startswith("python3 dev.py")]
    assert first == ["python3 dev.py demo", "python3 dev.py test"]
    script = (README.parent / "dev.py").read_text("utf-8")
    assert '"demo": demo' in script
    assert '"test": test' in script


def test_there_is_something_to_run() -> None:
    assert sum(line.startswith("steepest ") for line in COMMANDS) >= 10
    assert len(doctest.DocTestParser().get_examples(README.read_text("utf-8"))) >= 9
