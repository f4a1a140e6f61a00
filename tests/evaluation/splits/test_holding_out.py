import polars as pl
import pytest

from steepest.errors import InputError
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.splitting import split_as_asked


def by_time(moments: list[int], share: float = 0.2) -> Split:
    frame = pl.DataFrame({"t": moments, "x": range(len(moments))})
    return split_as_asked(frame, frame["x"].cast(float).to_numpy(), (), asked="time=t", share=share)


def test_a_share_that_no_cut_in_time_comes_near_is_refused() -> None:
    moments = [1] * 150 + [2] * 149 + [3]
    with pytest.raises(
        InputError, match="to hold out 60 of 300 rows, and the nearest it comes to that is 1: most"
    ):
        by_time(moments)
    assert len(by_time(moments, 0.5).held_out) == 150
    with pytest.raises(InputError, match="nearest it comes to that is 299"):
        by_time([1] + [2] * 299)


@pytest.mark.parametrize(
    ("moments", "share", "held"),
    [([1] * 50 + [2] * 50, 0.2, 50), (list(range(20)), 0.01, 1), ([1, 2, 2, 3, 3], 0.2, 2)],
)
def test_what_comes_near_the_share_is_held_out(moments: list[int], share: float, held: int) -> None:
    assert len(by_time(moments, share).held_out) == held
