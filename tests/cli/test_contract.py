import json
from pathlib import Path

import polars as pl
import pytest

from steepest.data import datasets
from steepest.fitting import fit
from steepest.store import Store


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of shops-1, a fit with a key and units; none may write it."""
    folder = tmp_path_factory.mktemp("shops")
    houses = datasets.load("houses").with_row_index("house")
    houses.write_csv(folder / "shops.csv")
    store = Store(folder / "runs.db")
    units = {"size": "square feet", "price": "USD 1,000"}
    fit(str(folder / "shops.csv"), "price", store=store, key="house", units=units)
    return store.path


@pytest.fixture
def new() -> pl.DataFrame:
    return datasets.load("houses").head(40).with_row_index("house", offset=50)


def test_a_table_that_keeps_the_contract(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.write_csv("new.csv")
    answer = steepest("contract", "check", "last", "new.csv", "--store", shops)
    assert answer.exit_code == 0
    assert "new.csv: 40 rows, 2 columns held against the contract of shops-1." in answer.stdout
    assert "2 columns tested for drift; of tables drawn alike, at most 1 in 100 get a" in (
        answer.stdout
    )
    assert answer.stdout.endswith("The contract holds.\n")


def test_a_broken_contract_exits_with_one(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.rename({"size": "Size"}).write_csv("new.csv")
    answer = steepest("contract", "check", "shops-1", "new.csv", "--store", shops)
    assert answer.exit_code == 1
    assert "renamed" in answer.stdout
    assert 'did you mean "Size"?' in answer.stdout
    assert "The contract is broken: predict and evaluate refuse this table (1 broken)." in (
        answer.stdout
    )


def test_warnings_exit_with_one_only_when_strict(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.with_columns(pl.col("size") * 0.09290304).write_csv("new.csv")
    words = ("contract", "check", "last", "new.csv", "--store", shops)
    answer = steepest(*words)
    assert answer.exit_code == 0
    assert "square metres for square feet" in " ".join(answer.stdout.split())
    assert "not broken, but there is 1 warning: look" in answer.stdout
    assert steepest(*words, "--strict").exit_code == 1


def test_the_check_as_json(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.with_columns(house=1).write_csv("new.csv")
    answer = steepest("contract", "check", "last", "new.csv", "--store", shops, "--json")
    said = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert (said["run"], said["data"], said["rows"]) == ("shops-1", "new.csv", 40)
    assert (said["columns"], said["tested"], said["false_alarms"]) == (2, 2, 0.01)
    assert (said["broken"], said["warnings"]) == (1, 0)
    (breach,) = said["breaches"]
    assert (breach["code"], breach["severity"]) == ("key_repeated", "broken")
    assert breach["evidence"] == {}


def test_units_may_be_said(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.write_csv("new.csv")
    words = ("contract", "check", "last", "new.csv", "--store", shops, "--units")
    assert steepest(*words, "size=square feet").exit_code == 0
    answer = steepest(*words, "size=m2")
    assert answer.exit_code == 1
    assert 'Column "size" is in m2' in answer.stdout


def test_the_target_may_be_needed(steepest, shops: Path, new: pl.DataFrame) -> None:
    new.drop("price").write_csv("new.csv")
    words = ("contract", "check", "last", "new.csv", "--store", shops)
    assert steepest(*words).exit_code == 0
    assert steepest(*words, "--target", "needed").exit_code == 1


@pytest.mark.parametrize(
    ("text", "status"), [("house,size\n", 1), ("", 2), ("house,size\n1,2,3\n", 2), (None, 2)]
)
def test_what_cannot_be_read_exits_with_two(steepest, shops: Path, text, status: int) -> None:
    if text is not None:
        Path("new.csv").write_text(text)
    answer = steepest("contract", "check", "last", "new.csv", "--store", shops)
    assert answer.exit_code == status
    assert "Traceback" not in answer.output


def test_the_screen_is_at_most_as_wide_as_it_is(
    steepest, shops: Path, new: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    new.with_columns(pl.col("size").cast(pl.String) + " square feet or so").write_csv("new.csv")
    answer = steepest("contract", "check", "last", "new.csv", "--store", shops)
    assert answer.exit_code == 1
    assert max(map(len, answer.stdout.splitlines())) <= 80


def test_names_are_never_markup(steepest, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    frame = datasets.load("houses").rename({"size": "[red]si\x1bze"})
    fit(frame, "price", store=Store("s.db"))
    frame.drop("[red]si\x1bze").write_csv("new.csv")
    answer = steepest("contract", "check", "last", "new.csv", "--store", "s.db")
    assert "[red]si" in answer.stdout
    assert "\x1b" not in answer.stdout


def test_the_contract_is_shown(steepest, shops: Path) -> None:
    answer = steepest("contract", "show", "last", "--store", shops)
    assert answer.exit_code == 0
    line = next(line for line in answer.stdout.splitlines() if line.lstrip().startswith("size"))
    assert line.split()[:5] == ["size", "feature", "Int64", "square", "feet"]
    assert 'Each row has a key of its own: "house".' in answer.stdout


def test_the_contract_is_json_that_people_can_read(steepest, shops: Path) -> None:
    text = steepest("contract", "show", "last", "--store", shops, "--json").stdout
    held = json.loads(text)
    assert held["key"] == ["house"]
    size = next(column for column in held["columns"] if column["name"] == "size")
    assert size["unit"] == "square feet"
    assert sum(size["sketch"]["counts"]) == 50
    assert '\n  "target": "price"' in text
    answer = steepest("contract", "show", "last", "--store", shops, "--out", "c.json")
    assert (answer.stdout, answer.stderr) == ("", "The contract of shops-1 is in c.json.\n")
    assert json.loads(Path("c.json").read_text("utf-8")) == held
    nowhere = steepest("contract", "show", "last", "--store", shops, "--out", "no/c.json")
    assert nowhere.exit_code == 2
    assert "no/c.json could not be written" in nowhere.stderr
