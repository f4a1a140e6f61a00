"""A link holds all that is shown; what a hostile one says is not believed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

STATE = """{
  setting: {rate: 0.1, steps: 40, scale: "standard", bug: "bias", holdout: 0.3,
            start: [0.5, -20.25], moved: [[3, 1234.5, 99], [7, 2000, 1]]},
  look: {at: 17, log: true, along: -1, secant: 0.25, example: 4, turn: 20, tilt: 55, ask: true},
  beside: {...lab.state.setting, rate: 0.2},
}"""
NUMBERS = "[lab.scene.record.loss, lab.scene.record.params, lab.scene.beside.loss, lab.scene.row]"
WRITTEN = "location.hash.includes('beside')"


def test_a_link_shows_the_same_thing(visit: Any, houses: Any) -> None:
    lab = visit(houses.link)
    lab.act(STATE)
    lab.wait(WRITTEN)
    other = visit(lab.page.url)
    assert other.look("lab.state") == lab.look("lab.state")
    assert other.look(NUMBERS) == lab.look(NUMBERS)
    assert other.look("lab.state.setting.moved.length") == 2


def test_a_branch_and_a_curve_are_in_the_link(visit: Any, alone: str) -> None:
    lab = visit(alone)
    lab.act("""{setting: {what: "curve", expression: "w**4 - 3*w**2 + w", rate: 0.03, steps: 30,
                start: [2]}, branch: {at: 3, rate: 0.11}}""")
    lab.wait("location.hash.includes('branch')")
    other = visit(lab.page.url)
    assert other.look("lab.state") == lab.look("lab.state")
    assert other.look(NUMBERS) == lab.look(NUMBERS)


def test_the_link_that_is_copied_holds_what_is_shown_at_that_moment(
    visit: Any, houses: Any
) -> None:
    lab = visit(houses.link, permissions=["clipboard-read", "clipboard-write"])
    lab.act("{setting: {rate: 0.4, bug: 'bias'}}")
    lab.part("button.play").click()
    lab.named("button", "Copy link").click()
    lab.wait("true")
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    other = visit(copied)
    assert other.look("lab.state.setting") == lab.look("lab.state.setting")


def test_a_branch_that_the_path_no_longer_reaches_is_gone(lab: Any) -> None:
    lab.act("{branch: {at: 150, rate: 0.1}}")
    lab.act("{setting: {steps: 100}}")
    assert lab.look("lab.state.branch") is None


def test_another_link_in_the_same_page(lab: Any) -> None:
    lab.page.evaluate("location.hash = '#steps=7&at=3'")
    lab.wait("lab.scene.record.steps === 7")
    assert lab.look("lab.scene.row") == 3


def test_undo_and_redo(lab: Any) -> None:
    first = lab.look("lab.state")
    undo = lab.named("button", "undo (Ctrl+Z)")
    assert undo.is_disabled()
    lab.act("{setting: {rate: 0.1}}")
    second = lab.look("lab.state")
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.look("lab.state") == first
    lab.page.keyboard.press("Control+Shift+z")
    lab.settle()
    assert lab.look("lab.state") == second
    undo.click()
    lab.settle()
    assert lab.look("lab.state") == first
    lab.named("button", "redo (Ctrl+Shift+Z)").click()
    lab.settle()
    assert lab.look("lab.state") == second


def test_two_changes_in_a_moment_are_taken_back_one_by_one(lab: Any) -> None:
    first = lab.look("lab.state.setting")
    lab.act("{setting: {rate: 0.1}}")
    second = lab.look("lab.state.setting")
    lab.act("{setting: {scale: 'raw'}}")
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.look("lab.state.setting") == second
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.look("lab.state.setting") == first


HOSTILE = [
    "%",
    "%%%E0%A4%A&=&==",
    "__proto__=1&constructor=2&__proto__.rate=3&beside.__proto__=4",
    "rate=NaN&steps=NaN&at=NaN&start=NaN,NaN&moved=NaN:NaN:NaN&branch=NaN,NaN",
    "rate=-1&steps=-5&holdout=2&degree=0&tilt=-1e9&costs=-1,-1&at=-1",
    "rate=Infinity&steps=1e400&start=Infinity,1&secant=Infinity",
    "what=run",
    "what=__proto__&scale=toString&bug=constructor&loss=hasOwnProperty&plane=valueOf",
    "features=" + quote("</script><img src=x onerror=alert(1)>"),
    "branch=300000000,0.1",
    "branch=-5,0.1",
    "branch=10.5,0.1",
    "branch=3,1e300",
    "rate=1e300",
    "run=houses-1",
    "moved=99999:1:1,-3:1:1",
    "chosen=40,41",
    "start=1,2,3,4",
    "start=,",
    "start=1e308,-1e308",
    "moved=1:1e308:1e308",
    "at=999999999999&example=1000000&along=49&branch=1000000,1",
    "rate=1e308&steps=20000",
    "rate=5e-324",
    "branch=0,1e-300",
    "what=curve&expression=" + quote("(" * 400),
    "what=curve&expression=" + quote("import os"),
    "what=curve&expression=" + quote("w**999999999"),
    "what=curve&expression=log(w)&start=-1",
    "what=curve&expression=",
    "shown=" + "x" * 100_000,
    "expression=" + "w" * 100_000,
    "moved=" + ",".join(["1:2:3"] * 20_000),
    "features=" + ",".join(["x"] * 5_000),
    "beside=1&beside.rate=1e308&beside.what=curve",
]


@pytest.mark.parametrize("served", [True, False], ids=["served", "file"])
def test_hostile_links_do_no_harm(visit: Any, houses: Any, alone: str, served: bool) -> None:
    """None makes an error, and the page is still alive behind each of them."""
    lab = visit(houses.link if served else alone)
    stable = lab.look("lab.scene.record.facts.largest_stable_rate")
    for fragment in HOSTILE:
        lab.page.evaluate("to => { location.hash = to }", "#" + fragment)
        lab.page.evaluate("() => new Promise(requestAnimationFrame)")
        lab.page.evaluate("() => new Promise(requestAnimationFrame)")
        assert lab.troubles == [], fragment[:80]
        assert lab.look("({}).rate") is None
        lab.page.evaluate("() => { location.hash = '#steps=200' }")
        lab.wait("lab.state.setting.rate === null && lab.scene.setting === lab.state.setting")
        lab.wait(f"lab.scene.record.facts.largest_stable_rate === {stable!r}")


@pytest.mark.parametrize("fragment", HOSTILE[1:5])
def test_a_fresh_page_with_a_hostile_link(visit: Any, houses: Any, fragment: str) -> None:
    lab = visit(f"{houses.link}#{fragment}")
    assert lab.look("lab.scene.record.loss.length") == 201
