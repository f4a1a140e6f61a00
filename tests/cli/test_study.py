import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from steepest.cli.study_tables import show_study
from steepest.evaluation.studies.study import ColumnWorth, Peer, Study
from steepest.saved import load_run
from steepest.store import Store


@pytest.fixture
def saved(steepest) -> Path:
    assert steepest("fit", "houses", "--target", "price", "--threads", 1).exit_code == 0
    return Path("steepest.db")


def test_a_study_is_told_and_kept_and_the_report_written_anew(steepest, saved: Path) -> None:
    report = Path("steepest-reports/houses-1.html")
    before = report.read_text("utf-8")
    answer = steepest("study", "houses-1")
    assert answer.exit_code == 0, answer.stderr
    for words in ("size", "Ridge", "HistGradientBoosting", "Regressor", "by rows that train",
                  "by degree", "by penalty", "this model", "Saved with houses-1"):  # fmt: skip
        assert words in answer.stdout
    assert answer.stdout.index("On rows that do not train") < answer.stdout.index("ours minus it")
    assert "│" not in answer.stdout
    assert "r2" not in answer.stdout
    assert "Studying houses-1: " in answer.stderr
    assert "trainings on up to 40 rows with 2 parameters (" in answer.stderr
    kept = load_run(Store(saved), "houses-1").study
    assert kept is not None
    assert len(kept.peers) == 2
    assert kept.learning_curve is not None
    assert report.read_text("utf-8") != before
    assert steepest("show", "houses-1").exit_code == 0


def test_curves_are_drawn_where_it_is_asked_for(steepest, saved: Path) -> None:
    answer = steepest("study", "houses-1", "--only", "curves", "--no-report", "--plots")
    assert answer.exit_code == 0, answer.stderr
    assert "rows that do not" in answer.stdout
    assert "log10" not in answer.stdout
    assert "r2" not in answer.stdout


def test_some_parts_as_json_leave_the_others_and_the_report(steepest, saved: Path) -> None:
    assert steepest("study", "last", "--only", "columns", "--no-report").exit_code == 0
    report = Path("steepest-reports/houses-1.html").read_bytes()
    answer = steepest("study", "last", "--only", "peers", "--no-report", "--json")
    said = json.loads(answer.stdout)
    assert said["run"] == "houses-1"
    assert said["report"] is None
    assert said["columns"] == []
    assert said["peers"][0]["name"] == "Ridge"
    kept = load_run(Store(saved), "houses-1").study
    assert kept is not None
    assert [worth.column for worth in kept.columns] == ["size"]
    assert Path("steepest-reports/houses-1.html").read_bytes() == report


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["houses-1", "--only", "pears"], "--only names 'pears'; expected some of columns, peers"),
        (["houses-9"], "there is no run 'houses-9'"),
        (["houses-1", "diabetes"], "diabetes"),
        (["houses-1", "--report", "nowhere/r.html"], "the report's folder nowhere does not exist"),
        (["houses-1", "--seed", "-1"], "seed is -1"),
    ],
)
def test_what_cannot_be_studied_is_refused(steepest, saved: Path, words, sentence) -> None:
    before = load_run(Store(saved), "houses-1").study
    answer = steepest("study", *words)
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert load_run(Store(saved), "houses-1").study == before


def test_ctrl_c_keeps_what_is_done(steepest, saved: Path, monkeypatch) -> None:
    from steepest.studying import study as studying

    def interrupted(*given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(studying, "trees", lambda *given: ("trees", interrupted))
    answer = steepest("study", "houses-1", "--only", "columns,peers")
    assert answer.exit_code == 130
    assert "Interrupted: what was done is kept." in answer.stderr
    kept = load_run(Store(saved), "houses-1").study
    assert kept is not None
    assert [peer.name for peer in kept.peers] == ["Ridge"]
    assert [worth.column for worth in kept.columns] == ["size"]


LONG = "mean_of_the_fractal_dimension_of_the_cell"


def test_long_names_are_broken_between_their_words() -> None:
    worth = ColumnWorth(LONG, 0.01, -0.001, 0.02, 1, 0.0, 0.12, 0, "told", "unsure")
    peer = Peer("HistGradientBoostingClassifier", 0.1, 0.05, 0.2, 0.01, -0.02, 0.04, 1.0)
    study = Study("10 rows held out", "r2", "higher", 0.5, (worth,), "told", (peer,), seconds=0.25)
    console = Console(width=80, file=StringIO(), record=True)
    show_study(study, console)
    told = console.export_text()
    assert max(map(len, told.splitlines())) <= 80
    for line in ("mean_of_the_fractal_", "dimension_of_the_cell", "HistGradientBoosting"):
        assert any(row.strip().startswith(line) for row in told.splitlines()), line
    assert "0 %" in told
    assert "0.25" in told
    assert "r2" not in told
