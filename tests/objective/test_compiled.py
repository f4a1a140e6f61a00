"""Compiled code is kept where that can be, is never stale, and works where it cannot be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALLEE = """
from steepest.objective.compiled import SUMS, compiled

@compiled(SUMS)
def inner(x):
    return x + {step}
"""
CALLER = """
from callee import inner
from steepest.objective.compiled import SUMS, compiled

@compiled(SUMS)
def outer(x):
    return 10.0 * inner(x)
"""
MAIN = "from caller import outer; print(outer(1.0), sum(outer.stats.cache_hits.values()))"


def run(folder: Path, code: str, **places: str) -> list[str]:
    places |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "callee.py").write_text(CALLEE.format(step=1.0))
    return tmp_path


def test_it_is_kept_until_what_it_calls_changes(folder: Path) -> None:
    kept = {"NUMBA_CACHE_DIR": str(folder / "kept")}
    assert run(folder, MAIN, **kept) == ["20.0", "0"]
    assert run(folder, MAIN, **kept) == ["20.0", "1"]
    (folder / "callee.py").write_text(CALLEE.format(step=20.0))
    assert run(folder, MAIN, **kept) == ["210.0", "0"]


def test_what_was_kept_and_is_broken_is_compiled_anew(folder: Path) -> None:
    kept = {"NUMBA_CACHE_DIR": str(folder / "kept")}
    run(folder, MAIN, **kept)
    for path in (folder / "kept").rglob("*.nbi"):
        path.write_bytes(path.read_bytes()[:-5])
    assert run(folder, MAIN, **kept) == ["20.0", "0"]
    assert run(folder, MAIN, **kept) == ["20.0", "1"]


def test_it_works_without_a_place_to_keep_it(folder: Path) -> None:
    blocked = folder / "file"
    blocked.write_text("no folder")
    nowhere = {
        "NUMBA_CACHE_DIR": str(blocked / "kept"),
        "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
    }
    code = (
        "import numba\n"
        "try:\n    numba.njit(cache=True)(lambda x: x)\nexcept RuntimeError:\n    print('none')\n"
    )
    assert run(folder, code, **nowhere) == ["none"]
    assert run(folder, MAIN, **nowhere) == ["20.0", "0"]


def test_a_disk_that_fills_up_does_not_end_a_descent(folder: Path) -> None:
    code = (
        "import shutil\nfrom caller import outer\n"
        f"shutil.rmtree({str(folder / 'kept')!r})\n"
        f"open({str(folder / 'kept')!r}, 'w').close()\n"
        "print(outer(1.0))"
    )
    assert run(folder, code, NUMBA_CACHE_DIR=str(folder / "kept")) == ["20.0"]
