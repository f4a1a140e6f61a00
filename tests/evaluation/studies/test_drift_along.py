import numpy as np
import polars as pl

from steepest.evaluation.studies.drift_along import drift_along, ordered_said

RANDOM = np.random.default_rng(5)


def test_the_index_is_that_of_its_definition() -> None:
    column = pl.Series(["a"] * 90 + ["b"] * 10 + ["a"] * 50 + ["b"] * 50)
    found = drift_along(column)
    assert found is not None
    assert found.drifts
    p, q = np.array([90.5, 10.5]) / 101, np.array([50.5, 50.5]) / 101
    assert abs(found.index - float(np.sum((p - q) * np.log(p / q)))) < 1e-12


def test_columns_that_do_not_change_are_seldom_said_to() -> None:
    steady = [drift_along(pl.Series(RANDOM.normal(size=400))) for _ in range(300)]
    assert sum(found is not None and found.drifts for found in steady) <= 2


def test_a_shift_is_seen_and_gaps_are_left_out() -> None:
    values = np.concatenate([RANDOM.normal(size=300), RANDOM.normal(1.0, 1.0, 300)])
    column = pl.Series(values).set(pl.Series(RANDOM.random(600) < 0.2), None)
    found = drift_along(column)
    assert found is not None
    assert found.drifts
    assert found.index > 0.25


def test_few_values_and_other_types_cannot_tell() -> None:
    assert drift_along(pl.Series(range(99))) is None
    assert drift_along(pl.Series([[1]] * 400)) is None
    assert drift_along(pl.Series([True, False] * 200)) is not None


def test_ordered_rows_are_told_once() -> None:
    rows = 600
    frame = pl.DataFrame(
        {
            "steady": RANDOM.normal(size=rows),
            "day": np.arange(rows) + RANDOM.normal(0.0, 1.0, rows),
            "place": np.arange(rows) / rows + RANDOM.normal(0.0, 0.5, rows),
        }
    )
    said = ordered_said(frame, frame.columns)
    assert said.startswith("The first and the last half of the rows differ in day (population ")
    assert ", place (" in said
    assert "steady" not in said
    assert said.endswith("consider --split group=COLUMN or --split time=COLUMN.")
    assert ordered_said(frame, frame.columns, plain=False).endswith("the rows are ordered.")
    assert ordered_said(frame, ["steady"]) == ""
