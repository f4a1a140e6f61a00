import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, mean_absolute_error

from steepest.data import datasets
from steepest.saved import load_baseline, load_model, load_run
from steepest.store import Store


def test_numbers_are_scored_beside_the_training_mean(steepest, fitted: Path) -> None:
    houses = datasets.load("houses").head(20)
    houses.write_csv("new.csv")
    answer = steepest("evaluate", "houses-1", "new.csv", "--store", fitted, "--json")
    said = json.loads(answer.stdout)
    score = said["scores"][0]
    predicted = load_model(Store(fitted), "houses-1").predict(houses)
    mean = load_baseline(Store(fitted), "houses-1")
    assert (said["run"], said["rows"]) == ("houses-1", 20)
    trained = set(load_run(Store(fitted), "houses-1").split.train.tolist()) & set(range(20))
    assert said["method"] == (
        f"20 rows of new.csv, of which {len(trained)} trained the model, which flatters it"
    )
    assert said["trained_the_model"] == {"asked": 20, "rows": len(trained)}
    assert score["name"] == "mean_absolute_error"
    assert score["value"] == pytest.approx(mean_absolute_error(houses["price"], predicted))
    assert score["baseline"] == pytest.approx(np.mean(np.abs(houses["price"].to_numpy() - mean)))


def test_classes_are_scored(steepest, fitted: Path) -> None:
    table = pl.read_csv(fitted.parent / "people.csv").head(60)
    table.write_csv("new.csv")
    said = json.loads(
        steepest("evaluate", "people-1", "new.csv", "--store", fitted, "--json").stdout
    )
    probability = load_model(Store(fitted), "people-1").predict(table)
    scores = {score["name"]: score["value"] for score in said["scores"]}
    assert scores["log_loss"] == pytest.approx(log_loss(table["ill"] == "yes", probability))
    assert sum(said["confusion"][name] for name in ("true_positive", "false_negative")) == sum(
        table["ill"] == "yes"
    )


def test_the_text_has_scores_intervals_and_sentences(steepest, fitted: Path) -> None:
    answer = steepest("evaluate", "houses-1", "houses", "--store", fitted)
    assert answer.exit_code == 0
    assert "50 rows of houses, of which 40 trained the model, which flatters it" in answer.stdout
    assert answer.stderr.startswith(
        "Note: houses holds 50 rows, of which 40 trained the model: the scores flatter it; take "
    )
    line = next(line for line in answer.stdout.splitlines() if "mean absolute error" in line)
    assert " to " in line
    assert "Half of the predictions of price are within" in answer.stdout


def test_rows_without_a_target_do_not_count(steepest, fitted: Path) -> None:
    Path("new.csv").write_text("size,price\n1000,200\n2000,\n3000,480\n")
    said = json.loads(
        steepest("evaluate", "houses-1", "new.csv", "--store", fitted, "--json").stdout
    )
    assert said["rows"] == 2


def test_what_stands_in_is_said(steepest, fitted: Path) -> None:
    Path("new.csv").write_text("size,price\n1000,200\n,300\n3000,480\n")
    answer = steepest("evaluate", "houses-1", "new.csv", "--store", fitted)
    assert 'Note: "size" is missing in 1 row' in answer.stderr


@pytest.mark.parametrize(
    ("run", "text", "sentence"),
    [
        ("houses-1", "size\n1000\n", 'new.csv: the table lacks "price", which is the target'),
        (
            "houses-1",
            "price\n1000\n",
            'new.csv: the table lacks "size", which the model learned from',
        ),
        (
            "houses-1",
            "size,price\n1000,much\n",
            'holds "much" in data row 1 where the model learned from numbers',
        ),
        ("people-1", "age,town,ill\n50,A,perhaps\n", "in data row 1; expected one of no, yes"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    steepest, fitted: Path, run: str, text: str, sentence: str
) -> None:
    Path("new.csv").write_text(text)
    answer = steepest("evaluate", run, "new.csv", "--store", fitted)
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert answer.stdout == ""


def test_many_classes_are_evaluated_against_their_shares(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x,kind\n" + "0,a\n20,b\n100,c\n21,c\n" * 5)
    answer = json.loads(
        steepest("evaluate", "kinds-1", "new.csv", "--store", kinds, "--json").stdout
    )
    scores = {score["name"]: score for score in answer["scores"]}
    assert scores["accuracy"]["value"] == 0.75
    assert scores["accuracy"]["baseline"] == 0.25  # always b
    assert scores["balanced_accuracy"]["value"] == pytest.approx(5 / 6)
    assert answer["counts"]["counts"] == [[5, 0, 0], [0, 5, 0], [0, 5, 5]]
    words = steepest("evaluate", "kinds-1", "new.csv", "--store", kinds).stdout
    assert "balanced accuracy" in words
    assert "It misses kind=c most often: 5 of 10 rows, taken for b." in words


def test_a_class_that_the_model_does_not_know_is_refused(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x,kind\n0,a\n20,d\n")
    answer = steepest("evaluate", "kinds-1", "new.csv", "--store", kinds)
    assert answer.exit_code == 2
    assert "data row 2; expected one of a, b, c" in answer.stderr


def test_drift_is_said_and_in_the_json(steepest, fitted: Path) -> None:
    table = pl.read_csv(fitted.parent / "people.csv").with_columns(pl.col("age") + 10)
    table.filter(pl.col("age") < 80).write_csv("new.csv")
    answer = steepest("evaluate", "people-1", "new.csv", "--store", fitted, "--json")
    assert 'Warning: "age" is spread otherwise than it was' in answer.stderr
    codes = [breach["code"] for breach in json.loads(answer.stdout)["contract"]["breaches"]]
    assert "drift" in codes


def test_rows_that_did_not_train_are_said_nothing_of(steepest, fitted: Path) -> None:
    held_out = list(load_run(Store(fitted), "houses-1").split.held_out)
    datasets.load("houses")[held_out].write_csv("new.csv")
    answer = steepest("evaluate", "houses-1", "new.csv", "--store", fitted)
    assert "trained the model" not in answer.output
    assert "Evaluated on 10 rows of new.csv." in answer.stdout


def test_a_copy_of_the_training_table_is_known_again_in_any_order(steepest, fitted: Path) -> None:
    table = pl.read_csv(fitted.parent / "people.csv")
    table = table.sample(fraction=1, shuffle=True, seed=1).select("ill", "town", "age")
    table.with_columns(pl.col("age").cast(pl.String)).write_csv("copy.csv")
    answer = steepest("evaluate", "people-1", "copy.csv", "--store", fitted, "--json")
    assert json.loads(answer.stdout)["trained_the_model"] == {"asked": 300, "rows": 240}
    assert "300 rows, of which 240 trained the model" in answer.stderr


def test_a_run_that_knows_no_rows_goes_by_the_name_of_the_table(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x,kind\n0,a\n20,b\n100,c\n")
    answer = steepest("evaluate", "kinds-1", "new.csv", "--store", kinds, "--json")
    said = json.loads(answer.stdout)
    assert said["trained_the_model"] is None
    assert said["method"] == "3 rows of new.csv"
