"""Pictures and numbers can be taken away, and read elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from steepest.diagnosis.diagnose import diagnose
from steepest.logs.read_log import read_log

VIEWS = ("data", "contours", "cost", "slope", "bowl", "flow")
DRAWN = {"svg", "title", "path", "circle", "rect", "text", "g", "clipPath", "defs", "desc"}


def saved(lab: Any, press: Any, place: Path) -> Path:
    with lab.page.expect_download() as coming:
        press()
    coming.value.save_as(place)
    return place


def test_pictures(lab: Any, tmp_path: Path) -> None:
    lab.act("{look: {at: 9}}")
    for view in VIEWS:
        panel = lab.part(f'[data-view="{view}"]')
        panel.locator(".menu summary").click()
        svg = saved(lab, panel.get_by_role("button", name="SVG").click, tmp_path / f"{view}.svg")
        root = ElementTree.fromstring(svg.read_text("utf-8"))  # noqa: S314
        for element in root.iter():
            assert element.tag.rpartition("}")[2] in DRAWN
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert not name.endswith("href")
                assert "//" not in value
                assert "url(" not in value.replace("url(#", "")
        png = saved(lab, panel.get_by_role("button", name="PNG").click, tmp_path / f"{view}.png")
        assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert png.stat().st_size > 5_000


@pytest.mark.parametrize(
    "change", ["rate: 0.6, steps: 60", "bug: 'sign', steps: 60", "steps: 2000"]
)
def test_the_numbers_say_the_same_elsewhere(
    visit: Any, alone: str, tmp_path: Path, change: str
) -> None:
    lab = visit(alone)
    lab.act(f"{{setting: {{{change}}}}}")
    lab.part(".numbers summary").click()
    csv = saved(lab, lab.named("button", "Save as CSV").click, tmp_path / "record.csv")
    trace = read_log(csv)
    assert list(trace.loss) == lab.look("lab.scene.record.loss")
    assert diagnose(trace).verdict == lab.part(".card").get_attribute("data-verdict")


def test_the_table_of_numbers_follows(lab: Any) -> None:
    lab.part(".numbers summary").click()
    lab.act("{setting: {steps: 20}, look: {at: 5}}")
    expect(lab.part(".numbers tbody tr")).to_have_count(21)
    expect(lab.part('.numbers tr[aria-current="true"] th')).to_have_text("5")
    heads = lab.part(".numbers thead th").all_text_contents()
    assert heads == ["iteration", "J", "α", "w", "b", "∂J/∂w", "∂J/∂b"]
