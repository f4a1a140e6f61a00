"""Whole fits by pieces: the coefficients, the scores and the words of fits in memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, PoissonRegressor

from steepest.data.table import target_values
from steepest.evaluation.evaluate import evaluate
from steepest.run import Request
from steepest.saved import save_documents
from steepest.scaling import preparing
from steepest.scaling.judged import baseline_from
from steepest.views.phrases import split_sentence


def table(rows: int = 2_000) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    a, b = rng.normal(3, 2, rows), rng.normal(-1, 0.5, rows)
    score = 0.5 * a - b - 2
    return pl.DataFrame(
        {
            "a": a,
            "b": b,
            "number": score + rng.normal(size=rows),
            "two": np.where(rng.random(rows) < 1 / (1 + np.exp(-score)), "yes", "no"),
            "three": np.array(["p", "q", "r"])[
                np.clip((score + rng.normal(size=rows)).astype(int), 0, 2)
            ],
            "count": rng.poisson(np.exp(np.clip(score / 2, -3, 3))),
        }
    )


REFERENCES: list[tuple[str, str, dict[str, Any], Any]] = [
    ("squared", "number", {}, LinearRegression()),
    ("squared", "number", {"l1": 0.05, "scale": "none"}, Lasso(alpha=0.05, tol=1e-12)),
    ("logistic", "two", {}, LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)),
    ("poisson", "count", {}, PoissonRegressor(alpha=0.0, tol=1e-12, max_iter=10_000)),
]


@pytest.mark.parametrize(("loss", "target", "settings", "reference"), REFERENCES)
def test_coefficients_are_those_of_scikit_learn_on_the_rows_that_train(
    cut: Any,
    fitted: Callable[..., Any],
    training_rows: Callable[..., pl.DataFrame],
    loss: str,
    target: str,
    settings: dict[str, Any],
    reference: Any,
) -> None:
    source = cut(table(), 300)
    asked = Request("cut", target, features=("a", "b"), loss=loss, tolerance=1e-10, **settings)
    done = fitted(source, asked, steps=50_000)
    assert done.run.trace.stop.reason == "converged"
    rows = training_rows(source)
    reference.fit(rows.select("a", "b").to_numpy(), rows[target].to_numpy())
    ours = np.array([*done.run.coefficients.values(), done.run.intercept])
    theirs = np.append(np.ravel(reference.coef_), reference.intercept_)
    assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.fixture
def few_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that more rows are held out than are judged in detail."""
    monkeypatch.setattr(preparing, "DRAWN", 150)
    monkeypatch.setattr(preparing, "FEWEST_DRAWN", 150)


CASES = [
    ("squared", "number"), ("huber", "number"), ("logistic", "two"), ("softmax", "three"),
    ("poisson", "count"),
]  # fmt: skip


@pytest.mark.usefixtures("few_drawn")
@pytest.mark.parametrize(("loss", "target"), CASES)
def test_scores_over_all_rows_held_out_are_exact(
    cut: Any,
    fitted: Callable[..., Any],
    training_rows: Callable[..., pl.DataFrame],
    loss: str,
    target: str,
) -> None:
    frame = table().with_row_index("place")
    source = cut(frame, 300)
    done = fitted(source, Request("cut", target, features=("a", "b"), loss=loss))
    run, contract = done.run, done.ready.contract
    held = frame.filter(~pl.col("place").is_in(training_rows(source)["place"].to_list()))
    baseline = baseline_from(done.ready.found, contract, done.ready.looked.shift)
    truth = target_values(held, contract)
    whole = evaluate(run.model, held, truth, baseline=baseline, method="")
    expected = {score.name: score for score in whole.scores}
    assert run.evaluation.rows == 150 < run.split.held == held.height
    assert run.evaluation.over_all
    for score in run.evaluation.over_all:
        if score.name in expected:
            assert score.value == pytest.approx(expected[score.name].value, rel=1e-11)
            assert score.baseline == pytest.approx(expected[score.name].baseline, rel=1e-11)
            low, high = score.low or np.nan, score.high or np.nan
            assert low < score.value < high
            assert run.evaluation.score(score.name) == score
    assert f"Over all {held.height:,} rows held out: " in run.evaluation.sentences[0]
    assert "What follows is of 150 of them, drawn at random." in run.evaluation.sentences[0]
    assert "150 of them, drawn at random, are judged in detail" in run.evaluation.method
    assert save_documents(run)["evaluation"].count('"over_all"') == 1


def test_where_all_rows_held_out_were_drawn_nothing_is_said_twice(
    cut: Any, fitted: Callable[..., Any]
) -> None:
    done = fitted(cut(table(), 300), Request("cut", "number", features=("a", "b")))
    evaluation = done.run.evaluation
    assert evaluation.over_all == ()
    assert evaluation.rows == done.run.split.held
    assert not any("rows held out:" in sentence for sentence in evaluation.sentences)
    assert done.run.trained is not None
    assert done.passes == 1


