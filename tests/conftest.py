"""For all tests: properties are searched with a fixed seed, and without a clock."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("KERAS_BACKEND", "torch")  # else it looks for a back end that is not there

settings.register_profile("steepest", derandomize=True, deadline=None)
settings.load_profile("steepest")
