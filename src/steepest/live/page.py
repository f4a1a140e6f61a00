"""The one HTML page of the lab: served with a token, or a file that stands alone.

Everything is inside: the script, the data, even the icon. A content security policy lets
just that script run, by its hash, and forbids all loading; the served page may ask its own
server, the lone file nobody.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Literal

import msgspec

__all__ = ["TITLE_END", "Page", "page_of", "plain_setup", "script"]

TITLE_END = " \N{MIDDLE DOT} steepest lab</title>"
"""How the title of every such page ends; an export is told by it."""

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M1 2c1 16 13 16 14 0' fill='none' stroke='%232b6cb0' stroke-width='2'/%3E"
    "%3Ccircle cx='8' cy='12' r='3' fill='%23d9480f'/%3E%3C/svg%3E"
)
# As JSON escapes: what could end the script element, or the line in an old parser.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Page:
    """html: the whole page; policy: its content security policy, for the header."""

    html: str
    policy: str


def page_of(setup: Any, *, token: str | None = None) -> Page:
    """The page that begins with this setup: served where there is a token, else alone.

    setup: as `plain_setup` takes it; the names in it may hold anything, markup too.
    """
    plain = plain_setup(setup, "none" if token is None else "http")
    code = script()
    policy = _policy(code, "'none'" if token is None else "'self'")
    link = "" if token is None else _data("steepest-link", {"token": token})
    html = "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f"<title>{escape(str(plain['title']))}{TITLE_END}",
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f'<link rel="icon" href="{_ICON}">',
            "</head>",
            "<body>",
            '<div id="steepest-lab"></div>',
            "<noscript>The lab is a live page: it needs JavaScript, which is turned off here."
            "</noscript>",
            _data("steepest-setup", plain) + link,
            f'<script type="module">{code}</script>',
            "</body>",
            "</html>\n",
        ]
    )
    return Page(html, f"{policy}; frame-ancestors 'none'")


def plain_setup(setup: Any, link: Literal["http", "widget", "none"]) -> dict[str, Any]:
    """A Setup as plain data that JSON can hold, told how Python is reached.

    setup: a `Setup`, or its plain data; NaN and the infinities become None.
    """
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(setup))
    return {**plain, "link": link}


@cache
def script() -> str:
    """The built module of the page, `static/lab.js`."""
    return files("steepest.live").joinpath("static/lab.js").read_bytes().decode("utf-8")


def _data(name: str, value: Any) -> str:
    """A script element that is no script: JSON, of which nothing can end the element."""
    text = msgspec.json.encode(value).decode().translate(_ESCAPES)
    return f'<script type="application/json" id="{name}">{text}</script>'


def _policy(code: str, connect: str) -> str:
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'sha256-{digest}'",
            f"connect-src {connect}",
            "img-src data: blob:",
            "style-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
