"""Without a pointer: everything is reached, seen to be reached, and can be done."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

REACHABLE = """() => {
  const root = document.querySelector('#steepest-lab').shadowRoot;
  const kinds = 'button, input, select, summary, [tabindex="0"], a[href]';
  const seen = [...root.querySelectorAll(kinds)].filter(e => !e.disabled && e.checkVisibility());
  seen.forEach((element, place) => { element.dataset.place = place; });
  return seen.length;
}"""
FOCUSED = """() => {
  const element = document.querySelector('#steepest-lab').shadowRoot.activeElement;
  if (element === null) return null;
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return {place: Number(element.dataset.place ?? -1), ring, what: element.outerHTML.slice(0, 120)};
}"""


def test_tab_reaches_every_control_and_shows_where_it_is(lab: Any) -> None:
    lab.part(".numbers summary").click()
    lab.part(".mover summary").click()
    lab.act("{look: {ask: true}, branch: {at: 0, rate: 0.1}}")
    many = lab.page.evaluate(REACHABLE)
    assert many > 40
    lab.page.evaluate("document.querySelector('#steepest-lab').shadowRoot.activeElement?.blur()")
    reached = set[int]()
    for _ in range(many + 5):
        lab.page.keyboard.press("Tab")
        now = lab.page.evaluate(FOCUSED)
        if now is not None:
            assert now["ring"], now["what"]
            reached.add(now["place"])
    assert reached >= set(range(many))


def test_what_a_slider_did_by_keyboard_is_taken_back(lab: Any) -> None:
    before = lab.look("lab.state.setting")
    lab.part("input.rate").focus()
    lab.page.keyboard.press("ArrowLeft")
    lab.settle()
    assert lab.look("lab.state.setting") != before
    lab.page.keyboard.press("Control+z")
    lab.settle()
    assert lab.look("lab.state.setting") == before


def test_the_slider_follows_again_after_a_touch_that_became_a_scroll(lab: Any) -> None:
    slider = lab.part("input.rate")
    slider.dispatch_event("pointerdown")
    slider.dispatch_event("pointercancel")
    before = slider.input_value()
    lab.act("{setting: {rate: 0.001}}")
    assert slider.input_value() != before


def test_nothing_but_words_of_verdicts_is_read_out_while_playing(lab: Any) -> None:
    live = lab.page.evaluate(
        """() => [...document.querySelector('#steepest-lab').shadowRoot.querySelectorAll('output')]
             .filter(element => element.getAttribute('aria-live') !== 'off').length"""
    )
    assert live == 0


def test_escape_closes_the_lessons(lab: Any) -> None:
    lab.part("details.menu summary").first.click()
    expect(lab.part("details.menu[open]")).to_have_count(1)
    lab.page.keyboard.press("Escape")
    expect(lab.part("details.menu[open]")).to_have_count(0)


def test_space_plays_and_pauses(lab: Any) -> None:
    lab.page.keyboard.press(" ")
    expect(lab.part("button.play")).to_have_text("Pause")
    lab.page.keyboard.press(" ")
    expect(lab.part("button.play")).to_have_text("Play")


def test_keys_of_a_field_are_its_own(lab: Any) -> None:
    """Space on a button presses it, and does not play too; in a field it is a letter."""
    lab.named("button", "one iteration on").focus()
    lab.page.keyboard.press(" ")
    lab.settle()
    assert lab.look("lab.scene.row") == 1
    expect(lab.part("button.play")).to_have_text("Play")
    lab.part("input.scrub").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.settle()
    assert lab.look("lab.scene.row") == 2


def test_every_gesture_has_a_key(lab: Any) -> None:
    """The feet of the views do what the pointer does in them."""
    feet = {
        "data": "Move a point",
        "contours": None,  # the start is two fields among the controls
        "cost": "logarithmic",
        "slope": "Secant",
        "bowl": "Turn",
        "flow": "Example row",
    }
    for view, words in feet.items():
        if words is not None:
            expect(lab.part(f'[data-view="{view}"] .feet')).to_contain_text(words)
    turn = lab.page.get_by_role("slider", name="Turn", exact=True)
    turn.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.settle()
    assert lab.look("lab.state.look.turn") == -34
    lab.page.get_by_label("Example row").fill("7")
    lab.settle()
    assert lab.look("lab.state.look.example") == 6
    box = lab.page.get_by_label("logarithmic")
    box.focus()
    lab.page.keyboard.press(" ")
    lab.settle()
    assert lab.look("lab.state.look.log") is True


def test_a_view_is_enlarged_and_escape_brings_it_back(lab: Any) -> None:
    lab.named("button", "enlarge: " + lab.part('[data-view="bowl"] h2').inner_text()).press("Enter")
    expect(lab.canvas("slope")).to_be_hidden()
    lab.page.keyboard.press("Escape")
    expect(lab.canvas("slope")).to_be_visible()


def test_check_yourself(lab: Any) -> None:
    lab.page.get_by_label("Check yourself: ask me before each step").press(" ")
    quiz = lab.part(".asked")
    expect(quiz.locator("p").first).to_contain_text("?")
    quiz.get_by_role("button").first.press("Enter")
    expect(quiz.locator(".answer")).to_contain_text(".")
    quiz.get_by_role("button", name="Take the step").press("Enter")
    lab.settle()
    assert lab.look("lab.scene.row") == 1
    expect(quiz.locator(".answer")).to_be_empty()
