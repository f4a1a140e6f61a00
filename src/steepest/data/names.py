"""Names of columns: which cannot be, and what may have been meant by one that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from steepest.errors import InputError
from steepest.readable import listed

__all__ = ["NoTableError", "check_names", "did_you_mean", "nearest_name"]


class NoTableError(InputError):
    """What came can be read, and is no table: it has no rows, or two columns of one name.

    code: "empty" or "names", for whoever holds a table against a contract
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def check_names(names: Sequence[str], source: str) -> None:
    """Raise InputError for a column without a name, or two of one name."""
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise NoTableError(f"{source}: column {position} has no name; give it one", "names")
        if name in seen:
            raise NoTableError(
                f'{source}: columns {seen[name]} and {position} are both called "{name}"; '
                "rename one of them",
                "names",
            )
        seen[name] = position


def did_you_mean(name: str, known: Iterable[str], index: Sequence[str] = ()) -> str:
    """The end of a sentence: the nearest known name, or a list of what there is.

    index: names of the rows' own labels, which are no columns.

    >>> did_you_mean("prize", ["size", "price"])
    'did you mean "price"?'
    >>> did_you_mean("weight", ["size", "price"])
    'there are size, price'
    >>> did_you_mean("day", ["size", "price"], index=["day"])
    '"day" is the index: reset_index() makes it a column'
    """
    if name in index:
        return f'"{name}" is the index: reset_index() makes it a column'
    names = list(known)
    near = nearest_name(name, names)
    return f'did you mean "{near}"?' if near else f"there are {listed(names)}"


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name that is most like it, whatever the case; "" where none is.

    >>> nearest_name("prize", ["size", "Price"]), nearest_name("weight", ["size", "price"])
    ('Price', '')
    """
    lower = {other.lower(): other for other in reversed(list(known))}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else ""
