"""Set the project up and run what a developer runs, with nothing but Python.

    python3 dev.py demo     fit a model to the built-in house prices and write its report
    python3 dev.py test     run the tests
    python3 dev.py check    format, lint, types and tests: what has to pass before a change lands
    python3 dev.py lint     format, lint and types alone
    python3 dev.py fix      format the code and mend what the linter can mend

The first call makes a virtual environment in `.venv` and installs the project there with
the pinned versions of constraints.txt; later calls reuse it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "steepest-installed"
NEEDED = ("pyproject.toml", "constraints.txt")
PLACES = ("src", "tests", "benchmarks", "examples", "docs", "dev.py")


def main(words: list[str]) -> int:
    tasks = {"demo": demo, "test": test, "check": check, "lint": lint, "fix": fix}
    if not words or words[0] not in tasks:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):
        print(f"steepest needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 2
    install()
    return tasks[words[0]](words[1:])


def install() -> None:
    """Make the environment, or bring it up to date where the requirements changed."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in NEEDED)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    if not executable("python").exists():
        print(f"Making a virtual environment in {ENVIRONMENT} ...", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing steepest and what it needs (a minute or two, once) ...", flush=True)
    run("python", "-m", "pip", "install", "-qq", "-c", "constraints.txt", "-e", ".[test]")
    STAMP.write_text(wanted)


def demo(words: list[str]) -> int:
    return run("steepest", "fit", "houses", "--target", "price", *words, check=False)


def test(words: list[str]) -> int:
    return run("python", "-m", "pytest", "-n", "2", *words, check=False)


def lint(words: list[str]) -> int:
    places = [place for place in PLACES if (ROOT / place).exists()]
    failed = run("ruff", "format", "--check", *places, check=False)
    failed |= run("ruff", "check", *places, check=False)
    return failed | run("pyright", "--pythonpath", str(executable("python")), check=False)


def check(words: list[str]) -> int:
    return lint([]) | test(words)


def fix(words: list[str]) -> int:
    places = [place for place in PLACES if (ROOT / place).exists()]
    failed = run("ruff", "check", "--fix", *places, check=False)
    return failed | run("ruff", "format", *places, check=False)


def run(name: str, *arguments: str, check: bool = True) -> int:
    """Run a program of the environment in the project's folder."""
    command = [str(executable(name)), *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if check and done.returncode:
        raise SystemExit(done.returncode)
    return done.returncode


def executable(name: str) -> Path:
    """The path of a program in the environment."""
    windows = os.name == "nt"
    return ENVIRONMENT / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
