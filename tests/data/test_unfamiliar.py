import polars as pl
import pytest

from steepest.data.representation import Representation, learn_representation
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.data.unfamiliar import unfamiliar
from steepest.errors import InputError


@pytest.fixture
def learned() -> Representation:
    table = read_table({"size": [1.0, 2.0, 9.0], "place": ["sea", "sea", "hill"], "y": [1, 2, 3]})
    return learn_representation(table.frame, read_contract(table, "y"))


def test_rows_like_the_training_rows_need_no_word(learned: Representation) -> None:
    assert unfamiliar(learned, pl.DataFrame({"size": [5.0], "place": ["hill"]})) == ()


def test_every_gap_and_every_new_level_is_counted(learned: Representation) -> None:
    frame = pl.DataFrame({"size": [5.0, None, None], "place": ["moon", None, "sea"]})
    assert unfamiliar(learned, frame) == (
        '"place" has levels in 2 rows that no training row had; they count as sea, its reference',
        '"size" is missing in 2 rows; 2, the median of the training rows, stands for it',
    )


def test_a_table_without_the_text_column_is_refused(learned: Representation) -> None:
    with pytest.raises(InputError, match="lacks"):
        unfamiliar(learned, pl.DataFrame({"size": [1.0]}))
