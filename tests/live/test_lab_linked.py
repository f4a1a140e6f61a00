"""One row in all views: hovering or moving in one moves the others."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

PICTURES = """() => {
  const root = document.querySelector('#steepest-lab').shadowRoot;
  const views = [...root.querySelectorAll('[data-view] canvas')].filter(c => c.clientWidth > 0);
  return Object.fromEntries(
    views.map(c => [c.parentElement.dataset.view, c.toDataURL()]));
}"""
# How many rows there are to find, or two as soon as there are so many.
POINTED = """async view => {
  const host = document.querySelector('#steepest-lab');
  const canvas = host.shadowRoot.querySelector(`[data-view="${view}"] canvas`);
  const box = canvas.getBoundingClientRect();
  const found = new Set();
  const ups = [0.4, 0.5, 0.6, 0.7, 0.8, 0.3, 0.2];
  for (const up of ups) for (let share = 0.02; share < 1; share += 0.02) {
    const place = {clientX: box.x + share * box.width, clientY: box.y + up * box.height};
    canvas.dispatchEvent(new PointerEvent('pointermove', place));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    found.add(host.lab.scene.hover ?? -1);
    if (found.size > 2) return found.size - 1;
  }
  return found.size - 1;
}"""
LINKED = {"data", "contours", "cost", "slope", "bowl", "flow"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {view for view, picture in after.items() if picture != before[view]}


def test_a_row_under_the_pointer_is_shown_everywhere(lab: Any) -> None:
    before = lab.page.evaluate(PICTURES)
    told = lab.part('[data-view="words"] dl').inner_text()
    box = lab.canvas("cost").bounding_box()
    lab.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    lab.wait("lab.scene.hover !== null")
    assert lab.look("lab.scene.row") == lab.look("lab.scene.hover") > 0
    assert changed(before, lab.page.evaluate(PICTURES)) == LINKED
    assert lab.part('[data-view="words"] dl').inner_text() != told
    assert lab.look("lab.state.look.at") == 0
    lab.page.mouse.move(5, 5)
    lab.wait("lab.scene.hover === null")
    assert lab.look("lab.scene.row") == 0
    assert changed(before, lab.page.evaluate(PICTURES)) == set()


@pytest.mark.parametrize("view", ["data", "contours", "slope"])
def test_a_path_has_rows_to_point_at(lab: Any, view: str) -> None:
    lab.act("{look: {at: 8}}")
    if view == "slope":  # with one parameter the path lies on its curve
        lab.act("{setting: {what: 'curve', expression: 'w**2', start: [10], rate: 0.1}}")
    assert lab.page.evaluate(POINTED, view) > 1


def test_the_bar_moves_all_views_and_back(lab: Any) -> None:
    first = lab.page.evaluate(PICTURES)
    press = lambda name: (lab.named("button", name).click(), lab.settle())  # noqa: E731
    press("one iteration on")
    press("one iteration on")
    assert lab.look("[lab.state.look.at, lab.scene.row]") == [2, 2]
    assert changed(first, lab.page.evaluate(PICTURES)) == LINKED
    press("one iteration back")
    assert lab.look("lab.scene.row") == 1
    press("to the last iteration")
    assert lab.look("lab.scene.row") == 200
    expect(lab.part(".where")).to_contain_text("iteration 200 of 200")
    press("one iteration on")
    assert lab.look("lab.scene.row") == 200
    press("to the first iteration")
    press("one iteration back")
    assert lab.page.evaluate(PICTURES) == first
    lab.part(".scrub").fill("77")
    lab.settle()
    assert lab.look("lab.scene.row") == 77
    assert lab.part(".scrub").get_attribute("aria-valuetext") == "iteration 77 of 200"


def test_it_plays_to_the_end_and_pauses_on_the_way(lab: Any) -> None:
    lab.act("{setting: {steps: 12}}")
    play = lab.part("button.play")
    play.click()
    expect(play).to_have_text("Pause")
    lab.wait("lab.scene.row > 0")
    play.click()
    expect(play).to_have_text("Play")
    stood = lab.look("lab.scene.row")
    assert 0 < stood < 12
    play.click()
    lab.wait("lab.scene.row === 12")
    expect(play).to_have_text("Play")
    assert lab.look("lab.state.look.at") == 12


@pytest.mark.parametrize(("motion", "plays"), [("reduce", False), ("no-preference", True)])
def test_it_begins_to_play_unless_the_reader_wants_no_motion(
    visit: Any, houses: Any, motion: str, plays: bool
) -> None:
    lab = visit(houses.link, reduced_motion=motion)
    expect(lab.part("button.play")).to_have_text("Pause" if plays else "Play")
    assert (lab.look("lab.state.look.at") > 0 or plays) is plays
