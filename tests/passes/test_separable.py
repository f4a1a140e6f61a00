"""What proves that classes can be told apart, asked of pieces as of rows in memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.table import target_values
from steepest.objective.design import row_squares
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.separability import on_own_side, standing_out_said
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.loss_sums import LinearLoss
from steepest.passes.separable import Ends, StandingOut, WrongSide

OF = LinearLoss("logistic", None, 1, True)


def table() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    lamp = np.where(np.arange(600) % 97 == 5, 1.0, 0.0)
    lit = (x > 0) | (lamp > 0)
    return pl.DataFrame({"x": x, "lamp": lamp, "lit": np.where(lit, "yes", "no")})


def test_rows_on_the_wrong_side_are_counted_over_all_pieces(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table()
    layout = laid(frame, "lit", holdout=0.0)
    ask = asking(cut(frame, 150), layout)
    right = ask(WrongSide(OF, np.array([50.0, 500.0, 0.0])))
    assert (right.rows, right.wrong) == (600, 0)
    memory = GeneralizedLinear(
        frame.select("x", "lamp").to_numpy(), target_values(frame, layout.contract)
    )
    assert memory.separated(np.array([50.0, 500.0, 0.0])) == on_own_side(right.rows)
    assert ask(WrongSide(OF, np.array([1.0, 0.0, 0.0]))).wrong > 0


def test_a_column_that_grows_for_ever_is_named_as_in_memory(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table()
    layout = laid(frame, "lit", holdout=0.0)
    ask = asking(cut(frame, 150), layout)
    ends = ask(Ends(2))
    X = frame.select("x", "lamp").to_numpy()
    assert ends.low == pytest.approx(X.min(axis=0), abs=0)
    assert ends.high == pytest.approx(X.max(axis=0), abs=0)
    assert ends.largest == pytest.approx(row_squares(X).max())
    found = ask(StandingOut(ends.low, ends.high, 2))
    said = standing_out_said(("x", "lamp"), found.above, found.below)
    memory = GeneralizedLinear(X, target_values(frame, layout.contract), names=("x", "lamp"))
    assert said is not None
    assert said == memory.unbounded_column()


def test_rows_of_no_weight_prove_nothing(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().with_columns(w=pl.when(pl.col("lamp") > 0).then(0.0).otherwise(1.0))
    ask = asking(cut(frame, 150), laid(frame, "lit", weight="w", holdout=0.0))
    found = ask(WrongSide(OF, np.array([50.0, 0.0, 0.0])))
    assert (found.rows, found.wrong) == (int(frame["w"].sum()), 0)
    assert ask(Ends(2)).high[1] == 0.0
