"""The house's floors: who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import steepest

ROOT = Path(steepest.__file__).parent

GROUND = {"arguments", "errors", "readable", "scratch_folder", "trace", "version", "whole_file"}
ABOVE_TRACE = GROUND | {"data", "objective", "descent", "diagnosis", "storage", "store"}
RUN = ABOVE_TRACE | {"model", "evaluation", "landscape", "run", "fitting", "sample"}
RUN |= {"saved", "run_json", "comparison", "training", "stopwatch", "asking", "ready"}
RUN |= {"applying", "studying", "exporting", "pairing", "passes", "scaling"}
# floor -> floors that it may import, besides itself
MAY: dict[str, set[str]] = {
    "arguments": {"errors", "readable"},
    "whole_file": {"errors"},
    "scratch_folder": set(),
    "errors": set(),
    "readable": set(),
    "version": set(),
    "trace": {"errors"},
    "data": GROUND,
    "objective": GROUND | {"data.blocks", "data.sparse"},
    "descent": GROUND | {"objective"},
    "diagnosis": GROUND,
    "storage": GROUND,
    "store": GROUND | {"storage"},
    "logs": GROUND | {"storage", "store"},
    "landscape": GROUND | {"objective"},
    "model": GROUND | {"data", "objective"},
    "evaluation": GROUND | {"data", "model"},
    "passes": GROUND | {"data", "objective", "model", "evaluation", "storage"},
    "scaling": RUN | {"cluster"},
    "cluster": GROUND | {"data", "objective", "passes"},
    "run": RUN,
    "sample": RUN,
    "saved": RUN,
    "fitting": RUN,
    "run_json": RUN,
    "comparison": RUN,
    "training": RUN,
    "applying": RUN,
    "asking": RUN,
    "studying": RUN,
    "pairing": RUN,
    "exporting": RUN,
    "sklearn": RUN,
    "ready": RUN,
    "stopwatch": GROUND,
    "views": GROUND
    | {"run", "landscape", "diagnosis.finding", "data.contract", "evaluation"}
    | {"applying", "descent.range_test", "data.breach", "studying"},
    "lessons": RUN,
    "live": RUN | {"views", "lessons", "logs"},
    "watching": GROUND | {"diagnosis", "storage", "store"},
    "cli": RUN | {"views", "lessons", "logs", "live"},
}


def floor_of(module: str) -> str:
    return module.removeprefix("steepest.").split(".")[0]


def imports_of(path: Path) -> set[str]:
    """Modules of ours that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("steepest"):
            assert node.level == 0, "imports are absolute"
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.startswith("steepest")}
    return found


FILES = [
    path.relative_to(ROOT)
    for path in sorted(ROOT.rglob("*.py"))
    if path.name not in ("__main__.py",) and path.relative_to(ROOT) != Path("__init__.py")
]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_keep_to_their_floor(path: Path) -> None:
    floor = path.parts[0].removesuffix(".py")
    allowed = MAY[floor]
    for module in imports_of(ROOT / path):
        name = module.removeprefix("steepest.")
        fine = floor_of(module) == floor or floor_of(module) in allowed or name in allowed
        assert fine, f"{path} may not import {module}"


def test_nothing_heavy_is_loaded_by_the_package() -> None:
    heavy = [
        "torch",
        "jax",
        "keras",
        "optax",
        "sklearn",
        "matplotlib",
        "numba",
        "numpy",
        "polars",
        "sympy",
    ]
    code = f"import sys, steepest; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_but_click() -> None:
    code = (
        "import sys; sys.argv = ['steepest', '--help']\n"
        "from steepest.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'polars', 'rich', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_public_names_are_complete_and_documented() -> None:
    assert list(steepest.__all__) == sorted(steepest.__all__)
    for name in steepest.__all__:
        value = getattr(steepest, name)
        if name not in ("__version__",):
            assert (value.__doc__ or "").strip(), name


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_module_says_what_it_is_and_what_it_offers(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text())
    assert ast.get_docstring(tree), path
    if path.name == "__init__.py":
        return
    names = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    ]
    if path != Path("version.py"):
        assert len(names) == 1, f"{path} has no __all__"
