"""The questions of a page, read from plain data: each a value with its own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from steepest.arguments import real, shown, whole
from steepest.errors import InputError
from steepest.live.setting import LARGEST, LARGEST_PLACE, Setting, setting_from

__all__ = [
    "Apply",
    "AskBranch",
    "AskDiagnosis",
    "AskProfile",
    "AskRecord",
    "Follow",
    "Question",
    "question_from",
]

MOST_STEP = 10**12


@dataclass(frozen=True, slots=True)
class AskRecord:
    """The record of a setting."""

    setting: Setting


@dataclass(frozen=True, slots=True)
class AskDiagnosis:
    """Python's word on what the page computed itself."""

    setting: Setting


@dataclass(frozen=True, slots=True)
class AskProfile:
    """J along parameter `along`, or along the gradient (-1), at a step."""

    setting: Setting
    step: int
    along: int


@dataclass(frozen=True, slots=True)
class AskBranch:
    """On from the parameters at step `at` with another learning rate."""

    setting: Setting
    at: int
    rate: float


@dataclass(frozen=True, slots=True)
class Follow:
    """The record of a run each time it has grown, until it ends."""


@dataclass(frozen=True, slots=True)
class Apply:
    """The run of the setting again with a remedy of a finding, by their places."""

    setting: Setting
    finding: int
    remedy: int


Question = AskRecord | AskDiagnosis | AskProfile | AskBranch | Follow | Apply


def question_from(plain: object) -> Question:
    """The question that plain data hold; InputError, in one sentence, where there is none.

    >>> question_from({"ask": "follow"})
    Follow()
    """
    if not isinstance(plain, Mapping):
        raise InputError(f"a question is {shown(plain)}; expected an object with 'ask'")
    given = cast("Mapping[Any, Any]", plain)
    asked = given.get("ask")
    if not isinstance(asked, str) or asked not in _KINDS:
        raise InputError(f"ask is {shown(asked)}; expected one of {', '.join(_KINDS)}")
    kind, fields = _KINDS[asked]
    for name in given:
        if name != "ask" and name not in fields:
            raise InputError(f"the question {asked!r} has the field {shown(name)}, unknown here")
    for name in fields:
        if name not in given:
            raise InputError(f"the question {asked!r} lacks {name!r}")
    return kind(**{name: read(name, given[name]) for name, read in fields.items()})


def _setting(name: str, value: object) -> Setting:
    return setting_from(value)


def _step(name: str, value: object) -> int:
    return whole(name, value, 0, MOST_STEP)


def _along(name: str, value: object) -> int:
    return whole(name, value, -1, LARGEST_PLACE)


def _rate(name: str, value: object) -> float:
    return real(name, value, "a number above 0", lambda number: 0 < number <= LARGEST)


def _place(name: str, value: object) -> int:
    return whole(name, value, 0, 1_000)


_Fields = dict[str, Callable[[str, object], Any]]
_KINDS: dict[str, tuple[Callable[..., Question], _Fields]] = {
    "record": (AskRecord, {"setting": _setting}),
    "diagnosis": (AskDiagnosis, {"setting": _setting}),
    "profile": (AskProfile, {"setting": _setting, "step": _step, "along": _along}),
    "branch": (AskBranch, {"setting": _setting, "at": _step, "rate": _rate}),
    "follow": (Follow, {}),
    "apply": (Apply, {"setting": _setting, "finding": _place, "remedy": _place}),
}
