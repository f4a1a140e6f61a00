"""The live page in headless Chromium: the first picture, a slider that moves, a descent played."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from measure import Contestant
from playwright.sync_api import Browser, Page, sync_playwright
from table import Agreement, Goal, Part, command, figures, measured, time_in_words

TITLE = "The lab"
WHAT = (
    "The page of `steepest lab` in headless Chromium, 1,440 by 900 pixels, drawn without a "
    "graphics card: the houses, 200 steps, seven views. First picture: from the start of the "
    "navigation, in a browser that has not seen the page, to the frame after all views are "
    "drawn. Slider: the median of 60 moves of the learning rate by the pointer, from the "
    "dispatch of the slider's event to the end of the redraw in the frame that follows; each "
    "move computes a new descent and draws every view. Playing: the time between two redraws."
)
FIRST, FRAME, MOVE = 0.5, 1 / 30, 0.016
STEPS, MOVES = 200, 60
OWN = ("http://127.0.0.1:", "file:", "blob:", "data:")
LAB = "document.querySelector('#steepest-lab')?.lab"

# Written down in the page itself, so that the way from here to the browser takes no part.
FIRST_PICTURE = f"""
  const look = () => {LAB}?.scene
    ? requestAnimationFrame(() => {{ window.firstPicture = performance.now() / 1000; }})
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
"""
LISTEN = """() => {
  const slider = document.querySelector('#steepest-lab').shadowRoot.querySelector('input.rate');
  window.moves = [];
  let began = 0;
  slider.addEventListener('input', () => { began = performance.now(); }, {capture: true});
  slider.addEventListener('input', () => requestAnimationFrame(
    () => window.moves.push((performance.now() - began) / 1000)));
}"""
PLAYED = f"""async seconds => {{
  const lab = {LAB};
  const [began, before] = [performance.now(), lab.redraws.length];
  while (performance.now() - began < 1000 * seconds) await new Promise(requestAnimationFrame);
  return (performance.now() - began) / 1000 / (lab.redraws.length - before);
}}"""


class Reader:
    """Opens pages and watches what they ask for."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.asked: list[str] = []

    @contextmanager
    def page(self, address: str, motion: Any = "reduce") -> Iterator[Page]:
        """A page in a browser that has kept nothing, after its first picture.

        motion: "no-preference" for a page that begins to play by itself
        """
        size: Any = {"width": 1440, "height": 900}
        context = self._browser.new_context(viewport=size, reduced_motion=motion)
        context.add_init_script(FIRST_PICTURE)
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(address)
        page.evaluate(
            "async () => { while (!window.firstPicture) await new Promise(requestAnimationFrame); }"
        )
        try:
            yield page
        finally:
            context.close()

    def first_picture(self, address: str) -> float:
        """Seconds from the start of the navigation."""
        with self.page(address) as page:
            return float(page.evaluate("window.firstPicture"))

    @property
    def outside(self) -> list[str]:
        """What was asked of anywhere else."""
        return [url for url in self.asked if not url.startswith(OWN)]


def moved(page: Page, moves: int) -> tuple[float, float]:
    """Seconds of a move of the slider, and of the redraw in it: medians."""
    page.evaluate(LISTEN)
    slider = page.locator("#steepest-lab input.rate")
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], y)
    page.mouse.down()
    for move in range(moves):
        page.mouse.move(box["x"] + (0.3 + 0.5 * move / moves) * box["width"], y)
        page.evaluate(
            "n => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
        )
    page.mouse.up()
    taken = page.evaluate("window.moves")
    redraws = page.evaluate(f"{LAB}.redraws")[-len(taken) :]
    return float(np.median(taken)), float(np.median(redraws)) / 1000


@contextmanager
def served() -> Iterator[str]:
    """The link of a page that the command serves."""
    words = [sys.executable, "-m", "steepest", "lab", "--no-browser"]
    child = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert child.stdout is not None
        yield child.stdout.readline().split()[-1]
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate()


