import io
import json
from pathlib import Path

import polars as pl
import pytest

from steepest.saved import load_model
from steepest.store import Store


@pytest.fixture
def new_people() -> str:
    pl.DataFrame(
        {"town": ["A", "B", "Z", None], "age": [30.0, 70.0, None, 50.0], "more": [1, 2, 3, 4]}
    ).write_csv("new.csv")
    return "new.csv"


def test_numbers_are_predicted_one_a_row(steepest, fitted: Path) -> None:
    Path("new.csv").write_text("size\n1000\n2000\n")
    answer = steepest("predict", "houses-1", "new.csv", "--store", fitted)
    model = load_model(Store(fitted), "houses-1")
    slope, intercept = model.coefficients["size"], model.intercept
    assert intercept is not None
    predicted = pl.read_csv(io.StringIO(answer.stdout))
    assert predicted.columns == ["row", "prediction", "low", "high"]
    assert predicted["row"].to_list() == [1, 2]
    assert predicted["prediction"].to_list() == pytest.approx(
        [1000 * slope + intercept, 2000 * slope + intercept]
    )
    assert answer.stderr == ""


def test_the_interval_has_the_coverage_that_is_asked_for(steepest, fitted: Path) -> None:
    Path("new.csv").write_text("size\n1000\n2000\n")
    words = ("predict", "houses-1", "new.csv", "--store", fitted, "--coverage")
    for margin in load_model(Store(fitted), "houses-1").margins:
        answer = steepest(*words, margin.coverage, "--json")
        said = json.loads(answer.stdout)
        assert said["coverage"] == margin.coverage
        for at, low, high in zip(said["predictions"], said["low"], said["high"], strict=True):
            assert (at - low, high - at) == pytest.approx((margin.below, margin.above))
    answer = steepest(*words, "0.123")
    assert answer.exit_code == 2
    assert "--coverage is 0.123; this model has the prediction intervals of 0.5" in answer.stderr


def test_classes_have_no_interval(steepest, fitted: Path, new_people) -> None:
    answer = steepest("predict", "people-1", new_people, "--store", fitted, "--coverage", "0.9")
    assert answer.exit_code == 2
    assert "this model of ill decides classes; leave the option out" in answer.stderr


def test_what_has_drifted_is_said_once(steepest, fitted: Path) -> None:
    table = pl.read_csv(fitted.parent / "people.csv").with_columns(town=pl.lit("a "))
    table.write_csv("new.csv")
    answer = steepest("predict", "people-1", "new.csv", "--store", fitted, "--json")
    notes = [line for line in answer.stderr.splitlines() if '"town"' in line]
    assert len(notes) == len(set(notes))
    assert any("spells levels otherwise" in note for note in notes)
    held = json.loads(answer.stdout)["contract"]
    assert "spelling" in [breach["code"] for breach in held["breaches"]]
    Path("moon.csv").write_text("age,town\n50,moon\n")
    said = steepest("predict", "people-1", "moon.csv", "--store", fitted).stderr
    assert said.count("moon") + said.count("no training row had") == 1


def test_classes_are_decided_with_their_probability(steepest, fitted: Path, new_people) -> None:
    answer = steepest("predict", "people-1", new_people, "--store", fitted)
    predicted = pl.read_csv(io.StringIO(answer.stdout))
    assert predicted.columns == ["row", "decision", "probability"]
    decided = ["yes" if p >= 0.5 else "no" for p in predicted["probability"]]
    assert predicted["decision"].to_list() == decided
    assert decided[:2] == ["no", "yes"]


def test_what_stands_in_is_said(steepest, fitted: Path, new_people) -> None:
    answer = steepest("predict", "people-1", new_people, "--store", fitted)
    fill = load_model(Store(fitted), "people-1").representation.numbers[0].fill
    assert '"town" has levels in 2 rows that no training row had; they count as A' in answer.stderr
    assert f'"age" is missing in 1 row; {fill:.4g}, the median' in answer.stderr


@pytest.mark.parametrize(("name", "read"), [("o.csv", pl.read_csv), ("o.parquet", pl.read_parquet)])
def test_predictions_go_to_a_file(steepest, fitted: Path, name: str, read) -> None:
    shown = pl.read_csv(
        io.StringIO(steepest("predict", "houses-1", "houses", "--store", fitted).stdout)
    )
    answer = steepest("predict", "houses-1", "houses", "--store", fitted, "--out", name)
    assert answer.stdout == ""
    assert answer.stderr == f"50 predictions of price are in {name}.\n"
    assert read(name).equals(shown)
    assert [path.name for path in Path.cwd().iterdir()] == [name]


def test_predictions_as_json(steepest, fitted: Path, new_people) -> None:
    answer = steepest("predict", "people-1", new_people, "--store", fitted, "--json")
    said = json.loads(answer.stdout)
    assert (said["run"], said["target"], said["rows"]) == ("people-1", "ill", 4)
    assert said["classes"] == {"negative": "no", "positive": "yes"}
    assert said["decisions"][:2] == ["no", "yes"]
    assert len(said["probabilities"]) == 4
    assert len(said["notes"]) == 2


