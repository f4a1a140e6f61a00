"""Points, the start and the secant can be taken hold of."""

from __future__ import annotations

from typing import Any

import pytest

# Where the pointer turns into a hand: grips are pixels that only a view knows.
GRIPS = """view => {
  const root = document.querySelector('#steepest-lab').shadowRoot;
  const canvas = root.querySelector(`[data-view="${view}"] canvas`);
  const box = canvas.getBoundingClientRect();
  const found = [];
  for (let y = 4; y < box.height; y += 4) for (let x = 4; x < box.width; x += 4) {
    canvas.dispatchEvent(new PointerEvent("pointermove", {clientX: box.x + x, clientY: box.y + y}));
    if (canvas.style.cursor === "grab") found.push([box.x + x, box.y + y]);
  }
  return found;
}"""


def drag(lab: Any, place: list[float], by: tuple[float, float]) -> None:
    mouse = lab.page.mouse
    mouse.move(*place)
    mouse.down()
    for share in (0.3, 0.7, 1.0):
        mouse.move(place[0] + share * by[0], place[1] + share * by[1])
    mouse.up()
    lab.settle()


def places(lab: Any, view: str) -> list[list[float]]:
    lab.canvas(view).scroll_into_view_if_needed()
    return lab.page.evaluate(GRIPS, view)


def test_a_data_point_takes_the_minimum_with_it(lab: Any) -> None:
    before = lab.look("lab.scene.record.facts.minimum")
    grips = places(lab, "data")
    highest = min(grips, key=lambda place: place[1])
    drag(lab, highest, (0, 60))
    ((row, x, y),) = lab.look("lab.state.setting.moved")
    assert x == pytest.approx(lab.look(f"lab.scene.table.x[{row}]"), rel=0.02)
    assert y < lab.look(f"lab.scene.table.y[{row}]")
    after = lab.look("lab.scene.record.facts.minimum")
    assert after[0] != before[0]
    assert lab.look("lab.scene.record.fit.truth")[row] == y
    lab.named("button", "undo (Ctrl+Z)").click()
    lab.settle()
    assert lab.look("lab.scene.record.facts.minimum") == before


def test_the_start_can_be_dragged_and_typed(lab: Any) -> None:
    (x, y) = places(lab, "contours")[0]
    drag(lab, [x + 4, y + 4], (30, 20))
    w, b = lab.look("lab.state.setting.start")
    assert lab.look("lab.scene.record.params[0]") == pytest.approx([1000 * w, b])
    assert (1000 * w, b) != (-100, 900)
    lab.page.get_by_label("Start w").fill("25")
    lab.settle()
    assert lab.look("lab.scene.record.params[0]") == pytest.approx([25, b])
    lab.named("button", "Start over").click()
    lab.settle()
    assert lab.look("lab.scene.record.params[0]") == [-100, 900]


def test_the_secant_closes_in_on_the_tangent(lab: Any) -> None:
    lab.act("{look: {secant: 0.3}}")
    lab.named("slider", "Secant").fill("0.1")
    lab.settle()
    assert lab.look("lab.state.look.secant") == 0.1
    grips = places(lab, "slope")
    drag(lab, max(grips), (-25, 0))
    assert lab.look("lab.state.look.secant") != 0.1


def test_the_bowl_is_turned(lab: Any) -> None:
    lab.canvas("bowl").scroll_into_view_if_needed()
    box = lab.canvas("bowl").bounding_box()
    drag(lab, [box["x"] + 100, box["y"] + 100], (40, -20))
    assert lab.look("[lab.state.look.turn, lab.state.look.tilt]") != [-35, 32]


def test_points_are_moved_by_numbers_too(lab: Any) -> None:
    lab.part(".mover summary").click()
    mover = lab.part(".mover")
    mover.get_by_label("Point").fill("3")
    mover.get_by_label("y", exact=True).fill("555")
    lab.settle()
    ((row, x, y),) = lab.look("lab.state.setting.moved")
    assert (row, x, y) == (2, lab.look("lab.scene.table.x[2]"), 555)
    lab.named("button", "Put all back").click()
    lab.settle()
    assert lab.look("lab.state.setting.moved") == []
