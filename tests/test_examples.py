"""Every example runs, and prints something."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
# an example -> the framework that it is about, where that is an optional extra
NEEDS = {
    "watch_keras.py": "keras",
    "watch_lightning.py": "pytorch_lightning",
    "watch_optax.py": "optax",
    "watch_pytorch.py": "torch",
    "watch_transformers.py": "transformers",
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    if path.name in NEEDS and importlib.util.find_spec(NEEDS[path.name]) is None:
        pytest.skip(f"{NEEDS[path.name]} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_loop_written_by_hand_is_diagnosed(tmp_path: Path) -> None:
    (path,) = [path for path in EXAMPLES if path.name == "your_own_loop.py"]
    done = subprocess.run([sys.executable, str(path)], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith("Diverging")
