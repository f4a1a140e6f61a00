"""The notebook's door: the same module, with messages instead of requests."""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import Browser

from steepest.live.bench import Bench
from steepest.live.page import plain_setup, script

MODEL = """async ([code, setup]) => {
  const heard = new Set();
  const model = {
    get: () => setup,
    on: (_, call) => heard.add(call),
    off: (_, call) => heard.delete(call),
    send: async (message) => {
      if (message.stop) return;
      const parts = await askPython(message.question);
      for (const part of [...parts, {part: "end"}]) {
        for (const call of [...heard]) call({id: message.id, ...part});
      }
    },
  };
  const module = await import(`data:text/javascript;base64,${code}`);
  const host = document.body.appendChild(document.createElement("div"));
  window.leave = module.default.render({model, el: host});
  window.lab = host.lab;
}"""
FOUND = """async (condition) => {
  for (const began = performance.now(); performance.now() - began < 20000;) {
    if (window.eval(condition)) return true;
    await new Promise(requestAnimationFrame);
  }
  return false;
}"""


def test_a_notebook_asks_by_messages(chromium: Browser) -> None:
    bench = Bench.of_table()
    asked = list[str]()

    def answer(question: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append(question["ask"])
        return list(bench.answer(question))

    page = chromium.new_page(viewport={"width": 900, "height": 700})
    troubles = list[str]()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto("about:blank")
    page.expose_function("askPython", answer)
    code = base64.b64encode(script().encode()).decode()
    page.evaluate(MODEL, [code, plain_setup(bench.setup, "widget")])
    assert page.evaluate(FOUND, "lab.scene?.record.names.length === 2")
    page.evaluate("lab.act({setting: {rule: 'adam', steps: 30}})")
    assert page.evaluate(FOUND, "lab.scene.record.rule === 'adam'")
    assert page.evaluate("location.hash") == ""  # the address is the notebook's
    page.evaluate("leave()")
    assert "record" in asked
    assert troubles == []
    page.close()
