"""The served lab: one page and one place to ask, on 127.0.0.1 and nowhere else.

GET / is the page, POST /ask takes one question and streams the parts of its answer, a JSON
object a line. Whoever asks is looked at first (`steepest.live.guard`).
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from steepest.errors import InputError
from steepest.live.answers import Answering, Answers, Part, refused
from steepest.live.guard import HEADERS, RefusedError, Visit, check, new_token, read_whole
from steepest.live.page import page_of

__all__ = ["DEFAULT_PORT", "LOOPBACK", "Served", "app_of", "listen", "serve"]

DEFAULT_PORT = 8642
LOOPBACK = "127.0.0.1"
SLOWEST_QUESTION = 20.0
"""Seconds in which a question has to have arrived."""
UNREAD = 4
"""How many parts are worked out before the page has taken the ones before."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where a lab is to be found: the socket it listens at, and the token of its link."""

    listener: socket.socket
    token: str

    @property
    def port(self) -> int:
        """The port it has."""
        return int(self.listener.getsockname()[1])

    @property
    def link(self) -> str:
        """What to open in a browser of this machine."""
        return f"http://{LOOPBACK}:{self.port}/?token={self.token}"


def listen(port: int | None = None) -> Served:
    """Take a port of this machine alone; None: the usual one, or a free one where it is taken.

    Raises InputError for a port that is in use, is no port, or may not be had.
    """
    if port is None:
        with suppress(OSError):
            return Served(_bound(DEFAULT_PORT), new_token())
        return Served(_bound(0), new_token())
    if not 0 <= port <= 65_535:
        raise InputError(f"the port is {port:,}; expected a whole number from 1 to 65,535")
    try:
        return Served(_bound(port), new_token())
    except OSError as error:
        raise InputError(
            f"the port {port} cannot be had ({error.strerror or error}); name another one, or "
            "leave --port out, and a free one is taken"
        ) from error


def serve(bench: Answers, setup: Any, served: Served) -> bool:
    """Serve the page of a setup until Ctrl-C.

    Returns whether all work has ended with it; a thread may be within a long step.
    Whoever asks before this is called waits for it: the port is taken by `listen` already.
    """
    answering = Answering(bench)
    config = uvicorn.Config(
        app_of(setup, answering, served),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=0,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[served.listener])
    return answering.end(seconds=0.3)


def app_of(setup: Any, answering: Answering, served: Served) -> ASGIApp:
    """The page and the place to ask, behind the guard."""
    page = page_of(setup, token=served.token)

    async def show(request: Request) -> Response:
        return HTMLResponse(page.html, headers={"Content-Security-Policy": page.policy})

    async def ask(request: Request) -> Response:
        try:
            question = _question(await _body(request))
        except RefusedError as no:
            return _no(no, "POST")
        parts = _told(answering, question)
        return StreamingResponse(parts, media_type="application/x-ndjson")

    routes = [Route("/", show, methods=["GET"]), Route("/ask", ask, methods=["POST"])]
    return _Guarded(Starlette(routes=routes), served)


class _Guarded:
    """Looks at every request before anything else does, and puts the headers on every answer."""

    def __init__(self, inner: ASGIApp, served: Served) -> None:
        self._inner = inner
        self._port = served.port
        self._token = served.token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            return
        try:
            check(_visit(scope), self._port, self._token)
        except RefusedError as no:
            await _no(no, scope["method"])(scope, receive, _with_headers(send))
        else:
            await self._inner(scope, receive, _with_headers(send))


def _visit(scope: Scope) -> Visit:
    query = scope["query_string"].decode("latin-1")
    return Visit(scope["method"], scope["path"], query, Headers(scope=scope).items())


def _with_headers(send: Send) -> Send:
    extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *extra]
        await send(message)

    return sending


def _no(refusal: RefusedError, method: str) -> Response:
    """A refusal as the asker reads it: the page a line of JSON, a person a sentence."""
    if method == "POST":
        body = msgspec.json.encode(refused(refusal.words)) + b"\n"
        return Response(body, refusal.status, media_type="application/x-ndjson")
    words = refusal.words[:1].upper() + refusal.words[1:]
    return PlainTextResponse(f"{words}.\n", refusal.status)


async def _body(request: Request) -> bytes:
    try:
        return await asyncio.wait_for(read_whole(request.stream()), SLOWEST_QUESTION)
    except TimeoutError:
        raise RefusedError(408, "the question took too long to arrive") from None
    except ClientDisconnect:
        raise RefusedError(400, "the question broke off") from None


def _question(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise RefusedError(400, f"the question is no JSON that can be read ({error})") from None


async def _told(answering: Answering, question: Any) -> AsyncIterator[bytes]:
    """The lines of an answer; the work ends when nobody listens any more."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()
    room = threading.Semaphore(UNREAD)

    def tell(part: Part | None) -> None:
        line = None if part is None else msgspec.json.encode(part) + b"\n"
        if line is not None:
            room.acquire()
        with suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(lines.put_nowait, line)

    gone = threading.Event()
    answering.begin(question, tell, gone)
    try:
        while (line := await lines.get()) is not None:
            room.release()
            yield line
    finally:
        gone.set()
        room.release()


def _bound(port: int) -> socket.socket:
    """A socket that listens, so that the port is ours before anything else is done."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener
