"""Two runs in one picture, and the lessons."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect


def test_a_branch_leaves_the_path_where_it_is_shown(lab: Any) -> None:
    lab.act("{look: {at: 20}}")
    lab.named("button", "Branch here").click()
    lab.wait("lab.scene.beside !== null")
    branch = lab.look("lab.scene.beside")
    assert branch["step"][0] == 20
    assert branch["step"][-1] == 200
    assert branch["params"][0] == lab.look("lab.scene.record.params[20]")
    rate = lab.named("textbox", "learning rate of the branch")
    assert float(rate.input_value()) == pytest.approx(
        lab.look("lab.scene.record.rate[0]") / 2, 1e-3
    )
    rate.fill("0.01")
    lab.wait("lab.scene.beside.rate[0] === 0.01")
    lab.named("button", "Remove").click()
    lab.wait("lab.scene.beside === null")


def test_a_branch_does_not_throw_the_kept_run_away(lab: Any) -> None:
    lab.named("button", "Keep to compare").click()
    lab.act("{setting: {rate: 0.1}, look: {at: 5}}")
    lab.named("button", "Branch here").click()
    lab.wait("lab.scene.beside?.step[0] === 5")
    lab.named("button", "Remove").click()
    lab.wait("lab.scene.beside?.step[0] === 0")


def test_a_kept_run_stays_while_the_other_changes(lab: Any) -> None:
    lab.named("button", "Keep to compare").click()
    lab.wait("lab.scene.beside !== null")
    kept = lab.look("lab.scene.beside.loss")
    lab.act("{setting: {rate: 0.05}}")
    assert lab.look("lab.scene.beside.loss") == kept
    assert lab.look("lab.scene.record.loss") != kept
    expect(lab.part(".beside")).to_contain_text("kept run")


@pytest.mark.parametrize("served", [True, False], ids=["served", "file"])
def test_every_lesson_shows(visit: Any, houses: Any, alone: str, served: bool) -> None:
    lab = visit(houses.link if served else alone)
    names = lab.part(".menu-list.tall button").all_text_contents()
    assert len(names) == (12 if served else 10)
    for name in names:
        lab.part("summary").get_by_text("Lessons").click()
        lab.named("button", name).click()
        expect(lab.part(".lesson strong")).to_have_text(f"{name}.")
        lab.settle()
        expect(lab.part(".lab:not(.waiting)")).to_have_count(1)
        assert lab.part(".status").evaluate("p => p.className") == "status", name
        assert lab.look("lab.scene.record.loss.length") > 1, name
    lab.part("summary").get_by_text("Lessons").click()
    lab.named("button", names[0]).click()
    expect(lab.part(".lesson strong")).to_have_text(f"{names[0]}.")
    lab.act("{setting: {steps: 3}}")
    expect(lab.part(".lesson")).to_be_hidden()


def test_a_lesson_says_what_is_to_be_seen(visit: Any, alone: str) -> None:
    lab = visit(alone)

    def learn(name: str) -> None:
        lab.part("summary").get_by_text("Lessons").click()
        lab.named("button", name).click()
        expect(lab.part(".lesson strong")).to_have_text(f"{name}.")
        lab.settle()

    learn("The oscillation trap: w² at α = 1")
    assert lab.look("lab.scene.record.params.slice(0, 4)") == [[10], [-10], [10], [-10]]
    learn("Two starts, one factor: w² at α = 0.2")
    assert lab.look("lab.scene.beside.params[0]") == [15]
    assert lab.look("lab.scene.record.params[1][0]") == pytest.approx(6)
    learn("A learning rate too high")
    expect(lab.part(".card")).to_have_attribute("data-verdict", "diverging")
    learn("A bug: the bias is forgotten")
    assert lab.look("new Set(lab.scene.record.params.map(p => p[1])).size") == 1
