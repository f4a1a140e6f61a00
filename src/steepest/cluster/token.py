"""A token of its own for an embedded Ray, without which nobody is answered at its ports."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from steepest.cluster.doors import ray_module

__all__ = ["forget_token", "take_token"]

NAME = "token"
_SETTINGS = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")


def take_token(folder: Path) -> dict[str, str | None]:
    """Have what Ray begins from now on ask for a new token that lies in the folder.

    Gives what was set before. The token of the user, for clusters, is neither read nor changed.
    """
    before = {name: os.environ.get(name) for name in _SETTINGS}
    path = folder / NAME
    path.touch(0o600)
    path.write_text(secrets.token_hex(32), encoding="ascii")
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(path)}
    os.environ.pop("RAY_AUTH_TOKEN", None)  # it would go before
    _read_again()
    return before


def forget_token(before: dict[str, str | None]) -> None:
    """Set again what was."""
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _read_again()


def _read_again() -> None:
    """Ray reads these settings once a process, unless it is told."""
    raylet: Any = ray_module("ray._raylet")
    with suppress(AttributeError):  # of a later version that has them otherwise
        raylet.Config.initialize("")
        raylet.AuthenticationTokenLoader.instance().reset_cache()
