"""From a table to a run: coefficients against scikit-learn, splits, endings, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from steepest.errors import InputError
from steepest.fitting import fit
from steepest.run_json import run_to_json
from steepest.saved import load_run
from steepest.store import Store


@pytest.fixture
def table() -> pl.DataFrame:
    """Numbers of very different scale, a text column, missing values, and a noisy target."""
    rng = np.random.default_rng(11)
    rows = 400
    area = rng.normal(1500, 400, rows)
    age = rng.uniform(0, 60, rows)
    place = rng.choice(["north", "south", "west"], rows, p=[0.5, 0.3, 0.2])
    price = 50_000 + 120 * area - 800 * age + 30_000 * (place == "west")
    area[rng.choice(rows, 20, replace=False)] = np.nan
    return pl.DataFrame(
        {
            "area": pl.Series(area).fill_nan(None),
            "age": age,
            "place": place,
            "price": price + rng.normal(0, 9_000, rows),
        }
    )


def same_columns(frame: pl.DataFrame, training: np.ndarray) -> np.ndarray:
    """The same coding by hand: training medians, one-hot with the most frequent dropped."""
    area = frame["area"].fill_null(frame["area"].gather(training).median())
    place = frame["place"]
    return np.column_stack([area, frame["age"], place == "south", place == "west"])


@pytest.mark.parametrize("holdout", [0.0, 0.25])
def test_coefficients_are_those_of_ordinary_least_squares(table, holdout: float) -> None:
    run = fit(table, "price", holdout=holdout)
    assert run.verdict == "converged"
    training = run.split.train
    X = same_columns(table, training)[training]
    peer = LinearRegression().fit(X, table["price"].to_numpy()[training])
    ours = [run.coefficients[name] for name in ("area", "age", "place=south", "place=west")]
    np.testing.assert_allclose(ours, peer.coef_, rtol=1e-5)
    assert run.intercept == pytest.approx(peer.intercept_, rel=1e-5)
    assert run.minimum is not None
    np.testing.assert_allclose(list(run.minimum.coefficients.values()), peer.coef_, rtol=1e-9)


def test_two_classes_are_logistic_regression(table) -> None:
    dear = table.with_columns(
        pl.when(pl.col("price") > 210_000).then(pl.lit("dear")).otherwise(pl.lit("cheap"))
    ).drop("price", "place")
    dear = dear.rename({"literal": "kind"})
    run = fit(dear, "kind", holdout=0)
    assert run.verdict == "converged"
    assert run.model.classes == ("cheap", "dear")
    area = dear["area"].fill_null(dear["area"].median())
    X = np.column_stack([area, dear["age"]])
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=100_000)
    centre, spread = X.mean(axis=0), X.std(axis=0)
    peer.fit((X - centre) / spread, dear["kind"] == "dear")
    np.testing.assert_allclose(list(run.coefficients.values()), peer.coef_[0] / spread, rtol=1e-4)


def test_nothing_of_the_held_out_rows_enters_the_representation(table) -> None:
    run = fit(table, "price", holdout=0.3, seed=5)
    held = table.with_row_index().with_columns(
        pl.when(pl.col("index").is_in(run.split.held_out))
        .then(pl.col("area") * 1e6)
        .otherwise(pl.col("area"))
        .alias("area")
    )
    again = fit(held.drop("index"), "price", holdout=0.3, seed=5)
    assert again.split == run.split
    assert replace(again.model, margins=()) == replace(run.model, margins=())  # of errors


def test_polars_pandas_and_arrow_give_the_same_model(table) -> None:
    run = fit(table, "price")
    assert fit(table.to_pandas(), "price").model == run.model
    assert fit(table.to_arrow(), "price").model == run.model


def test_a_saved_run_is_the_same_run(table, tmp_path: Path) -> None:
    run = fit(table, "price", store=tmp_path / "s.db")
    assert run.id is not None
    again = load_run(Store(tmp_path / "s.db"), run.id)
    assert replace(again.model, margins=()) == replace(run.model, margins=())  # of errors
    assert again.diagnosis == run.diagnosis
    assert again.evaluation == run.evaluation
    np.testing.assert_array_equal(again.trace.loss, run.trace.loss)
    assert run_to_json(again) == run_to_json(run)


def test_the_json_has_what_is_promised_and_no_number_that_json_lacks(table) -> None:
    run = fit(table, "price", learning_rate=50.0)
    plain = json.loads(json.dumps(run_to_json(run), allow_nan=False))
    wanted = {
        "coefficients", "intercept", "loss", "minimum", "steps", "converged", "learning_rate",
        "engine", "largest_stable_learning_rate", "condition_number", "verdict", "findings",
        "evaluation", "run",
    }  # fmt: skip
    assert wanted <= set(plain)
    assert plain["verdict"] == "diverging"
    assert plain["digits"] == 0.0
    assert {"coefficients", "intercept", "digits"} <= set(plain["minimum"])


def test_digits_are_never_more_than_agree(table) -> None:
    for tolerance in (1e-2, 1e-5, 1e-8):
        run = fit(table, "price", tolerance=tolerance)
        assert run.minimum is not None
        plain = run_to_json(run)
        for name, value in run.coefficients.items():
            best = run.minimum.coefficients[name]
            assert abs(value - best) <= 10 ** -plain["digits"] * abs(best)


def test_mini_batches_are_seeded_and_say_that_they_are(table) -> None:
    run = fit(table, "price", batch=16, steps=200)
    assert run.trace.loss_of == "batch"
    assert fit(table, "price", batch=16, steps=200).model == run.model
    assert fit(table, "price", batch=16, steps=200, seed=1).model != run.model


def test_an_interrupt_keeps_the_run(table, tmp_path: Path) -> None:
    def stop(row) -> None:
        if row.step == 30:
            raise KeyboardInterrupt

    store = Store(tmp_path / "s.db")
    run = fit(table, "price", batch=16, steps=10_000, store=store, on_step=stop)
    assert run.trace.stop.reason == "interrupted"
    assert store.runs()[0].status == "interrupted"
    assert store.trace("last").step[-1] == 30


def test_the_start_is_in_the_descended_coordinates(table) -> None:
    run = fit(table, "price", start={"area": 5.0, "intercept": -1.0}, steps=0)
    assert run.trace.params is not None
    row = dict(zip(run.trace.names, run.trace.params[0].tolist(), strict=True))
    assert row == {"area": 5.0, "age": 0.0, "place=south": 0.0, "place=west": 0.0, "intercept": -1}


def test_a_start_reaches_every_fold_by_name(table) -> None:
    """A level of one row is missing where that row is held out."""
    rare = table.with_columns(
        pl.when(pl.arange(pl.len()) == 0).then(pl.lit("east")).otherwise("place").alias("place")
    )
    run = fit(rare, "price", holdout=0, start={"place=east": 3.0, "age": 1.0})
    assert run.verdict == "converged"


def test_dropped_rows_are_said_to_be_dropped(table) -> None:
    run = fit(table, "price", missing="drop")
    assert run.contract.rows == 380
    assert any("20 of 400 rows were dropped" in remark.sentence for remark in run.contract.remarks)


def test_raw_features_are_the_long_valley_and_scaling_is_the_advice(table) -> None:
    run = fit(table, "price", scale="none")
    assert run.verdict == "ill_conditioned"
    assert run.diagnosis.findings[0].remedies[0].set == {"scale": "standard"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"target": "prize"}, "price"),
        ({"features": ["area", "price"]}, "price"),
        ({"features": ["aera"]}, "area"),
        ({"loss": "hinge"}, "squared"),
        ({"loss": "logistic"}, "two"),
        ({"scale": "robust"}, "standard"),
        ({"missing": "ignore"}, "impute"),
        ({"missing": "refuse"}, "area"),
        ({"degree": 0}, "degree"),
        ({"holdout": 1.5}, "share"),
        ({"steps": -1}, "steps"),
        ({"rule": "adm"}, "gradient_descent"),
        ({"batch": 10_000}, "batch"),
        ({"start": "1,2"}, "start"),
        ({"learning_rate": -1.0}, "learning rate"),
    ],
)
def test_refusals_write_nothing(table, tmp_path: Path, arguments: dict, words: str) -> None:
    store = tmp_path / "s.db"
    with pytest.raises(InputError, match=words):
        fit(table, **{"target": "price", "store": store, **arguments})
    assert not store.exists()


def grouped(rows: int = 240) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    who = rng.integers(0, 40, rows)
    x = rng.normal(size=rows)
    return pl.DataFrame(
        {
            "who": [f"p{n}" for n in who],
            "day": np.datetime64("2024-01-01") + np.arange(rows) // 3,
            "x": x,
            "z": rng.normal(size=rows),
            "y": x + 2 * rng.normal(size=40)[who] + 0.3 * rng.normal(size=rows),
        }
    )


@pytest.mark.parametrize("split", ["group=who", "time=day"])
@pytest.mark.parametrize("folds", [None, 3])
def test_the_column_of_the_split_is_no_feature(split: str, folds: int | None, tmp_path) -> None:
    store = Store(tmp_path / "s.db")
    table = grouped() if split == "group=who" else grouped().drop("who")
    run = fit(table, "y", split=split, folds=folds, store=store)
    name = split.partition("=")[2]
    assert not any(coefficient.startswith(name) for coefficient in run.coefficients)
    column = next(column for column in run.contract.columns if column.name == name)
    assert column.role == "left_out"
    assert "of the split" in column.reason
    assert [column.name for column in run.contract.columns] == table.columns
    assert name in run.evaluation.method
    assert run.split.column == name
    assert bool(run.split.held_out) is (folds is None)
    assert load_run(store, run.id or "").split == run.split


def test_a_named_column_of_the_split_is_a_feature() -> None:
    run = fit(grouped(), "y", split="group=who", features=["x", "who"])
    assert any(name.startswith("who=") for name in run.coefficients)


def test_a_fit_says_what_leaks_and_a_group_split_mends_it() -> None:
    table = grouped()
    leakage = fit(table, "y", features=["x", "z"]).evaluation.leakage
    assert leakage is not None
    assert [remark.code for remark in leakage.found] == ["groups_straddle"]
    assert "--split group=who" in leakage.found[0].sentence
    leakage = fit(table, "y", split="group=who").evaluation.leakage
    assert leakage is not None
    assert leakage.found == ()


@pytest.mark.parametrize("folds", [None, 4])
def test_repeats_are_other_splits_and_are_told(folds: int | None) -> None:
    seen: list[tuple[int, int]] = []
    run = fit(
        grouped(), "y", features=["x", "z"], folds=folds, repeats=3,
        on_part=lambda done, most: seen.append((done, most)),
    )  # fmt: skip
    repeats = run.evaluation.repeats
    assert repeats is not None
    assert repeats.score == run.evaluation.scores[0].name
    assert repeats.values[0] == pytest.approx(run.evaluation.scores[0].value)
    assert len(set(repeats.values)) == 3
    assert repeats.low is not None
    assert repeats.low < repeats.mean < (repeats.high or 0)
    most = 2 if folds is None else 12
    assert seen == [(done, most) for done in range(1, most + 1)]
    assert run.evaluation.method.endswith("repeated on 3 splits")
    again = fit(grouped(), "y", features=["x", "z"], folds=folds, repeats=3)
    assert again.evaluation.repeats == repeats


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"split": "group=y"}, '"y" is the target'),
        ({"split": "time=day", "repeats": 2}, "cannot be repeated"),
        ({"split": "group=whom"}, 'did you mean "who"'),
        ({"folds": 1}, "folds is 1"),
        ({"folds": 10_000}, "folds is 10,000, but there are 240 rows"),
        ({"threshold": "cost"}, "threshold is cost, and the target is a number"),
        ({"costs": "false_positive=1"}, "the target is a number"),
    ],
)
def test_splits_and_meanings_that_cannot_be_are_refused(settings: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit(grouped(), "y", **settings)


def test_the_chosen_threshold_is_kept_with_the_model() -> None:
    run = fit(
        "breast_cancer", "diagnosis", costs="false_positive=1,false_negative=20", threshold="cost"
    )
    assert run.evaluation.decisions is not None
    chosen = [one.threshold for one in run.evaluation.decisions.policies if one.chosen]
    assert chosen == [run.model.threshold]
    assert run.model.threshold != 0.5
