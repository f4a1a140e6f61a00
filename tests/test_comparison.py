from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from steepest.comparison import compare_runs
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return replace(fit("houses", "price", steps=20), id="a")


@pytest.mark.parametrize(
    ("options", "same"),
    [
        ({"degree": 2}, True),
        ({"seed": 1}, False),
        ({"holdout": 0.3}, False),
        ({"holdout": 0}, False),
    ],
)
def test_only_the_same_rows_make_scores_comparable(run: Run, options: dict, same: bool) -> None:
    other = replace(fit("houses", "price", steps=20, **options), id="b")
    comparison = compare_runs([run, other])
    assert comparison.same_rows is same
    assert comparison.asked.keys() == options.keys()
    assert ("can be compared" in comparison.rows) is same
    assert ("evaluated on different rows" in comparison.rows) is not same


def test_folds_of_one_seed_are_the_same_rows(run: Run) -> None:
    one, two, three = (
        fit("houses", "price", steps=20, holdout=0, degree=degree, seed=seed)
        for degree, seed in ((1, 0), (2, 0), (1, 1))
    )
    assert compare_runs([one, two]).same_rows
    assert not compare_runs([one, three]).same_rows


def test_other_data_of_as_many_rows_are_other_rows(run: Run) -> None:
    from steepest.data import datasets

    houses = datasets.load("houses")
    changed = fit(houses.with_columns(houses["price"] + 1), "price", steps=20)
    assert not compare_runs([run, changed]).same_rows


def test_coefficients_stand_by_name(run: Run) -> None:
    other = fit("houses", "price", steps=20, degree=2, intercept=False)
    comparison = compare_runs([run, other])
    assert comparison.coefficients["size"] == (run.coefficients["size"], other.coefficients["size"])
    assert comparison.coefficients["size^2"] == (None, other.coefficients["size^2"])
    assert comparison.intercepts == (run.intercept, None)
    assert comparison.runs == ("a", "unsaved")


@pytest.mark.parametrize(
    "change", [{"loss": "huber"}, {"l2": 0.1}, {"l1": 0.1}, {"weight": "n"}, {"huber_delta": 2.0}]
)
def test_different_costs_are_not_compared(run: Run, change: dict) -> None:
    other = replace(run, id="b", request=replace(run.request, **change))
    sentence = " They minimised different costs J, so their losses cannot be compared."
    assert compare_runs([run, other]).rows.endswith(sentence)
    assert sentence not in compare_runs([run, replace(run, id="b")]).rows


def test_the_loss_of_batches_is_that_of_all_rows_where_it_is_known(run: Run) -> None:
    full = np.full(len(run.trace), 7.0)
    batches = replace(run.trace, loss_of="batch", measures={"full_loss": full})
    assert compare_runs([run, replace(run, trace=batches)]).losses == (run.trace.last_loss, 7.0)


def test_one_run_cannot_be_compared(run: Run) -> None:
    with pytest.raises(InputError, match="comparing takes two runs or more; 1 was named"):
        compare_runs([run])


def table(rows: int = 400, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, rows))
    y = x + x**2 + rng.normal(0.0, 0.5, rows)
    return pl.DataFrame({"x": x, "z": z, "y": y, "big": np.where(y > 1, "yes", "no")})


def named(name: str, target: str = "y", **options: object) -> Run:
    features = options.pop("features", ["x", "z"])
    return replace(fit(table(), target, features=features, threads=1, **options), id=name)


def test_the_better_of_two_runs_is_told_on_the_rows_that_both_held_out() -> None:
    line, curve = named("line"), named("curve", degree=2)
    (test,) = compare_runs([line, curve], table()).paired
    assert (test.first, test.second, test.rows) == ("line", "curve", 80)
    assert test.better == "second"
    known = line.evaluation.score("r2").value - curve.evaluation.score("r2").value
    assert test.difference == pytest.approx(known, rel=1e-9)
    assert test.sentence.startswith("curve is better than line: by ")
    assert "on 80 rows that both held out" in test.sentence
    (swapped,) = compare_runs([curve, line], table()).paired
    assert (swapped.better, swapped.difference) == ("first", pytest.approx(-known))


def test_a_column_of_noise_makes_no_difference_that_can_be_told() -> None:
    (test,) = compare_runs([named("with"), named("without", features=["x"])], table()).paired
    assert test.better is None
    assert "cannot tell" in test.sentence


def test_other_splits_share_the_rows_that_both_held_out() -> None:
    one, other = named("a"), named("b", seed=1, holdout=0.5)
    (test,) = compare_runs([one, other], table()).paired
    assert test.rows == len(set(one.split.held_out) & set(other.split.held_out))


def test_folds_are_judged_again_and_widened() -> None:
    one, other = named("a", folds=4), named("b", folds=4, degree=2)
    (test,) = compare_runs([one, other], table()).paired
    assert test.rows == 400
    assert "folds that share rows" in test.method
    known = one.evaluation.score("r2").value - other.evaluation.score("r2").value
    assert test.difference == pytest.approx(known, rel=0.02)


