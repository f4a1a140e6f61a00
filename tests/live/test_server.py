from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from steepest.errors import InputError
from steepest.live.answers import Answering, Part
from steepest.live.guard import HEADERS
from steepest.live.server import Served, app_of, listen

LONG = 30.0
SETUP = {"title": "toy", "words": "", "link": "none"}


class Toy:
    """Echoes a question; "endless" goes on until nobody listens."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.asked = 0
        self.told = 0

    def answer(self, question: object) -> Iterator[Part]:
        self.asked += 1
        if question == "bad":
            raise InputError("that is no question")
        yield {"part": "record", "record": question, "loss": float("nan")}
        try:
            while question == "endless":
                self.told += 1
                yield {"part": "record", "record": "x" * 100_000}
        finally:
            self.closed.set()


class Place:
    """A server of a Toy in a thread."""

    def __init__(self) -> None:
        self.toy = Toy()
        self.served = listen(0)
        self.answering = Answering(self.toy)
        app = app_of(SETUP, self.answering, self.served)
        config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None)
        config.timeout_graceful_shutdown = 0
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.served.listener]}
        )
        self.thread.start()

    def end(self) -> None:
        self.server.should_exit = True
        self.thread.join(LONG)
        assert self.answering.end(LONG)
        self.served.listener.close()


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.end()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


def send(
    place: Place,
    method: str = "POST",
    path: str = "/ask",
    body: bytes | None = b'"?"',
    **other: str | None,
) -> Answer:
    """A question as the page sends it, but for some headers; None leaves one out."""
    host = f"127.0.0.1:{place.served.port}"
    headers: dict[str, str | None] = {
        "Host": host,
        "Origin": f"http://{host}",
        "X-Steepest-Token": place.served.token,
        "Content-Type": "application/json",
        "Content-Length": None if body is None else str(len(body)),
    }
    headers |= {name.replace("_", "-"): value for name, value in other.items()}
    connection = http.client.HTTPConnection("127.0.0.1", place.served.port, timeout=LONG)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body)
    try:
        return Answer(connection.getresponse())
    finally:
        connection.close()


def page(place: Place, query: str, **other: str | None) -> Answer:
    return send(place, "GET", f"/{query}", None, Content_Type=None, Origin=None, **other)


def test_the_link_shows_the_page(place: Place) -> None:
    assert place.served.link == f"http://127.0.0.1:{place.served.port}/?token={place.served.token}"
    answer = page(place, f"?token={place.served.token}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    html = answer.body.decode()
    assert place.served.token in html
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found is not None
    policy = found[1].replace("&#x27;", "'")
    assert answer.headers["content-security-policy"] == f"{policy}; frame-ancestors 'none'"


def test_a_question_is_answered_in_lines(place: Place) -> None:
    question = {"ask": "record", "deep": [{"a": None}]}
    answer = send(place, body=json.dumps(question).encode())
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.lines == [{"part": "record", "record": question, "loss": None}]


def test_localhost_is_this_machine_too(place: Place) -> None:
    host = f"localhost:{place.served.port}"
    assert page(place, f"?token={place.served.token}", Host=host).status == 200
    assert send(place, Host=host, Origin=f"http://{host}").status == 200


def test_a_question_that_makes_no_sense_is_refused_in_words(place: Place) -> None:
    answer = send(place, body=b'"bad"')
    assert answer.lines == [{"part": "refused", "words": "that is no question"}]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8642"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": None}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-Steepest-Token": "wrong"}, 403),
        ({"X-Steepest-Token": None}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": None}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"method": "PUT"}, 405),
        ({"path": "/other"}, 404),
        ({"path": "/ask/../ask"}, 404),
        ({"body": b"{"}, 400),
        ({"body": b""}, 400),
        ({"body": b"NaN"}, 400),
        ({"body": b'{"a": 1e999}'}, 400),
        ({"body": b"\xff\xfe"}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b"9" * 500_000}, 400),
        ({"body": b'"' + b"x" * 1_000_000 + b'"'}, 413),
    ],
    ids=str,
)
def test_hostile_requests_get_a_refusal_in_words(
    place: Place, change: dict[str, Any], status: int
) -> None:
    before = place.toy.asked
    answer = send(place, **change)
    assert answer.status == status
    assert place.toy.asked == before
    for name, value in HEADERS.items():
        assert answer.headers[name.lower()] == value
    assert "traceback" not in answer.body.decode().lower()
    if change.get("method", "POST") == "POST":
        (part,) = answer.lines
        assert part["part"] == "refused"
        assert len(part["words"]) < 200
    assert place.served.token not in answer.body.decode()


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=a&token=b"])
def test_the_page_is_not_shown_without_its_token(place: Place, query: str) -> None:
    answer = page(place, query)
    assert answer.status == 403
    assert "open the link" in answer.body.decode()
    assert place.served.token not in answer.body.decode()
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_body_without_a_length_is_read_no_further_than_the_limit(place: Place) -> None:
    connection = socket.create_connection(("127.0.0.1", place.served.port), timeout=LONG)
    host = f"127.0.0.1:{place.served.port}"
    head = (
        f"POST /ask HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        f"X-Steepest-Token: {place.served.token}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    with connection:
        connection.sendall(head.encode())
        chunk = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
        try:
            for _ in range(20):
                connection.sendall(chunk)
        except OSError:
            pass  # it has hung up
        assert connection.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(
    "line", ["X-Other: a\r\nHost: evil.example", "X-Other: a\nHost: evil.example", "Host : evil"]
)
def test_headers_put_into_headers_do_not_pass(place: Place, line: str) -> None:
    host = f"127.0.0.1:{place.served.port}"
    head = f"GET /?token={place.served.token} HTTP/1.1\r\nHost: {host}\r\n{line}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", place.served.port), timeout=LONG) as connection:
        connection.sendall(head.encode())
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 403")


def test_nothing_of_a_request_comes_back_as_a_header(place: Place) -> None:
    answer = page(place, f"?token={place.served.token}&x=%0d%0aSet-Cookie:%20a=b")
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert "Set-Cookie" not in answer.body.decode()


def test_only_this_machine_is_listened_to(place: Place) -> None:
    assert place.served.listener.getsockname()[0] == "127.0.0.1"
    assert place.served.listener.family == socket.AF_INET


def test_whoever_hangs_up_ends_the_work() -> None:
    place = Place()
    try:
        host = f"127.0.0.1:{place.served.port}"
        headers = {
            "Origin": f"http://{host}",
            "X-Steepest-Token": place.served.token,
            "Content-Type": "application/json",
        }
        connection = http.client.HTTPConnection(host, timeout=LONG)
        connection.request("POST", "/ask", b'"endless"', headers)
        response = connection.getresponse()
        assert response.readline()
        assert not place.toy.closed.is_set()
        response.close()
        connection.close()
        assert place.toy.closed.wait(LONG)
    finally:
        place.end()


def test_whoever_does_not_read_is_not_worked_for() -> None:
    """Parts are not piled up in memory for a page that takes none."""
    place = Place()
    try:
        host = f"127.0.0.1:{place.served.port}"
        with socket.create_connection(("127.0.0.1", place.served.port), timeout=LONG) as deaf:
            deaf.sendall(
                f"POST /ask HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
                f"X-Steepest-Token: {place.served.token}\r\nContent-Length: 9\r\n"
                'Content-Type: application/json\r\n\r\n"endless"'.encode()
            )
            before = -1
            while place.toy.told > before:  # until it stands still
                before = place.toy.told
                time.sleep(0.3)
            assert 0 < place.toy.told < 1000
        assert place.toy.closed.wait(LONG)
    finally:
        place.end()


def test_a_port_in_use_is_said_and_the_usual_one_is_passed_over() -> None:
    taken = listen(0)
    try:
        with pytest.raises(InputError, match=rf"port {taken.port} cannot be had .*leave --port"):
            listen(taken.port)
    finally:
        taken.listener.close()
    first = listen()
    second = listen()
    try:
        assert first.port != second.port
    finally:
        first.listener.close()
        second.listener.close()


@pytest.mark.parametrize("port", [-1, 65_536, 10**30])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(InputError, match=r"expected a whole number from 1 to 65,535"):
        listen(port)


def test_every_session_has_a_token_of_its_own() -> None:
    with socket.socket() as anywhere:
        tokens = {Served(anywhere, listen_token()).token for _ in range(3)}
    assert len(tokens) == 3


def listen_token() -> str:
    served = listen(0)
    served.listener.close()
    return served.token


SERVING = """
import sys
from steepest.live.server import listen, serve
class Toy:
    def answer(self, question):
        while True:
            yield {"part": "record", "record": "x" * 1000}
served = listen(0)
print(served.port, served.token, flush=True)
print("ended", serve(Toy(), {"title": "toy", "words": ""}, served), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_ends_it_at_once_in_the_middle_of_an_answer() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SERVING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    port, token = child.stdout.readline().split()
    connection = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=LONG)
    headers = {
        "Origin": f"http://127.0.0.1:{port}",
        "X-Steepest-Token": token,
        "Content-Type": "application/json",
    }
    connection.request("POST", "/ask", b"1", headers)
    response = connection.getresponse()
    assert json.loads(response.readline())["part"] == "record"
    child.send_signal(signal.SIGINT)
    said, error = child.communicate(timeout=LONG)  # would wait for ever for the answer
    connection.close()
    assert child.returncode == 0, error
    assert said == "ended True\n"
    assert error == ""
