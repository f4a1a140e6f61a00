"""The page's policy and the server's guard, tried from within a real browser."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page

if TYPE_CHECKING:
    from conftest import Lab, Place

INJECT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = 'script'";
  document.body.append(script);
  const image = document.createElement("div");
  image.innerHTML = "<img src='data:,' onerror='window.ran = \\"handler\\"'>";
  document.body.append(image);
  const frame = document.createElement("iframe");
  frame.srcdoc = "<script>parent.ran = 'frame'</script>";
  document.body.append(frame);
  setTimeout("window.ran = 'text'", 0);
  return new Promise((resolve) => setTimeout(() => resolve(window.ran ?? null), 300));
}"""
FETCH = "(url) => fetch(url).then(() => 'reached', () => 'refused')"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that is not ours, on this machine."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>foreign</title><p>foreign")
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def blank(chromium: Browser) -> Iterator[Page]:
    """A tab of which no error is counted: what is tried here is refused loudly."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_nothing_that_is_put_into_the_page_runs_or_reaches_out(
    blank: Page, houses: Place, alone: str, elsewhere: str
) -> None:
    for address in (houses.link, alone):
        blank.goto(address)
        assert blank.evaluate(INJECT) is None
        assert blank.evaluate(FETCH, elsewhere) == "refused"
    assert blank.evaluate(FETCH, houses.link) == "refused"  # the lone file asks nobody at all


def test_a_foreign_page_can_neither_ask_nor_frame_the_lab(
    blank: Page, houses: Place, elsewhere: str
) -> None:
    asked: list[int] = []
    blank.on("response", lambda got: asked.append(got.status) if "/ask" in got.url else None)
    blank.goto(elsewhere)
    url = f"http://127.0.0.1:{houses.served.port}/ask"
    plain = """([url, token, mode, kind]) => fetch(url, {method: "POST", mode, body: "1",
      headers: {"Content-Type": kind, ...(mode === "cors" ? {"X-Steepest-Token": token} : {})}})
      .then((answer) => answer.type, () => "refused")"""
    token = houses.served.token  # even one that knows the token
    assert blank.evaluate(plain, [url, token, "cors", "application/json"]) == "refused"
    assert blank.evaluate(plain, [url, token, "no-cors", "text/plain"]) in ("opaque", "refused")
    assert all(status in (403, 405, 415) for status in asked)
    frame = """(url) => new Promise((resolve) => { const frame = document.createElement("iframe");
      frame.onload = () => resolve(frame.contentDocument === null); frame.src = url;
      document.body.append(frame); })"""
    blank.evaluate(frame, houses.link)
    (framed,) = [frame for frame in blank.frames if frame.parent_frame]
    assert framed.locator("#steepest-lab").count() == 0


def test_the_page_asks_its_own_server_alone(visit: Callable[..., Lab], houses: Place) -> None:
    lab = visit(houses.link)
    answer = lab.page.evaluate(
        """(token) => fetch("/ask", {method: "POST", body: '{"ask": "me"}', headers:
        {"Content-Type": "application/json", "X-Steepest-Token": token}}).then((a) => a.json())""",
        houses.served.token,
    )
    assert answer["part"] == "refused"  # by the bench, which was asked
    assert "me" in answer["words"]