def test_predictions_as_json_and_in_a_file(steepest, fitted: Path) -> None:
    answer = steepest(
        "predict", "houses-1", "houses", "--store", fitted, "--json", "--out", "o.csv"
    )
    said = json.loads(answer.stdout)
    assert said["out"] == "o.csv"
    assert "predictions" not in said
    assert pl.read_csv("o.csv").height == said["rows"] == 50


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("surface\n1\n", 'the table lacks "size", which the model learned from'),
        ("size\nbig\n", "where the model learned from numbers"),
        ("size\n", "no rows"),
    ],
)
def test_rows_that_break_the_contract_are_refused(
    steepest, fitted: Path, text: str, sentence: str
) -> None:
    Path("new.csv").write_text(text)
    answer = steepest("predict", "houses-1", "new.csv", "--store", fitted, "--out", "o.csv")
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert answer.stdout == ""
    assert not Path("o.csv").exists()


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("o.xlsx", "--out is o.xlsx; expected a file that ends in .csv or .parquet"),
        ("no/o.csv", "the folder no of --out does not exist"),
        ("taken.csv", "taken.csv could not be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    steepest, fitted: Path, out: str, sentence: str
) -> None:
    Path("taken.csv").mkdir()
    answer = steepest("predict", "houses-1", "houses", "--store", fitted, "--out", out)
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert [path.name for path in Path.cwd().iterdir()] == ["taken.csv"]


def test_a_killed_run_predicts_nothing(steepest, killed: Path) -> None:
    answer = steepest("predict", "killed-1", "houses", "--store", killed)
    assert answer.exit_code == 2
    assert "Error: the run killed-1 (interrupted) holds no model" in answer.stderr


def test_a_model_of_a_failed_descent_comes_with_a_warning(
    steepest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ("--learning-rate", "5", "--no-report", "--store", "s.db")
    assert steepest("fit", "houses", "--target", "price", *options).exit_code == 0
    answer = steepest("predict", "last", "houses", "--store", "s.db")
    assert answer.exit_code == 0
    assert "failed (diverging)" in answer.stderr


def test_each_of_many_classes_has_its_probability(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x\n0\n20\n100\n")
    answer = steepest("predict", "kinds-1", "new.csv", "--store", kinds)
    predicted = pl.read_csv(io.StringIO(answer.stdout))
    each = ["probability:a", "probability:b", "probability:c"]
    assert predicted.columns == ["row", "decision", "probability", *each]
    assert predicted["decision"].to_list() == ["a", "b", "c"]
    assert predicted[each].sum_horizontal().to_list() == pytest.approx([1, 1, 1])
    assert predicted["probability"].to_list() == predicted[each].max_horizontal().to_list()


def test_decisions_of_many_classes_follow_the_costs(
    steepest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{i % 30},{'aaabbbbbcc'[i % 10]}" for i in range(60)]
    Path("kinds.csv").write_text("\n".join(["x,kind", *rows]))
    costs = "a->b=1,a->c=1,b->a=1,b->c=1,c->a=1000,c->b=1000"
    options = ("--target", "kind", "--no-report", "--store", "s.db")
    assert steepest("fit", "kinds.csv", *options, "--costs", costs).exit_code == 0
    assert steepest("fit", "kinds.csv", *options).exit_code == 0
    Path("new.csv").write_text("x\n0\n12\n25\n")
    answer = steepest("predict", "kinds-1", "new.csv", "--store", "s.db")
    predicted = pl.read_csv(io.StringIO(answer.stdout))
    assert predicted["decision"].to_list() == ["c"] * 3
    assert predicted["probability"].to_list() == predicted["probability:c"].to_list()
    plain = steepest("predict", "kinds-2", "new.csv", "--store", "s.db")
    likeliest = pl.read_csv(io.StringIO(plain.stdout))
    assert "c" not in likeliest["decision"].to_list()
    answer = steepest("predict", "kinds-1", "new.csv", "--store", "s.db", "--json")
    held = json.loads(answer.stdout)
    assert held["costs"][2] == [1000, 1000, 0]
    assert held["decisions"] == ["c"] * 3


def test_many_classes_as_json(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x\n0\n20\n")
    answer = json.loads(
        steepest("predict", "kinds-1", "new.csv", "--store", kinds, "--json").stdout
    )
    assert answer["classes"] == ["a", "b", "c"]
    assert answer["decisions"] == ["a", "b"]
    assert "threshold" not in answer
    assert [max(row) for row in answer["class_probabilities"]] == answer["probabilities"]


def test_many_classes_go_to_a_file(steepest, kinds: Path) -> None:
    Path("new.csv").write_text("x\n0\n20\n")
    steepest("predict", "kinds-1", "new.csv", "--store", kinds, "--out", "o.parquet")
    assert pl.read_parquet("o.parquet").columns[3:] == [f"probability:{name}" for name in "abc"]
