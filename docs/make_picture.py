"""Take docs/lab.png, the README's picture of the lab: the served page in headless Chromium.

python docs/make_picture.py
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).with_name("lab.png")
LAB = (sys.executable, "-m", "steepest", "lab", "--no-browser", "--port", "0")
STEP = 12


def main() -> None:
    with subprocess.Popen(LAB, stdout=subprocess.PIPE, text=True) as lab:  # noqa: S603
        assert lab.stdout is not None  # noqa: S101
        take(lab.stdout.readline().split()[-1])
        lab.send_signal(signal.SIGINT)


def take(link: str) -> None:
    chromium = os.environ.get("STEEPEST_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
        page.goto(f"{link}#at={STEP}")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
