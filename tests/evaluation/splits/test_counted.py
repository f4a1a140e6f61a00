"""A split whose held-out rows are counted, and told by their places, not by numbers."""

import pytest

from steepest.errors import InputError
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.split_words import held_out_in_words

SPLIT = Split("random", 0.2, 4, 1_000_000, (), counted=200_123)


def test_it_says_how_many_are_held_out() -> None:
    assert SPLIT.held == 200_123
    assert held_out_in_words(SPLIT) == "200,123 of 1,000,000 rows held out at random (seed 4)"


@pytest.mark.parametrize("part", ["test", "train"])
def test_the_numbers_of_its_rows_cannot_be_had(part: str) -> None:
    with pytest.raises(InputError, match="told from the place of each"):
        getattr(SPLIT, part)


def test_a_listed_split_counts_what_it_lists() -> None:
    assert Split("random", 0.2, 4, 10, (2, 8)).held == 2
