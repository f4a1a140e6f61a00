"""The inspectors of a PyTorch loop, in the order in which they look."""

from __future__ import annotations

from steepest.watching.pytorch.inputs import Inputs
from steepest.watching.pytorch.inspector import Inspector
from steepest.watching.pytorch.origin import Origin

__all__ = ["INSPECTORS"]

INSPECTORS: tuple[type[Inspector], ...] = (Origin,)
