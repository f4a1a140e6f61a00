"""The one door to packages that are not installed unless asked for."""

from __future__ import annotations

import importlib
from typing import Any

from steepest.errors import InputError

__all__ = ["not_installed", "optional"]


def optional(name: str, extra: str, what: str) -> Any:
    """The package, loaded now; InputError with the command that installs it where it is not there.

    extra: ours that brings it; what: needs it, in words.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise not_installed(error.name or name, extra, what) from error


def not_installed(name: str, extra: str, what: str) -> InputError:
    """What is said of a package that is missing.

    >>> str(not_installed("duckdb", "duckdb", "a query to homes.duckdb"))
    "a query to homes.duckdb needs the package duckdb, which is not installed: \
pip install 'steepest[duckdb]'"
    """
    return InputError(
        f"{what} needs the package {name}, which is not installed: pip install 'steepest[{extra}]'"
    )
