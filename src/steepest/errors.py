"""What went wrong outside the program: bad input, and packages that are not installed.

Every door (command line, Python, later the live page) turns an `InputError` into the
same one plain sentence: what was expected, what came, where, and what to do.
"""

from __future__ import annotations

__all__ = ["InputError", "MissingDependencyError"]


class InputError(ValueError):
    """The input or the arguments cannot be used; the message says how to mend them."""


class MissingDependencyError(ImportError):
    """An optional package is asked for and not installed; the message holds the command."""
