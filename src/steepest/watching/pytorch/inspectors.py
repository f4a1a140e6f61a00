"""The inspectors of a PyTorch loop, in the order in which they look."""

from __future__ import annotations

from steepest.watching.pytorch.inspector import Inspector

__all__ = ["INSPECTORS"]

INSPECTORS: tuple[type[Inspector], ...] = ()
