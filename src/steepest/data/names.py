"""Names of columns: which cannot be, and what may have been meant by one that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from steepest.errors import InputError
from steepest.readable import listed

__all__ = ["check_names", "did_you_mean"]


def check_names(names: Sequence[str], source: str) -> None:
    """Raise InputError for a column without a name, or two of one name."""
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise InputError(f"{source}: column {position} has no name; give it one")
        if name in seen:
            raise InputError(
                f'{source}: columns {seen[name]} and {position} are both called "{name}"; '
                "rename one of them"
            )
        seen[name] = position


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence: the nearest known name, or a list of what there is.

    >>> did_you_mean("prize", ["size", "price"])
    'did you mean "price"?'
    >>> did_you_mean("weight", ["size", "price"])
    'there are size, price'
    """
    names = list(known)
    lower = {other.lower(): other for other in reversed(names)}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return f'did you mean "{lower[close[0]]}"?' if close else f"there are {listed(names)}"
