"""How long the command line and the import take to start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measure import Contestant, clocked, installed, skipped
from table import Agreement, Goal, Line, Part, command, measured, time_in_words

TITLE = "Start of the command line and of the package"
WHAT = (
    "A whole process from its start to its end, the interpreter's own start included, files "
    "in the cache of the operating system."
)
HELP, IMPORT = "steepest --help", "import steepest"
MOST = {HELP: 0.1, IMPORT: 0.05}
PEERS = {"numpy": "NumPy", "sklearn": "scikit-learn", "torch": "PyTorch", "jax": "JAX"}


def process(words: Sequence[str]) -> str:
    """What a process prints; it must end well."""
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=os.environ)
    return done.stdout


def door() -> list[str]:
    """The installed command, or else the module."""
    script = Path(sys.executable).with_name("steepest")
    return [str(script)] if script.exists() else [sys.executable, "-m", "steepest"]


def python(code: str) -> list[str]:
    """A fresh interpreter."""
    return [sys.executable, "-c", code]


def measure(quick: bool) -> Part:
    """All starts."""
    runs = {HELP: [*door(), "--help"], IMPORT: python(IMPORT)}
    peers = [] if quick else [name for name in PEERS if installed(name)]
    runs |= {f"import {name}": python(f"import {name}") for name in peers}
    runs["limit: python -c pass"] = python("pass")
    for words in runs.values():
        process(words)
    entrants = [
        Contestant(name, clocked(lambda words=words: process(words)), role(name))
        for name, words in runs.items()
    ]
    lines = measured("start", entrants, 3 if quick else 15)
    said = 0.0 if "Usage" in process(runs[HELP]) else 1.0
    agreements = [Agreement("`steepest --help` prints its usage (0: yes)", said, 0.0)]
    return Part(
        lines, [goal(line) for line in lines if line.contestant in MOST], agreements, skipped(PEERS)
    )


def role(name: str) -> str:
    """Imports of the peers do other things, and are there for comparison only."""
    if name in MOST:
        return "steepest"
    return "limit" if name.startswith("limit") else "for comparison"


def goal(line: Line) -> Goal:
    """Under so many seconds."""
    most = MOST[line.contestant]
    wanted = f"`{line.contestant}`: under {time_in_words(most)}"
    return Goal(wanted, time_in_words(line.seconds.median), line.seconds.median < most)


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
