"""What a model says of rows, as a frame with one line a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steepest.model import Margin, Model

if TYPE_CHECKING:
    import polars as pl

__all__ = ["OF_CLASS", "predicted_rows"]

OF_CLASS = "probability:"


def predicted_rows(
    model: Model, frame: pl.DataFrame, margin: Margin | None = None, first: int = 1
) -> pl.DataFrame:
    """The number of each row, its prediction or decision, and how sure it is.

    margin: of the interval from low to high, of a number; first: the number of the first row
    """
    import polars as pl

    numbers = pl.Series("row", range(first, first + frame.height), dtype=pl.Int64)
    predicted = model.predict(frame)
    if not model.classes:
        found = pl.DataFrame([numbers, pl.Series("prediction", predicted)])
        return found if margin is None else _with_interval(found, margin, model.loss)
    decided = model.decide(frame)
    decisions = pl.Series("decision", decided, dtype=pl.String)
    if model.scores > 1:
        of_each = [
            pl.Series(f"{OF_CLASS}{name}", predicted[:, place])
            for place, name in enumerate(model.classes)
        ]
        places = [model.classes.index(name) for name in decided]
        own = [float(row[place]) for row, place in zip(predicted, places, strict=True)]
        of_decided = pl.Series("probability", own, dtype=pl.Float64)
        return pl.DataFrame([numbers, decisions, of_decided, *of_each])
    return pl.DataFrame([numbers, decisions, pl.Series("probability", predicted)])


def _with_interval(predicted: pl.DataFrame, margin: Margin, loss: str) -> pl.DataFrame:
    """Low and high beside the prediction; a count is never below 0."""
    import polars as pl

    low = pl.col("prediction") - margin.below
    if loss == "poisson":
        low = low.clip(lower_bound=0.0)
    return predicted.with_columns(low=low, high=pl.col("prediction") + margin.above)
