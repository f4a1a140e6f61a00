"""Scores over all rows held out, as the evaluation of these rows in memory has them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.table import target_values
from steepest.evaluation.evaluate import evaluate
from steepest.evaluation.scoring.baseline import baseline_of
from steepest.model import Model
from steepest.passes.asking import Ask
from steepest.passes.drawing import below, row_keys
from steepest.passes.held_scores import HeldScores, measures_of
from steepest.passes.layout import Layout

CASES = [
    ("huber", "number"), ("logistic", "two"), ("poisson", "count"), ("softmax", "three"),
]  # fmt: skip


def table() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=800)
    return pl.DataFrame(
        {
            "x": x,
            "number": x + rng.normal(size=800),
            "two": np.where(x + rng.normal(size=800) > 0, "yes", "no"),
            "three": rng.choice(["a", "b", "c"], 800),
            "count": rng.poisson(np.exp(0.3 * x)),
        }
    )


@pytest.mark.parametrize(("loss", "target"), CASES)
def test_sums_over_pieces_give_the_scores_of_the_rows_in_memory(
    cut: Any,
    laid: Callable[..., Layout],
    asking: Callable[..., Ask],
    loss: str,
    target: str,
) -> None:
    frame = table().select("x", target)
    source, layout = cut(frame, 170), laid(frame, target, loss=loss)
    classes = layout.contract.classes
    params = np.random.default_rng(1).normal(size=2 * (3 if loss == "softmax" else 1))
    model = Model(layout.representation, tuple(params.tolist()), True, loss, target, classes)
    keys = [row_keys(0, p.place, 0, p.rows or 0) for p in source.pieces]
    held = below(np.concatenate(keys), 0.2)
    judged, truth = frame.filter(held), target_values(frame.filter(held), layout.contract)
    baseline = baseline_of(target_values(frame.filter(~held), layout.contract), classes)
    found = asking(source, layout)(HeldScores(model, baseline))
    assert found.rows == judged.height
    scores = {
        score.name: score
        for score in evaluate(model, judged, truth, baseline=baseline, method="").scores
    }
    own, other = found.values / found.rows
    names = [measure.name for measure in measures_of(loss)]
    for place, name in enumerate(names):
        if name in scores:
            assert own[place] == pytest.approx(scores[name].value, rel=1e-12)
            assert other[place] == pytest.approx(scores[name].baseline, rel=1e-12)
    if loss == "logistic":
        from sklearn.metrics import brier_score_loss

        assert own[names.index("brier_score")] == pytest.approx(
            brier_score_loss(truth, model.predict(judged))
        )


def test_where_nothing_is_held_out_nothing_is_judged(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().select("x", "number")
    layout = laid(frame, "number", loss="huber", holdout=0.0)
    model = Model(layout.representation, (1.0, 0.0), True, "huber", "number")
    assert asking(cut(frame, 170), layout)(HeldScores(model, 0.0)).rows == 0
