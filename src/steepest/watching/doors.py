"""The one door for frameworks: late, and with the install command where one is absent."""

from __future__ import annotations

import importlib
from typing import Any

from steepest.errors import InputError

__all__ = ["framework"]


def framework(module: str, extra: str) -> Any:
    """A module of a framework; InputError that says how to install it where it is not there.

    extra:  the optional extra of `steepest` that brings it

    >>> framework("json", "torch").dumps(1)
    '1'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name.partition(".")[0]):
            raise
        raise InputError(
            f"{error.name} is needed for this and is not installed; install it with: "
            f'pip install "steepest[{extra}]"'
        ) from error
