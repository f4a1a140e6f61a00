"""Names with numbers after a colon, as people write them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from steepest.descent.rates import RATES, rate_named
from steepest.descent.rules import RULES, rule_named
from steepest.descent.spelled import spelled
from steepest.errors import InputError


@dataclass(frozen=True)
class Walk:
    length: float
    pace: float = 2.0
    kind: str = field(default="walk", init=False)


@dataclass(frozen=True)
class Rest:
    pass


KINDS = {"walk": Walk, "rest": Rest}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("rest", Rest()),
        ("rest:", Rest()),
        ("walk:3", Walk(3.0)),
        ("walk:3,4", Walk(3.0, 4.0)),
        ("walk:3,pace=4", Walk(3.0, 4.0)),
        ("walk:pace=4,length=3", Walk(3.0, 4.0)),
        ("  walk :  length = 3e1 ,  pace = -.5  ", Walk(30.0, -0.5)),
        ("walk:3,", Walk(3.0)),
    ],
)
def test_what_is_meant(text: str, meant: object) -> None:
    assert spelled(text, KINDS, "way") == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wlak", "there is no way 'wlak'; did you mean 'walk'?; known: walk, rest"),
        ("swim:1", "there is no way 'swim'; known: walk, rest"),
        ("Walk:1", "did you mean 'walk'"),
        ("walk", "'walk' lacks length; write it as walk:length=...,pace=..."),
        ("walk:pace=1", "lacks length"),
        ("walk:1,2,3", "has more numbers than length, pace"),
        ("walk:1,kind=2", "sets 'kind'; known here: length, pace"),
        ("walk:far", "has 'far' where a number should be"),
        ("walk:length=", "has '' where a number should be"),
        ("walk:=3", "sets ''; known here: length, pace"),
        ("walk:inf", "where a finite number should be"),
        ("rest:1", "has more numbers than none"),
        ("rest:a=1", "sets 'a'; known here: nothing"),
    ],
)
def test_what_is_not_understood(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        spelled(text, KINDS, "way")
    assert words in str(refused.value)


def test_what_else_the_caller_knows_is_said() -> None:
    with pytest.raises(InputError, match="known: a sledge, walk, rest"):
        spelled("fly", KINDS, "way", also="a sledge")


def test_a_number_that_comes_twice_is_refused() -> None:
    with pytest.raises(InputError):
        spelled("walk:3,length=4", KINDS, "way")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_can_be_written(rule: object) -> None:
    assert rule_named(rule.name) == rule


@pytest.mark.parametrize("name", RATES)
def test_every_rate_can_be_written(name: str) -> None:
    lacking = name in ("constant", "step", "exponential", "cosine")
    assert isinstance(rate_named(f"{name}:0.1" if lacking else name), RATES[name])
