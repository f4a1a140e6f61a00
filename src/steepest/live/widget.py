"""The widget of a notebook: the page's own script, with Python at the other end of a comm.

A question comes as {"id", "question"}, its parts go back as {"id", "part", ...}, and
{"id", "part": "end"} is the last; {"id", "stop": true} ends it before. Loaded only where
anywidget is installed.
"""

from __future__ import annotations

import sys
import threading
from typing import Any, cast

import anywidget
import traitlets

from steepest.live.answers import Answering, Answers, Part
from steepest.live.page import plain_setup, script

__all__ = ["LabWidget"]


class LabWidget(anywidget.AnyWidget):
    """A live page of gradient descent in a notebook; `steepest.lab` makes one.

    setup:  what the page begins with, as plain data
    """

    _esm = script()
    setup: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, bench: Answers, setup: Any) -> None:
        super().__init__(setup=plain_setup(setup, "widget"))
        self._answering = Answering(bench, _thread())
        self._asked: dict[int | str, threading.Event] = {}
        self.on_msg(self._hear)  # pyright: ignore[reportUnknownMemberType]

    def _hear(self, _: object, message: object, buffers: object) -> None:
        """One message of the page."""
        if not isinstance(message, dict):
            return
        said = cast("dict[str, Any]", message)
        name = said.get("id")
        if not isinstance(name, (int, str)):
            return
        if said.get("stop") is True:
            self._forget(name)
        elif "question" in said:
            self._forget(name)  # of a page that was loaded again and counts from the start
            self._answer(name, said["question"])

    def _answer(self, name: int | str, question: object) -> None:
        gone = threading.Event()

        def tell(part: Part | None) -> None:
            if part is None and self._asked.get(name) is gone:
                del self._asked[name]
            message = {"id": name, **(part or {"part": "end"})}
            self.send(message)  # pyright: ignore[reportUnknownMemberType]

        self._asked[name] = gone
        self._answering.begin(question, tell, gone)

    def _forget(self, name: int | str) -> None:
        gone = self._asked.pop(name, None)
        if gone is not None:
            gone.set()

    def close(self) -> None:
        """Take the page away, and let go of what it asked."""
        answering = getattr(self, "_answering", None)
        if answering is not None:
            answering.end(seconds=0.0)
        super().close()


def _thread() -> type[threading.Thread]:
    """Threads that may talk to the page: marimo's own where it runs, else Python's."""
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.running_in_notebook():
        return marimo.Thread
    return threading.Thread
