"""The learning rate, the card's verdict, and what its buttons do."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def verdict(lab: Any, code: str) -> None:
    expect(lab.part(".card")).to_have_attribute("data-verdict", code)


def test_the_slider_by_keyboard(lab: Any) -> None:
    slider = lab.part("input.rate")
    assert slider.get_attribute("aria-valuetext").startswith("0.2575; 50 % of the largest stable")
    before = lab.look("lab.scene.record.rate[0]")
    slider.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.settle()
    after = lab.look("lab.state.setting.rate")
    assert after > before
    assert lab.look("lab.scene.record.rate[0]") == after
    lab.page.keyboard.press("End")
    lab.settle()
    stable = lab.look("lab.scene.record.facts.largest_stable_rate")
    assert abs(lab.look("lab.state.setting.rate") / stable - 10) < 0.1
    assert "1,000 % of the largest stable" in slider.get_attribute("aria-valuetext")
    lab.named("button", "auto").click()
    lab.settle()
    assert lab.look("lab.scene.record.rate[0]") == before


def test_beyond_the_largest_stable_value_the_remedy_is_one_press(lab: Any) -> None:
    stable = lab.look("lab.scene.record.facts.largest_stable_rate")
    lab.act(f"{{setting: {{rate: {1.1 * stable!r}, steps: 60}}}}")
    verdict(lab, "diverging")
    expect(lab.part(".card")).to_have_attribute("data-severity", "error")
    expect(lab.part(".rated")).to_have_class("field rated beyond")
    expect(lab.part(".share")).to_contain_text("110 % of the largest stable value")
    lab.part(".card button.apply").first.click()
    lab.settle()
    assert 0 < lab.look("lab.state.setting.rate") < stable
    expect(lab.part(".card")).to_have_attribute("data-severity", "info")
    assert lab.look("lab.scene.record.loss.at(-1) < lab.scene.record.loss[0]")


def test_the_remedy_for_too_few_steps_is_one_press(lab: Any) -> None:
    verdict(lab, "unfinished")
    lab.part(".card button.apply").first.click()
    lab.settle()
    assert lab.look("lab.state.setting.steps") > 200
    verdict(lab, "converged")


def test_an_injected_bug_is_found_and_taken_out(lab: Any) -> None:
    lab.page.get_by_label("Bug in the gradient").select_option("sign")
    verdict(lab, "gradient_sign")
    lab.named("button", "Take it out").click()
    lab.settle()
    assert lab.look("lab.state.setting.bug") == "none"
    verdict(lab, "unfinished")


def test_what_is_no_rate_changes_nothing(lab: Any) -> None:
    number = lab.named("textbox", "learning rate, as a number")
    for words in ("0", "-1", "1e999", "0,3", "abc", ""):
        number.fill(words)
        expect(number).to_have_attribute("aria-invalid", "true")
        expect(lab.part(".rated .refused")).to_have_text("a number above 0")
        assert lab.look("lab.state.setting.rate") is None
    number.fill("0.3")
    lab.settle()
    assert lab.look("lab.scene.record.rate[0]") == 0.3
