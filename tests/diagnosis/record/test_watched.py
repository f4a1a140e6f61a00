"""Layers in words."""

from __future__ import annotations

import pytest

from steepest.diagnosis.record.watched import layer_words


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (("head",), "layer head"),
        (("3", "1"), "layers 1 and 3"),
        (("10", "9", "2"), "layers 2, 9 and 10"),
        (("stem", "head", "body"), "layers stem, head and body"),
        (("a", "b", "c", "d", "e"), "layers a, b, c, d and e"),
        (
            tuple(f"h.{at}.fc" for at in range(11)),
            "layers h.0.fc, h.1.fc, h.2.fc, h.3.fc and 7 more",
        ),
    ],
)
def test_layers_are_said_in_the_order_of_the_model(layers: tuple[str, ...], words: str) -> None:
    assert layer_words(layers) == words
