import json
from pathlib import Path

import pytest

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
    for words in ("size", "Ridge", "HistGradientBoostingRegressor", "by rows that train",
                  "by degree", "by penalty", "Saved with houses-1"):  # fmt: skip
        assert words in answer.stdout
    kept = load_run(Store(saved), "houses-1").study
    assert kept is not None
    assert len(kept.peers) == 2
    assert kept.learning_curve is not None
    assert report.read_text("utf-8") != before
    assert steepest("show", "houses-1").exit_code == 0


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
