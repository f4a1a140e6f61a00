from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from steepest.data.representation import NumberColumn, Representation
from steepest.evaluation.splits.split import Split
from steepest.model import Model
from steepest.sample import ROWS, sample_of

SHAPE = Representation((NumberColumn("x", 0.0),), (), ((1,),), (0.0,), (1.0,), 1, "none")
KIND = Model(SHAPE, (-1.0, 0.0, 0.0, 0.5, 1.0, 0.0), True, "softmax", "kind", ("a", "b", "c"))
FRAME = pl.DataFrame({"x": [-3.0, -0.2, 0.1, 3.0]})
TRUTH = np.array([0.0, 1.0, 2.0, 1.0])
SPLIT = Split("random", 0.25, 0, 4, (2,))


def test_of_many_classes_the_true_one_and_its_probability_are_kept() -> None:
    sample = sample_of(KIND, FRAME, TRUTH, SPLIT)
    probability = KIND.predict(FRAME)
    assert sample.feature == ""
    assert sample.target == (0.0, 1.0, 2.0, 1.0)
    assert sample.x == (0.0, 1.0, 1.0, 2.0)
    assert sample.prediction == pytest.approx([probability[i, int(TRUTH[i])] for i in range(4)])
    assert sample.held_out == (False, False, True, False)


def test_of_a_diverged_model_of_classes_nothing_is_decided() -> None:
    sample = sample_of(replace(KIND, params=(math.nan,) * 6), FRAME, TRUTH, SPLIT)
    assert all(map(math.isnan, (*sample.x, *sample.prediction)))


def test_the_curve_of_counts_is_that_of_their_expectation() -> None:
    model = replace(KIND, params=(0.5, 1.0), loss="poisson", classes=())
    sample = sample_of(model, FRAME, TRUTH, SPLIT)
    assert sample.feature == "x"
    np.testing.assert_allclose(sample.curve_y, np.exp(0.5 * np.array(sample.curve_x) + 1))
    assert sample.prediction == pytest.approx(np.exp(0.5 * FRAME["x"].to_numpy() + 1).tolist())


def test_a_large_table_is_sampled_from_both_parts() -> None:
    rows = 5 * ROWS
    frame = pl.DataFrame({"x": np.linspace(-3, 3, rows)})
    split = Split("random", 0.4, 3, rows, tuple(range(0, rows, 2)))
    sample = sample_of(KIND, frame, np.zeros(rows), split)
    assert len(sample.target) == len(sample.x) == ROWS
    assert sum(sample.held_out) == ROWS // 2
