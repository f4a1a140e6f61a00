"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(content: bytes, path: Path) -> None:
    """Write beside the place and move there, so that no half of a file is ever seen.

    Raises OSError where that cannot be done; what was there before is then still there.
    """
    place = path.resolve()  # a link keeps pointing where it points
    temporary = place.parent / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(place)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
