"""Engines that there are not, and wishes for another engine, are refused."""

from __future__ import annotations

from typing import Any

import pytest

from steepest import fit
from steepest.errors import InputError


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"engine": "spark"}, "engine is 'spark'; expected one of auto, local, ray"),
        ({"workers": 2}, "workers is for the engine ray, and the engine is auto"),
        ({"engine": "local", "ray_address": "ray://here:1"}, "ray_address is for the engine ray"),
    ],
)
def test_engines(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fit("houses", "price", **given)
