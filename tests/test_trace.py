"""The record: shapes that do not fit are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.trace import Fact, Stop, Trace

TRACE = Trace(
    step=np.arange(3),
    loss=np.array([4.0, 2.0, 1.0]),
    learning_rate=np.full(3, 0.1),
    rule="gradient_descent",
    names=("w", "b"),
    stop=Stop("budget", "2 steps"),
    params=np.zeros((3, 2)),
    measures={"val_loss": np.ones(3)},
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": np.array([0, 2, 1])}, "rise"),
        ({"loss": np.zeros(2)}, "loss has shape"),
        ({"params": np.zeros((3, 1))}, "params has shape"),
        ({"gradient": np.zeros((2, 2))}, "gradient has shape"),
        ({"measures": {"val_loss": np.zeros(5)}}, "val_loss has shape"),
        ({"step": np.array([], dtype=int), "loss": np.array([])}, "at least one"),
    ],
)
def test_shapes_that_do_not_fit(change: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(TRACE, **change)


def test_consecutive_is_no_gap() -> None:
    assert TRACE.consecutive
    assert not replace(TRACE, step=np.array([0, 1, 3])).consecutive


def test_last_params_need_params() -> None:
    assert TRACE.last_params.tolist() == [0.0, 0.0]
    with pytest.raises(InputError, match="no parameters"):
        _ = replace(TRACE, params=None).last_params


def test_facts_are_numbers_or_arrays_or_words() -> None:
    assert Fact(2, "").number == 2.0
    assert Fact(np.eye(2), "").array.shape == (2, 2)
    with pytest.raises(TypeError):
        _ = Fact("flat", "").number
    with pytest.raises(TypeError):
        _ = Fact("flat", "").array


def test_as_a_frame_it_has_the_columns_of_a_log() -> None:
    frame = TRACE.to_frame()
    assert frame.columns == ["step", "loss", "learning_rate", "w_0", "w_1", "val_loss"]
    assert frame.height == 3
