from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from steepest.live.guard import MOST_BYTES, RefusedError, Visit, check, new_token, read_whole


def all_of(body: AsyncIterator[bytes]) -> bytes:
    """The body, read in a thread: a browser's test may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(read_whole(body))).result()


PORT, TOKEN = 8642, "0123456789abcdef"
HOST = f"127.0.0.1:{PORT}"
ASKING = {
    "host": HOST,
    "origin": f"http://{HOST}",
    "x-steepest-token": TOKEN,
    "content-type": "application/json",
}


def ask(*more: tuple[str, str], method: str = "POST", path: str = "/ask", **other: str) -> None:
    """A question as the page asks it, but for some headers; "" leaves one out."""
    headers = {**ASKING, **{name.replace("_", "-"): value for name, value in other.items()}}
    sent = [(name, value) for name, value in headers.items() if value]
    check(Visit(method, path, "", [*sent, *more]), PORT, TOKEN)


def look(query: str, host: str = HOST, method: str = "GET", path: str = "/") -> None:
    check(Visit(method, path, query, [("host", host)]), PORT, TOKEN)


def status_of(error: pytest.ExceptionInfo[RefusedError]) -> int:
    return error.value.status


def test_the_page_and_its_questions_pass() -> None:
    look(f"token={TOKEN}")
    look(f"token={TOKEN}", host=f"localhost:{PORT}")
    ask()
    ask(host=f"localhost:{PORT}", origin=f"http://localhost:{PORT}")
    ask(sec_fetch_site="same-origin")
    ask(content_type="application/json; charset=utf-8")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8642",  # DNS rebinding: a name of theirs, made to point here
        "evil.example",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:80",
        "127.0.0.1:86420",
        "127.0.0.1:8642.evil.example",
        "evil.example@127.0.0.1:8642",
        "127.0.0.1:8642@evil.example",
        "LOCALHOST:8642",
        "localhost.:8642",
        "0.0.0.0:8642",
        "[::1]:8642",
        "127.1:8642",
        " 127.0.0.1:8642",
        "127.0.0.1:8642, evil.example",
        "",
    ],
)
def test_every_other_host_is_refused(host: str) -> None:
    with pytest.raises(RefusedError, match="answers to") as error:
        look(f"token={TOKEN}", host=host)
    assert status_of(error) == 403
    with pytest.raises(RefusedError, match="answers to"):
        ask(host=host, origin=f"http://{host}")


def test_a_host_that_is_sent_twice_or_not_at_all_is_refused() -> None:
    with pytest.raises(RefusedError, match="answers to"):
        ask(("host", HOST))
    with pytest.raises(RefusedError, match="answers to"):
        check(Visit("GET", "/", f"token={TOKEN}", []), PORT, TOKEN)


@pytest.mark.parametrize(
    "origin",
    [
        "",  # a browser always sends one
        "null",  # a sandboxed frame, a file
        "http://evil.example",
        "http://evil.example:8642",
        "https://127.0.0.1:8642",
        "http://127.0.0.1:8643",
        "http://127.0.0.1",
        "http://localhost:8642",  # of the same server, yet not of the host that was asked
        "http://127.0.0.1:8642.evil.example",
        "http://127.0.0.1:8642/",
        "HTTP://127.0.0.1:8642",
    ],
)
def test_every_other_origin_is_refused(origin: str) -> None:
    with pytest.raises(RefusedError, match="page of this session") as error:
        ask(origin=origin)
    assert status_of(error) == 403


def test_two_origins_and_other_sites_are_refused() -> None:
    with pytest.raises(RefusedError, match="page of this session"):
        ask(("origin", f"http://{HOST}"))
    for site in ("cross-site", "same-site", "none"):
        with pytest.raises(RefusedError, match="page of this session"):
            ask(sec_fetch_site=site)


@pytest.mark.parametrize(
    "token", ["", "wrong", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "\u0131\xff", TOKEN + "\0"]
)
def test_every_other_token_is_refused(token: str) -> None:
    with pytest.raises(RefusedError, match="token") as error:
        ask(x_steepest_token=token)
    assert status_of(error) == 403
    with pytest.raises(RefusedError, match="token"):
        look(f"token={token}")


def test_a_token_in_the_wrong_place_or_twice_is_refused() -> None:
    with pytest.raises(RefusedError, match="token"):
        look("")
    with pytest.raises(RefusedError, match="token"):
        look(f"token={TOKEN}&token={TOKEN}")
    with pytest.raises(RefusedError, match="token"):
        ask(("x-steepest-token", TOKEN))
    with pytest.raises(RefusedError, match="token"):
        check(Visit("GET", "/", "", [("host", HOST), ("x-steepest-token", TOKEN)]), PORT, TOKEN)


def test_a_query_of_many_fields_is_refused_and_not_taken_apart() -> None:
    with pytest.raises(RefusedError, match="token"):
        look(f"token={TOKEN}" + "&a=b" * 1000)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/", 405),
        ("PUT", "/", 405),
        ("POST", "/", 405),
        ("OPTIONS", "/ask", 405),
        ("GET", "/ask", 405),
        ("DELETE", "/ask", 405),
        ("TRACE", "/", 405),
        ("GET", "/favicon.ico", 404),
        ("GET", "//", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/ask/", 404),
        ("POST", "/Ask", 404),
    ],
)
def test_other_methods_and_places_are_refused(method: str, path: str, status: int) -> None:
    with pytest.raises(RefusedError) as error:
        ask(method=method, path=path)
    assert status_of(error) == status


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
     "application/json; charset=utf-16", "application/jsonp", "text/plain; application/json"],
)  # fmt: skip
def test_what_is_not_json_is_refused(kind: str) -> None:
    """A form of a foreign page can send only what a browser sends without asking first."""
    with pytest.raises(RefusedError, match="JSON") as error:
        ask(content_type=kind)
    assert status_of(error) == 415


def test_packed_bodies_are_refused() -> None:
    with pytest.raises(RefusedError, match="plain"):
        ask(content_encoding="gzip")


@pytest.mark.parametrize("zeros", [6, 30, 5000])
def test_a_body_that_says_it_is_too_large_is_refused_unread(zeros: int) -> None:
    ask(content_length=str(MOST_BYTES))
    with pytest.raises(RefusedError, match="1,000,000 bytes") as error:
        ask(content_length="1" + "0" * (zeros - 1) + "1")
    assert status_of(error) == 413


def test_a_body_is_read_no_further_than_the_limit() -> None:
    taken: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            taken.append(65_536)
            yield b"x" * 65_536

    with pytest.raises(RefusedError) as error:
        all_of(endless())
    assert status_of(error) == 413
    assert sum(taken) < MOST_BYTES + 65_537


def test_a_body_of_exactly_the_limit_is_read() -> None:
    async def whole() -> AsyncIterator[bytes]:
        yield b"x" * MOST_BYTES

    assert len(all_of(whole())) == MOST_BYTES


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
