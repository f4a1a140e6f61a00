"""Ray is loaded late, and missed in plain words."""

from __future__ import annotations

import sys

import pytest

from steepest.cluster.doors import ray_module
from steepest.errors import InputError


def test_without_ray_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r'pip install "steepest\[ray\]"'):
        ray_module()
