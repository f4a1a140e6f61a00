"""Settings and questions read from plain data: what is refused, and in which words."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from steepest.errors import InputError
from steepest.live.questions import AskProfile, question_from
from steepest.live.setting import Setting, setting_from
from steepest.live.wire import plain


def test_a_setting_survives_the_wire() -> None:
    setting = Setting(
        features=("a", "b"),
        rule="momentum:0.95",
        rate=0.5,
        start=(1.0, 2.0),
        moved=((0, 1.0, 2.0),),
    )
    assert setting_from(plain(setting)) == setting
    assert set(plain(setting)) == {field.name for field in dataclasses.fields(Setting)}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("what", "file", "what is 'file'"),
        ("run", 1, "run is 1; expected text"),
        ("run", "r" * 1_001, "at most 1,000 characters"),
        ("steps", 20_001, "from 0 to 20,000"),
        ("steps", 10**400, "steps is"),
        ("steps", True, "steps is True"),
        ("degree", 10, "from 1 to 9"),
        ("rate", 0.0, "a number above 0"),
        ("rate", float("nan"), "a number above 0"),
        ("rate", 10**400, "a number above 0"),
        ("rate", "fast", "a number above 0"),
        ("rule", "lbfgs", "expected one of gradient_descent"),
        ("rule", "momentum:2", "beta"),
        ("rule", ["adam"], "rule is"),
        ("batch", 0, "from 1"),
        ("seed", -1, "from 0"),
        ("bug", "typo", "expected one of none, sign, factor, bias, order"),
        ("holdout", 0.5, "0 or 0.3"),
        ("start", [0.0] * 51, "at most 50"),
        ("start", [None], "start is None"),
        ("start", "zeros", "expected a list"),
        ("start", [1e300], "a number from"),
        ("expression", "w+" * 251, "at most 500 characters"),
        ("moved", [[0, 1.0]], r"expected \[row, x, y\]"),
        ("moved", [[0.5, 1.0, 1.0]], "the row of moved is 0.5"),
        ("moved", [[0, 1.0, float("inf")]], "the y of moved"),
        ("moved", [[0, 0, 0]] * 5_001, "at most 5,000"),
        ("chosen", [1, 1], "two parameters"),
        ("features", ["a", "a"], "twice"),
        ("features", [1], "expected text"),
        ("scale", None, "scale is None"),
        ("command", "rm", "should not have"),
    ],
)
def test_bad_fields_are_refused_in_one_sentence(field: str, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        setting_from({field: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (None, "expected an object with 'ask'"),
        ([], "expected an object"),
        ({}, "ask is None"),
        ({"ask": "delete"}, "ask is 'delete'"),
        ({"ask": {}}, "ask is"),
        ({"ask": "record"}, "lacks 'setting'"),
        ({"ask": "record", "setting": 3}, "a setting is 3"),
        ({"ask": "follow", "run": 1}, "unknown here"),
        ({"ask": "profile", "setting": {}, "step": -1, "along": 0}, "step is -1"),
        ({"ask": "profile", "setting": {}, "step": 0, "along": -2}, "along is -2"),
        ({"ask": "apply", "finding": 0, "remedy": 0}, "lacks 'setting'"),
        ({"ask": "branch", "setting": {}, "at": 0, "rate": 0}, "rate is 0"),
    ],
)
def test_bad_questions_are_refused(question: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        question_from(question)


def test_a_question_is_read_with_its_setting() -> None:
    asked = question_from({"ask": "profile", "setting": {"steps": 3}, "step": 2, "along": -1})
    assert asked == AskProfile(Setting(steps=3), 2, -1)


def test_only_a_run_has_the_id_of_one() -> None:
    assert setting_from({"what": "run", "run": "houses-2"}).run == "houses-2"
    assert setting_from({"what": "table", "run": "houses-2"}).run == ""
