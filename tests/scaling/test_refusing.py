"""What needs all rows at hand is refused before any is read, with what to do instead."""

from typing import Any

import pytest

from steepest.errors import InputError
from steepest.run import Request
from steepest.scaling.refusing import refuse_what_needs_rows

WISHES: list[tuple[dict[str, Any], str]] = [
    ({"batch": 32}, "batch is 32"),
    ({"batch": 32, "average": True}, "batch is 32"),
    ({"average": True}, "average is asked for"),
    ({"full_loss_every": 3}, "full_loss_every is given"),
    ({"folds": 5}, "folds is 5"),
    ({"repeats": 3}, "repeats is 3"),
    ({"split": "stratified"}, "split is stratified"),
    ({"split": "group=town"}, "split is group=town"),
    ({"split": "time=day"}, "split is time=day"),
    ({"key": "id"}, "key is id"),
]


@pytest.mark.parametrize(("settings", "said"), WISHES)
def test_the_sentence_says_what_came_why_not_and_what_to_do(
    settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as raised:
        refuse_what_needs_rows(Request("big", "y", **settings))
    sentence = str(raised.value)
    assert sentence.startswith(f"{said}, but the rows are read piece by piece, and ")
    assert sentence.count("; ") >= 1


@pytest.mark.parametrize("split", ["auto", "random"])
def test_what_can_be_is_let_through(split: str) -> None:
    refuse_what_needs_rows(Request("big", "y", split=split, holdout=0.0, l1=1.0, weight="w"))
