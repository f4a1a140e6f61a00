"""Tables with a leak planted in them, as the benchmark makes them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PLACE = Path(__file__).parents[3] / "benchmarks" / "trust" / "leakage.py"


@pytest.fixture(scope="session")
def planted() -> ModuleType:
    """The benchmark's tables and plants; it lies outside the package."""
    if not PLACE.exists():
        pytest.skip("the benchmarks are not here")
    spec = importlib.util.spec_from_file_location("planted_leaks", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["planted_leaks"] = module
    spec.loader.exec_module(module)
    return module
