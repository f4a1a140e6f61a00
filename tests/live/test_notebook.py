from __future__ import annotations

import builtins
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import steepest
from steepest.errors import InputError, MissingDependencyError
from steepest.live.answers import Part
from steepest.live.notebook import lab
from steepest.live.page import script

LONG = 30.0


class Talk:
    """The page's end of a widget: what it is sent, and what it sends, as ipywidgets does."""

    def __init__(self, widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget = widget
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        monkeypatch.setattr(
            type(widget), "send", lambda _, content, buffers=None: self.heard.put(content)
        )

    def say(self, content: object) -> None:
        data = {"method": "custom", "content": content}
        self.widget._handle_msg({"content": {"data": data}, "buffers": []})

    def answer(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        self.say(content)
        parts = [self.heard.get(timeout=LONG)]
        while parts[-1].get("part") != "end":
            parts.append(self.heard.get(timeout=LONG))
        return parts


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    return Talk(lab(), monkeypatch)


def test_without_a_source_it_shows_the_houses_where_the_notes_begin() -> None:
    widget = steepest.lab()
    assert widget.setup["title"] == "houses"
    assert widget.setup["link"] == "widget"
    assert widget.setup["table"]["start"] == [-0.1, 900]
    assert str(widget._esm) == script()


def test_a_question_is_answered_by_messages_with_its_number(talk: Talk) -> None:
    setting = {**talk.widget.setup["setting"], "steps": 2}
    first, end = talk.answer({"id": 7, "question": {"ask": "record", "setting": setting}})
    assert (first["id"], first["part"]) == (7, "record")
    assert first["record"]["params"][0] == [-100, 900]
    assert end == {"id": 7, "part": "end"}


def test_a_question_that_makes_no_sense_is_refused_in_words(talk: Talk) -> None:
    first, end = talk.answer({"id": "a", "question": {"ask": "me"}})
    assert (first["id"], first["part"]) == ("a", "refused")
    assert "me" in first["words"]
    assert end == {"id": "a", "part": "end"}


@pytest.mark.parametrize("content", [None, 5, [], {}, {"id": 1}, {"id": [], "question": {}}])
def test_messages_that_are_none_are_passed_over(talk: Talk, content: object) -> None:
    talk.say(content)
    assert talk.answer({"id": 1, "question": 0})[-1] == {"id": 1, "part": "end"}


def test_a_question_can_be_ended(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    go, closed = threading.Event(), threading.Event()

    def answer(_: object) -> Iterator[Part]:
        try:
            yield {"part": "record", "record": 0}
            go.wait(LONG)
            yield {"part": "record", "record": 1}
        finally:
            closed.set()

    monkeypatch.setattr(talk.widget._answering._bench, "answer", answer, raising=False)
    talk.say({"id": 1, "question": {}})
    assert talk.heard.get(timeout=LONG)["record"] == 0
    talk.say({"id": 1, "stop": True})
    go.set()
    assert closed.wait(LONG)
    assert talk.widget._answering.end(LONG)
    assert talk.heard.empty()


def test_closing_the_widget_ends_what_it_asked(talk: Talk) -> None:
    talk.widget.close()
    talk.widget.close()


def test_a_table_in_memory_a_curve_and_where_to_begin() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 4.0, 6.0, 9.0]})
    widget = lab(frame, x="a", y="b", rate=0.05, steps=7)
    assert widget.setup["table"]["x"] == [1, 2, 3, 4]
    assert (widget.setup["setting"]["rate"], widget.setup["setting"]["steps"]) == (0.05, 7)
    curve = lab(curve="w**2 - w", start=[3.0])
    assert curve.setup["setting"]["expression"] == "w**2 - w"
    assert curve.setup["setting"]["start"] == [3]


def test_a_trace_and_a_run_are_played_back(tmp_path: Path) -> None:
    trace = steepest.descend(
        steepest.objective_from(lambda w: float(w @ w), lambda w: 2 * w),
        [10.0],
        learning_rate=0.25,
        steps=3,
    )
    assert lab(trace).setup["played"]["params"] == [[10], [5], [2.5], [1.25]]
    store = steepest.Store(tmp_path / "runs.db")
    run = steepest.fit("houses", "price", store=store)
    saved = lab(run, store=store).setup
    assert saved["title"] == run.id
    elsewhere = lab(run, store=tmp_path / "other.db").setup
    assert saved["played"]["loss"] == elsewhere["played"]["loss"]
    assert lab(str(run.id), store=store).setup["played"]["loss"] == saved["played"]["loss"]


def test_what_cannot_be_shown_is_said() -> None:
    with pytest.raises(InputError, match="no table"):
        lab("houses", curve="w**2")
    with pytest.raises(InputError, match="rate"):
        lab("houses", rate=-1)
    with pytest.raises(InputError, match="colour"):
        lab("houses", colour="red")
    bowl = steepest.objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    trace = steepest.descend(bowl, [1.0], learning_rate=0.1, steps=2)
    with pytest.raises(InputError, match="steps cannot be set for a run"):
        lab(trace, steps=5)
    with pytest.raises(InputError, match="columns of a table"):
        lab(trace, x="a")


def test_without_anywidget_the_error_holds_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "anywidget":
            raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")
        return real(name, *rest, **more)

    monkeypatch.delitem(__import__("sys").modules, "steepest.live.widget", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=r'pip install "steepest\[notebook\]"'):
        lab()
