"""Check yourself: questions are about what is shown, and so are their answers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

SETTINGS = [
    "{rule: 'momentum', bug: 'sign', rate: 0.05}",
    "{rule: 'adam'}",
    "{batch: 1}",
    "{loss: 'huber'}",
    "{rate: 0.6, steps: 40}",
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_answer_is_what_the_record_does_next(lab: Any, setting: str) -> None:
    lab.act("{setting: {rate: 0.05}, look: {at: 1, ask: true}}")
    lab.act(f"{{setting: {setting}}}")
    for step in range(2, 9):
        lab.act(f"{{look: {{at: {step}}}}}")
        asked = lab.part(".asked > p").first.text_content()
        loss = lab.look("lab.scene.record.loss.slice(lab.scene.row)")
        params = lab.look("lab.scene.record.params.slice(lab.scene.row)")
        truth = answer_of(asked, loss, params)
        if truth is None:
            continue
        lab.part(".asked .row button").filter(has_text=truth).click()
        expect(lab.part(".asked .answer")).to_contain_text("Right.")


def answer_of(asked: str, loss: list[float], params: list[list[float]]) -> str | None:
    """The answer by the numbers of the record alone; None for a question about more of it."""
    if asked.startswith("Will the loss rise"):
        return "rise" if loss[1] > loss[0] else "fall"
    if asked.startswith("Which way will"):
        place = "wb".index(asked.split()[3])
        return "up" if params[1][place] > params[0][place] else "down"
    return None
