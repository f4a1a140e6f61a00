"""Who may ask: the page that this session's link opens, on this machine, and nobody else.

A server on 127.0.0.1 is within reach of every page that the browser shows, and of every
program on the machine. So each request is held to: a Host that is exactly this server (a
foreign name that is made to point here, "DNS rebinding", is not), an Origin that is exactly
the page's own, and the token of the session, which stands in the printed link alone.

Source: RFC 9110 (Host), RFC 6454 (Origin), W3C Fetch Metadata (Sec-Fetch-Site).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

__all__ = ["HEADERS", "MOST_BYTES", "RefusedError", "Visit", "check", "new_token", "read_whole"]

MOST_BYTES = 1_000_000
"""The largest question, in bytes."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer carries, refusals too."""

_DOORS = {"/": "GET", "/ask": "POST"}
_JSON = re.compile(r'application/json(\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)
_ASK_AGAIN = "open the link that `steepest lab` printed, token and all"


class RefusedError(Exception):
    """A request that gets no answer but this: an HTTP status, and why, in a sentence."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True)
class Visit:
    """A request before its body is read: method, path, query, and headers as they came."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]

    def sent(self, name: str) -> list[str]:
        """Every value of a header, in the order they came; names in lower case."""
        return [value for key, value in self.headers if key == name]


def new_token() -> str:
    """256 bits that nobody can guess, as 43 letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(32)


def check(visit: Visit, port: int, token: str) -> None:
    """Raise RefusedError unless this is the session's own page, asking what a page may ask.

    >>> link = Visit("GET", "/", "token=secret", [("host", "localhost:8642")])
    >>> check(link, 8642, "secret")
    >>> check(Visit("GET", "/", "token=secret", [("host", "evil.example:8642")]), 8642, "secret")
    Traceback (most recent call last):
    steepest.live.guard.RefusedError: this server answers to 127.0.0.1:8642 and localhost:8642 alone
    """
    host = _host(visit, port)
    _refuse_other_doors(visit)
    if visit.method == "POST":
        _refuse_other_pages(visit, f"http://{host}")
        _refuse_other_kinds(visit)
        given = visit.sent("x-steepest-token")
    else:
        given = _tokens_of(visit.query)
    if len(given) != 1 or not _same(given[0], token):
        raise RefusedError(403, f"the token of this session is missing or wrong; {_ASK_AGAIN}")


async def read_whole(body: AsyncIterable[bytes]) -> bytes:
    """The body, piece by piece; RefusedError (413) as soon as it is larger than MOST_BYTES."""
    whole = bytearray()
    async for piece in body:
        whole += piece
        if len(whole) > MOST_BYTES:
            raise _too_large()
    return bytes(whole)


def _host(visit: Visit, port: int) -> str:
    hosts = visit.sent("host")
    ours = (f"127.0.0.1:{port}", f"localhost:{port}")
    if len(hosts) != 1 or hosts[0] not in ours:
        raise RefusedError(403, f"this server answers to {' and '.join(ours)} alone")
    return hosts[0]


def _refuse_other_doors(visit: Visit) -> None:
    method = _DOORS.get(visit.path)
    if method is None:
        raise RefusedError(404, f"there is nothing here; {_ASK_AGAIN}")
    if visit.method != method:
        raise RefusedError(405, f"{visit.path} answers {method} alone")


def _refuse_other_pages(visit: Visit, ours: str) -> None:
    """Every browser sends the Origin of a POST; who sends none is no page of ours."""
    if visit.sent("origin") != [ours] or visit.sent("sec-fetch-site") not in ([], ["same-origin"]):
        raise RefusedError(403, "questions are answered to the page of this session alone")


def _refuse_other_kinds(visit: Visit) -> None:
    kinds = visit.sent("content-type")
    if len(kinds) != 1 or not _JSON.fullmatch(kinds[0].strip()):
        raise RefusedError(415, "a question is JSON: Content-Type: application/json")
    if visit.sent("content-encoding"):
        raise RefusedError(415, "a question is sent plain, without Content-Encoding")
    lengths = visit.sent("content-length")
    if lengths and lengths[0].isdecimal() and int(lengths[0][:20]) > MOST_BYTES:
        raise _too_large()


def _too_large() -> RefusedError:
    return RefusedError(413, f"the question is too large; at most {MOST_BYTES:,} bytes are read")


def _tokens_of(query: str) -> list[str]:
    try:
        return parse_qs(query, max_num_fields=10).get("token", [])
    except ValueError:  # more fields than that
        return []


def _same(given: str, token: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), token.encode())
