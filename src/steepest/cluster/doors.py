"""The one door for Ray: late, and with the install command where it is absent."""

from __future__ import annotations

import importlib
import os
from typing import Any

from steepest.errors import InputError

__all__ = ["ray_module"]

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # calls of a worker that is dead already
}


def ray_module(name: str = "ray") -> Any:
    """Ray, or a module of it, told to report to nobody; InputError where it is not installed."""
    for setting, value in QUIET.items():
        os.environ.setdefault(setting, value)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "ray":
            raise
        raise InputError(
            "ray is needed for engine 'ray' and is not installed; install it with: "
            'pip install "steepest[ray]"'
        ) from error
