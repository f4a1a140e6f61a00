"""Rows with their representation, so that a page can predict each of them at every step."""

from __future__ import annotations

from typing import Literal

import numpy as np

from steepest.evaluation.splits.split import Split
from steepest.live.examples import Examples
from steepest.live.wire import Fit, Numbers, numbers, table
from steepest.model import Model
from steepest.run import Sample
from steepest.trace import Array

__all__ = ["fit_of", "sampled_fit"]

MOST_ROWS = 1_000
POINTS = 121

LINKS: dict[str, Literal["identity", "logistic", "exp"]] = {
    "squared": "identity",
    "huber": "identity",
    "logistic": "logistic",
    "poisson": "exp",
}


def fit_of(examples: Examples) -> Fit | None:
    """At most 1,000 rows, evenly among all; None for more than two classes."""
    link = LINKS.get(examples.loss.name.partition("(")[0])
    if link is None:
        return None
    rows = np.arange(0, len(examples.truth), -(-len(examples.truth) // MOST_ROWS), dtype=np.int64)
    raw = examples.frame[rows].select(examples.inputs)
    curve_x, curve_design = _curve(examples)
    return Fit(
        link=link,
        target=examples.target,
        feature=examples.feature,
        inputs=examples.inputs,
        rows=[[_cell(value) for value in row] for row in raw.iter_rows()],
        terms=list(examples.representation.names),
        design=table(examples.design(rows)),
        intercept=examples.intercept,
        truth=numbers(examples.truth[rows]),
        held=examples.held[rows].tolist(),
        classes=list(examples.classes),
        curve_x=curve_x,
        curve_design=curve_design,
        total=examples.total,
        delta=examples.delta,
        held_total=int(np.count_nonzero(examples.held)),
    )


def _cell(value: object) -> float | str | None:
    if isinstance(value, (bool, int, float)):
        return numbers([float(value)])[0]
    return None if value is None else str(value)


def _curve(examples: Examples) -> tuple[Numbers, list[Numbers]]:
    """Where the model is drawn over its one feature, from the least to the largest value."""
    import polars as pl

    name = examples.feature
    if name is None:
        return [], []
    values: Array = examples.frame[name].cast(float).drop_nulls().to_numpy()
    if not len(values):
        return [], []
    x: Array = np.linspace(float(values.min()), float(values.max()), POINTS)
    divided = pl.DataFrame({name: x / examples.units.get(name, 1.0)})
    return numbers(x), table(examples.representation.transform(divided))


def sampled_fit(
    model: Model, sample: Sample, split: Split | None, delta: float | None
) -> Fit | None:
    """The rows that were saved with a run, where they hold the one number that it learned from.

    split:  of all rows of the run; None: as far as is known those of the sample are all
    delta:  of Huber's loss; None for other losses

    Of several features only their score at the last step was saved, by which no other step
    can be predicted: None.
    """
    import polars as pl

    if not sample.feature or model.loss not in LINKS:
        return None
    columns = [pl.DataFrame({sample.feature: part}) for part in (sample.x, sample.curve_x)]
    design, curve = (model.representation.transform(part) for part in columns)
    return Fit(
        link=LINKS[model.loss],
        target=model.target,
        feature=sample.feature,
        inputs=[sample.feature],
        rows=[[value] for value in numbers(sample.x)],
        terms=list(model.representation.names),
        design=table(design),
        intercept=model.intercept_learned,
        truth=numbers(sample.target),
        held=list(sample.held_out),
        classes=list(model.classes),
        curve_x=numbers(sample.curve_x),
        curve_design=table(curve),
        total=len(sample.x) if split is None else split.rows,
        delta=delta,
        held_total=sum(sample.held_out) if split is None else split.held,
    )
