"""What lies here and is no test: it is run in a process of its own."""

from __future__ import annotations

collect_ignore = ["keras_study.py"]
