"""What only Python can do comes to the served page; its word is the one on the card."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from steepest.data import datasets
from steepest.descent.descend import descend
from steepest.descent.rules import rule_named
from steepest.diagnosis.diagnose import diagnose
from steepest.live.bench import Bench
from steepest.objective.least_squares import LeastSquares


def of_python(place: Any, setting: dict[str, Any]) -> dict[str, Any]:
    *_, part = place.bench.answer({"ask": "diagnosis", "setting": setting})
    return part["diagnosis"]


def on_card(lab: Any, diagnosis: dict[str, Any]) -> None:
    """All words of the diagnosis are on the card."""
    expect(lab.part(".card")).to_have_attribute("data-verdict", diagnosis["verdict"])
    first, *more = diagnosis["findings"]
    expect(lab.part(".card h2")).to_have_text(first["title"])
    because = first["because"]
    expect(lab.part(".card > p:not(.small)")).to_contain_text(because[1:])
    expect(lab.part(".also li")).to_have_count(len(more))


def test_momentum_as_steepest_descends_and_judges_it(lab: Any) -> None:
    lab.page.get_by_label("Update rule").select_option("momentum")
    lab.wait("lab.scene.record.rule === 'momentum'")
    table = datasets.load("houses")
    objective = LeastSquares(table["size"].to_numpy()[:, None] / 1000, table["price"].to_numpy())
    rule = rule_named("momentum")
    trace = descend(objective, [-100.0, 900.0], rule=rule, steps=200, tolerance=0.0)
    np.testing.assert_allclose(lab.look("lab.scene.record.loss"), trace.loss, rtol=1e-9)
    on_card(lab, diagnose(trace).to_dict())


@pytest.mark.parametrize(
    ("setting", "arrived"),
    [
        ({"batch": 1, "steps": 300}, "lab.scene.record.step.length === 301"),
        (
            {"degree": 5, "holdout": 0.3, "scale": "standard", "start": None},
            "lab.scene.record.names.length === 6 && lab.scene.record.validation !== null",
        ),
        ({"loss": "huber"}, "true"),
    ],
    ids=["single examples", "degree 5", "huber"],
)
def test_other_settings(lab: Any, houses: Any, setting: dict[str, Any], arrived: str) -> None:
    before = lab.look("lab.scene.record.loss")
    lab.act(f"{{setting: {json.dumps(setting)}}}")
    lab.wait(f"JSON.stringify(lab.scene.record.loss) !== {json.dumps(json.dumps(before))}")
    lab.wait(arrived)
    on_card(lab, of_python(houses, lab.look("lab.state.setting")))
    expect(lab.part(".lab")).not_to_have_class("lab waiting")


@pytest.mark.parametrize("change", ["rate: 0.6", "rate: 0.001", "bug: 'bias'", "scale: 'raw'"])
def test_the_page_says_what_python_says(visit: Any, houses: Any, alone: str, change: str) -> None:
    served, lone = visit(houses.link), visit(alone)
    for lab in (served, lone):
        lab.act(f"{{setting: {{{change}}}}}")
    diagnosis = of_python(houses, served.look("lab.state.setting"))
    on_card(served, diagnosis)
    on_card(lone, diagnosis)


def test_what_python_refuses_is_said_and_the_page_stays(lab: Any) -> None:
    lab.act("{setting: {rule: 'momentum', bug: 'order'}}")
    expect(lab.part(".status")).to_contain_text("one after the other is a bug of plain")
    lab.act("{setting: {rule: 'gradient_descent', bug: 'none', steps: 30}}")
    expect(lab.part(".status")).not_to_contain_text("one after the other")
    assert lab.look("lab.scene.record.step.length") == 31


def test_a_curve_that_cannot_be_read_is_said(lab: Any) -> None:
    lab.page.get_by_label("Descend on").select_option("curve")
    lab.wait("lab.scene.record.names.length === 1")
    lab.page.get_by_label("J(w) =").fill("w**2 +")
    expect(lab.part(".status")).to_have_class("status refused")
    lab.page.get_by_label("J(w) =").fill("w**2 + 1")
    expect(lab.part(".status")).to_have_class("status")
    lab.wait("lab.scene.record.loss[0] === 101")


def test_two_classes_and_a_threshold(visit: Any, serve: Any) -> None:
    lab = visit(serve(Bench.of_table("breast_cancer", ["mean_radius", "mean_texture"])).link)
    assert lab.look("lab.scene.record.fit.classes.length") == 2
    lab.page.get_by_label("Threshold", exact=True).fill("0.2")
    lab.settle()
    assert lab.look("lab.state.look.threshold") == 0.2
    lab.page.get_by_label("Cost of a miss").fill("5")
    lab.page.get_by_label("Cost of a false alarm").fill("2")
    lab.settle()
    assert lab.look("lab.state.look.costs") == [2, 5]


def test_a_curve_offers_only_what_it_has(lab: Any) -> None:
    """No rows: no batches of them, none kept back, and no bugs of their gradient."""
    lab.page.get_by_label("Descend on").select_option("curve")
    lab.wait("lab.scene.record.names.length === 1")
    for words in ("Bug in the gradient", "Rows at each step", "Kept for validation", "Inputs"):
        expect(lab.page.get_by_label(words, exact=True)).to_be_hidden()
    expect(lab.part(".status")).to_have_class("status")
    lab.page.get_by_label("Update rule").select_option("momentum")
    lab.wait("lab.scene.record.rule === 'momentum'")
