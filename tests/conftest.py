"""For all tests: properties are searched with a fixed seed, and without a clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steepest", derandomize=True, deadline=None)
settings.load_profile("steepest")
