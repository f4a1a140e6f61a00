"""For tests of the page: one Chromium for all of them, labs served by a thread, and a reader."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from steepest.live.answers import Answering
from steepest.live.bench import Bench
from steepest.live.export import write_page
from steepest.live.server import app_of, listen

LONG = 20.0
OWN = ("http://127.0.0.1:", "file:", "blob:", "data:")
LAB = "document.querySelector('#steepest-lab').lab"
SETTLED = "lab?.scene && lab.settled && lab.scene.look === lab.state.look"


def chromium_path() -> str | None:
    """Debian's Chromium, or the one that is named."""
    return os.environ.get("STEEPEST_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a session; without one they are skipped, but not in CI."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("the page is tested in Chromium, and there is none")
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Place:
    """A lab that is served by a thread."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.served = listen(0)
        self.link = self.served.link
        self._answering = Answering(bench)
        app = app_of(bench.setup, self._answering, self.served)
        config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None)
        config.timeout_graceful_shutdown = 0
        self._server = uvicorn.Server(config)
        sockets = {"sockets": [self.served.listener]}
        self._thread = threading.Thread(target=self._server.run, kwargs=sockets)
        self._thread.start()

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(LONG)
        self._answering.end(LONG)
        self.served.listener.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Bench], Place]]:
    """Serves a bench until the session ends."""
    with ExitStack() as stack:

        def serving(bench: Bench) -> Place:
            place = Place(bench)
            stack.callback(place.end)
            return place

        yield serving


@pytest.fixture(scope="session")
def houses(serve: Callable[[Bench], Place]) -> Place:
    """The page that `steepest lab` opens with."""
    return serve(Bench.of_table())


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the same page as a file."""
    path = tmp_path_factory.mktemp("alone") / "lab.html"
    return write_page(Bench.of_table().setup, path).as_uri()


@dataclass
class Lab:
    """A page with a lab in it, and all that went wrong there."""

    page: Page
    troubles: list[str] = field(default_factory=list[str])
    outside: list[str] = field(default_factory=list[str])

    def look(self, expression: str) -> Any:
        """What a JavaScript expression of `lab` is."""
        return self.page.evaluate(f"() => {{ const lab = {LAB}; return {expression}; }}")

    def act(self, change: str) -> None:
        """A change, as JavaScript of `setup`-like data, and its redraw."""
        self.page.evaluate(f"() => {{ const lab = {LAB}; lab.act({change}); }}")
        self.settle()

    def wait(self, condition: str) -> None:
        """Until a JavaScript expression of `lab` is true; Playwright's own way needs eval."""
        found = self.page.evaluate(
            f"""async () => {{
              for (const began = performance.now(); performance.now() - began < {1000 * LONG};) {{
                const lab = {LAB};
                if ({condition}) return true;
                await new Promise(requestAnimationFrame);
              }}
              return false;
            }}"""
        )
        assert found, f"it never came: {condition}"

    def settle(self) -> None:
        """Until what was changed is drawn."""
        self.wait(SETTLED)

    def part(self, selector: str) -> Locator:
        return self.page.locator(f"#steepest-lab {selector}")

    def canvas(self, view: str) -> Locator:
        return self.part(f'[data-view="{view}"] canvas')

    def named(self, role: Any, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True)

    def hear(self, kind: str, words: str) -> None:
        if kind in ("error", "warning"):
            self.troubles.append(words)

    def fetch(self, address: str) -> None:
        if not address.startswith(OWN):
            self.outside.append(address)

    def held(self) -> None:
        """Nothing went wrong, and nothing was fetched from anywhere else."""
        assert self.troubles == []
        assert self.outside == []


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Lab]]:
    """Opens an address as a reader of their own; at the end nothing may have gone wrong."""
    with ExitStack() as stack:
        labs: list[Lab] = []

        def visiting(address: str, **reader: Any) -> Lab:
            usual = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
            context = chromium.new_context(**{**usual, **reader})
            stack.callback(context.close)
            context.set_default_timeout(1000 * LONG)
            lab = watched(context.new_page())
            labs.append(lab)
            lab.page.goto(address)
            lab.settle()
            return lab

        yield visiting
        for lab in labs:
            lab.held()


def watched(page: Page) -> Lab:
    """A page whose errors and requests are written down."""
    lab = Lab(page)
    page.on("pageerror", lambda error: lab.troubles.append(str(error)))
    page.on("console", lambda said: lab.hear(said.type, said.text))
    page.on("dialog", lambda dialog: lab.hear("error", dialog.message))
    page.on("request", lambda asked: lab.fetch(asked.url))
    page.on("websocket", lambda socket: lab.fetch(socket.url))
    return lab


@pytest.fixture
def lab(visit: Callable[..., Lab], houses: Place) -> Lab:
    """The served page of the houses."""
    return visit(houses.link)


@pytest.fixture(scope="session")
def frontend() -> Path:
    """Where the page's sources are."""
    return Path(__file__).parents[2] / "frontend"
