"""The exported file lives with the network cut."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def test_it_computes_and_judges_by_itself(visit: Any, alone: str) -> None:
    lab = visit(alone)
    lab.page.context.set_offline(True)
    lab.page.reload()
    lab.settle()
    before = lab.look("lab.scene.record.loss")
    stable = lab.look("lab.scene.record.facts.largest_stable_rate")
    expect(lab.part(".card")).to_have_attribute("data-verdict", "unfinished")
    for share, verdict in ((1.2, "diverging"), (0.001, "crawling")):
        lab.act(f"{{setting: {{rate: {share * stable!r}}}}}")
        assert lab.look("lab.scene.record.rate[0]") == share * stable
        assert lab.look("lab.scene.record.loss") != before
        expect(lab.part(".card")).to_have_attribute("data-verdict", verdict)
    lab.act("{setting: {bug: 'sign'}}")
    expect(lab.part(".card")).to_have_attribute("data-verdict", "gradient_sign")


def test_it_offers_only_what_it_can_do(visit: Any, alone: str) -> None:
    lab = visit(alone)
    fields = lab.part(".choices select").evaluate_all(
        "lists => lists.filter(list => list.checkVisibility())"
        ".map(list => list.parentElement.querySelector('label').textContent)"
    )
    assert fields == ["Descend on", "Inputs", "Kept for validation", "Bug in the gradient"]


def test_a_link_to_what_needs_python_is_refused_in_words(visit: Any, alone: str) -> None:
    lab = visit(f"{alone}#rule=momentum")
    expect(lab.part(".status")).to_contain_text("steepest lab")