def difference(page: Page) -> float:
    """Between the losses that the page computed and those of Python, relative to the first."""
    from steepest.live.bench import Bench

    page.evaluate(f"{LAB}.act({{setting: {{rate: 0.1}}}})")
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    setting = page.evaluate(f"{LAB}.state.setting")
    *_, part = Bench.of_table().answer({"ask": "record", "setting": setting})
    ours, theirs = (
        np.array(part["record"]["loss"]),
        np.array(page.evaluate(f"{LAB}.scene.record.loss")),
    )
    return float(np.max(np.abs(ours - theirs)) / ours[0])


def measure(quick: bool) -> Part:
    """All of it, in one browser."""
    chromium = os.environ.get("STEEPEST_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit(
            "the lab is measured in Chromium; install it (Debian: apt install chromium)"
        )
    with (
        tempfile.TemporaryDirectory() as folder,
        served() as link,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            return in_browser(Reader(browser), link, exported(Path(folder)), quick)
        finally:
            browser.close()


def exported(folder: Path) -> str:
    """The address of the same page as a file."""
    path = folder / "lab.html"
    words = [sys.executable, "-m", "steepest", "lab", "--export", str(path)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return path.as_uri()


def in_browser(reader: Reader, link: str, file: str, quick: bool) -> Part:
    """The lines of the table."""
    addresses = {"the served page": link, "the exported file": file}
    first = [
        Contestant(name, lambda at=at: reader.first_picture(at), "steepest")
        for name, at in addresses.items()
    ]
    lines = measured("first picture", first, 2 if quick else 15)
    with reader.page(link) as page:
        lines += moves(page, 5 if quick else MOVES, 2 if quick else 5)
        apart = Agreement(f"losses of {STEPS} steps, page and Python", difference(page), 1e-10)
    playing = Contestant("every view", lambda: play(reader, link, quick), "steepest")
    lines += measured("a frame while playing", [playing], 2 if quick else 5)
    part = Part(lines, [], [apart], [size()])
    return Part(lines, goals(part, reader), [apart], part.notes)


def moves(page: Page, many: int, rounds: int) -> list[Any]:
    """A move, and how much of it is the work of the page."""
    redraws: list[float] = []

    def move() -> float:
        taken, redraw = moved(page, many)
        redraws.append(redraw)
        return taken

    whole = Contestant("move to last redraw", move, "steepest", f"median of {many} moves")
    work = Contestant("of which the redraw", lambda: redraws[-1], "part", "descent and views")
    return measured(f"slider, {STEPS} steps", [whole, work], rounds)


def play(reader: Reader, link: str, quick: bool) -> float:
    """Seconds between two redraws of a page that has just begun to play."""
    with reader.page(link, "no-preference") as page:
        return float(page.evaluate(PLAYED, 0.3 if quick else 3.0))


def goals(part: Part, reader: Reader) -> list[Goal]:
    """What was wanted of the lab."""
    said = []
    for name in ("the served page", "the exported file"):
        taken = part.line(name).seconds.median
        said.append(
            Goal(f"{name}: first picture in under 0.5 s", time_in_words(taken), taken < FIRST)
        )
    taken = part.line("move").seconds.median
    said.append(Goal("a slider move in under 16 ms", time_in_words(taken), taken < MOVE))
    frame = part.line("every view").seconds.median
    said.append(Goal("30 frames a second", f"{figures(1 / frame)} frames a second", frame < FRAME))
    found = f"{len(reader.outside)} of {len(reader.asked)} requests"
    said.append(Goal("no request leaves the machine", found, not reader.outside))
    return said


def size() -> str:
    """How large the page's script is."""
    code = files("steepest.live").joinpath("static/lab.js").read_bytes()
    packed = len(gzip.compress(code, mtime=0))
    return f"The page's script has {len(code) / 1024:.0f} KiB ({packed / 1024:.0f} KiB compressed)."


if __name__ == "__main__":
    command(TITLE, WHAT, measure)