def test_a_table_that_no_run_has_seen_judges_with_all_of_its_rows() -> None:
    (test,) = compare_runs([named("a"), named("b", degree=2)], table(seed=5)).paired
    assert test.rows == 400
    assert test.better == "second"
    assert "400 rows of " in test.where


def test_classes_are_held_against_each_other_by_their_decisions_too() -> None:
    one = named("a", "big", features=["z"], l2=0.01)
    other = named("b", "big", features=["x"], l2=0.01)
    (test,) = compare_runs([one, other], table()).paired
    assert test.score == "log_loss"
    assert test.decided is not None
    rows = table()[list(one.split.held_out)]
    truth = np.array(rows["big"].to_list())
    first, second = (np.array(run.model.decide(rows)) == truth for run in (one, other))
    assert test.decided.first_only == int((first & ~second).sum())
    assert test.decided.second_only == int((second & ~first).sum())
    softmax = named("c", "big", features=["x"], degree=2, loss="softmax", l2=0.01)
    (test,) = compare_runs([one, softmax], table()).paired
    assert test.better == "second"


def test_different_losses_of_numbers_are_compared_by_the_absolute_error() -> None:
    (test,) = compare_runs([named("a"), named("b", loss="huber")], table()).paired
    assert test.score == "mean_absolute_error"


def test_why_there_is_no_test_is_said_in_a_line() -> None:
    one = named("a")
    comparison = compare_runs([one, named("b", degree=2)])
    assert comparison.paired == ()
    (sentence,) = comparison.unpaired
    assert sentence.startswith("a and b cannot be held against each other row by row: ")
    assert "cannot be read again" in sentence
    (sentence,) = compare_runs([one, named("c", "big")], table()).unpaired
    assert "they predict y and big" in sentence
    houses = replace(fit("houses", "price"), id="h")
    diverged = replace(fit("houses", "price", learning_rate=3.0), id="d")
    (sentence,) = compare_runs([houses, diverged]).unpaired
    assert "diverged" in sentence
    (sentence,) = compare_runs([houses, one]).unpaired
    assert "they predict price and y" in sentence


def test_three_runs_make_two_tests_against_the_first() -> None:
    houses = [replace(fit("houses", "price", degree=d), id=f"d{d}") for d in (1, 2, 3)]
    assert [(t.first, t.second) for t in compare_runs(houses).paired] == [
        ("d1", "d2"),
        ("d1", "d3"),
    ]


def test_rows_in_another_order_are_not_taken_by_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table().write_csv(path)
    one, other = (
        replace(fit(str(path), "y", features=features, threads=1), id=features[0])
        for features in (["x"], ["z"])
    )
    assert "80 rows that both held out" in compare_runs([one, other]).paired[0].where
    shuffled = table().sample(fraction=1, shuffle=True, seed=3)
    shuffled.write_csv(path)
    comparison = compare_runs([one, other])
    assert comparison.paired == ()
    assert "was fitted to in another order" in comparison.unpaired[0]
    (test,) = compare_runs([one, other], shuffled).paired
    assert test.rows == 80
    assert test.where.endswith("(320 more, which trained one of them, were left out)")
    refitted = replace(fit(str(path), "y", features=["z"], threads=1), id="again")
    assert not compare_runs([one, refitted]).same_rows


def test_columns_beside_those_of_both_runs_may_differ() -> None:
    one, other = named("a", features=["x"]), named("b", features=["z"])
    (test,) = compare_runs([one, other], table().drop("big").with_columns(more=1)).paired
    assert test.where == "80 rows that both held out"


def test_rows_that_trained_a_run_judge_none(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = named("a"), named("b", degree=2)
    trained = table()[one.split.train.tolist()]
    fresh = table(seed=5)
    (test,) = compare_runs([one, other], pl.concat([trained, fresh])).paired
    assert (test.rows, "320 more, which trained" in test.where) == (400, True)
    (sentence,) = compare_runs([one, other], trained).unpaired
    assert "every row of a polars DataFrame trained one of them" in sentence
    monkeypatch.setattr("steepest.data.trained_rows.MOST_HASHES", 100)
    (sentence,) = compare_runs([named("a"), named("b")], pl.concat([trained, fresh])).unpaired
    assert "of which about" in sentence
    assert "trained a (100 of a sample of" in sentence


def test_a_run_without_a_fingerprint_is_compared_by_numbers_with_a_note() -> None:
    new, run = named("new"), named("old", degree=2)
    old = replace(run, contract=replace(run.contract, fingerprint=None), trained=None)
    (test,) = compare_runs([new, old], table()).paired
    assert test.where == (
        "80 rows that both held out (by their numbers alone: old kept no fingerprint of the rows)"
    )