@pytest.mark.usefixtures("few_drawn")
def test_pictures_and_curvature_are_of_the_rows_drawn_and_say_so(
    cut: Any, fitted: Callable[..., Any]
) -> None:
    done = fitted(cut(table(), 300), Request("cut", "two", features=("a", "b")))
    told = f"of 150 of {done.ready.found.train.rows:,} rows that train, drawn at random"
    assert done.run.landscape is not None
    assert done.run.landscape.plane.endswith(f"; {told}")
    assert done.run.trace.facts["sharpness"].how.startswith(f"{told}, and for these: ")
    assert done.run.trace.number("curvature_rows") == 150
    assert done.run.trained is None
    assert "all rows that train" in done.run.evaluation.leakage.cannot_tell["duplicates"]


def test_where_all_rows_were_drawn_pictures_are_of_all(
    cut: Any, fitted: Callable[..., Any]
) -> None:
    done = fitted(cut(table(), 300), Request("cut", "two", features=("a", "b")))
    assert "drawn at random" not in done.run.trace.facts["sharpness"].how


def test_the_split_says_how_many_are_held_out(cut: Any, fitted: Callable[..., Any]) -> None:
    run = fitted(cut(table(), 300), Request("cut", "number", features=("a", "b"))).run
    held = run.split.held
    assert held == run.split.counted
    assert split_sentence(run) == (
        f"{2_000 - held:,} rows trained; {held:,} were held out at random (share 0.2, seed 0)."
    )
    assert run.evaluation.method == f"{held:,} of 2,000 rows held out at random (seed 0)"


def test_with_nothing_held_out_nothing_judges(cut: Any, fitted: Callable[..., Any]) -> None:
    asked = Request("cut", "number", features=("a", "b"), holdout=0.0)
    run = fitted(cut(table(), 300), asked).run
    assert (run.split.method, run.split.held, run.evaluation.rows) == ("none", 0, 0)
    assert split_sentence(run) == (
        "All 2,000 rows trained; none was held out to judge the model by."
    )


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_of_fewer_than_five_rows_all_train(cut: Any, fitted: Callable[..., Any], rows: int) -> None:
    done = fitted(cut(table(rows), 3), Request("cut", "number", features=("a", "b")))
    assert done.run.split.held == 0


def test_one_piece_is_as_good_as_many(cut: Any, fitted: Callable[..., Any]) -> None:
    asked = Request("cut", "number", features=("a", "b"), holdout=0.0)
    one, many = (fitted(cut(table(), rows), asked).run for rows in (10_000, 77))
    for name, value in one.coefficients.items():
        assert many.coefficients[name] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("loss", "target"), [CASES[0], CASES[3]])
def test_any_number_of_threads_gives_the_same_run(
    cut: Any, fitted: Callable[..., Any], loss: str, target: str
) -> None:
    asked = Request("cut", target, features=("a", "b"), loss=loss)
    runs = [fitted(cut(table(600), 70), asked, threads, steps=10).run for threads in (1, 2, 4)]
    for run in runs[1:]:
        assert run.trace.loss.tobytes() == runs[0].trace.loss.tobytes()
        assert run.model == runs[0].model
        assert run.contract == runs[0].contract
        assert run.evaluation == runs[0].evaluation


def test_classes_that_can_be_told_apart_have_no_minimum(
    cut: Any, fitted: Callable[..., Any]
) -> None:
    frame = table().filter((pl.col("a") - 3).abs() > 0.5)
    word = pl.when(pl.col("a") > 3).then(pl.lit("y")).otherwise(pl.lit("n"))
    frame = frame.with_columns(two=word)
    run = fitted(cut(frame, 300), Request("cut", "two", features=("a", "b")), steps=5_000).run
    assert run.trace.stop.reason == "unbounded"
    assert run.verdict == "separable"


@pytest.mark.parametrize("apart", [1e-1, 1e-5, 1e-8])
def test_the_minimum_is_known_to_as_many_digits_as_it_says(
    cut: Any, fitted: Callable[..., Any], training_rows: Callable[..., pl.DataFrame], apart: float
) -> None:
    from steepest.objective.minimum import agreeing_digits, least_squares_minimum

    noise = pl.Series(np.random.default_rng(9).normal(size=2_000))
    frame = table().with_columns(c=1e3 + pl.col("a") + apart * noise)
    source = cut(frame, 300)
    run = fitted(source, Request("cut", "number", features=("a", "b", "c"))).run
    rows = training_rows(source)
    X = np.asfortranarray(rows.select("a", "b", "c").to_numpy())
    exact = least_squares_minimum(X, rows["number"].to_numpy(), intercept=True).params
    found = run.minimum
    assert found is not None
    ours = np.array([*found.coefficients.values(), found.intercept])
    assert found.digits <= agreeing_digits(ours, exact) + 0.1
    assert found.digits > 2
    assert "one pass" in found.method
