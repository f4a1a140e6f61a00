import json
from pathlib import Path

import pytest

from steepest.store import Store


def test_runs_are_listed_newest_first(steepest, fitted: Path) -> None:
    answer = steepest("runs", "--store", fitted)
    lines = [line.split() for line in answer.stdout.splitlines() if line.strip()]
    assert answer.exit_code == 0
    assert lines[0] == ["run", "begun", "target", "status", "steps", "verdict", "score"]
    assert [line[0] for line in lines[2:]] == ["people-1", "houses-2", "houses-1"]
    houses = lines[3]
    assert houses[3:8] == ["price", "done", "500", "ill", "conditioned"]
    assert houses[8:11] == ["mean", "absolute", "error"]


def test_runs_as_json(steepest, fitted: Path) -> None:
    answer = json.loads(steepest("runs", "--store", fitted, "--json").stdout)
    assert answer["store"] == str(fitted)
    assert [run["run"] for run in answer["runs"]] == ["people-1", "houses-2", "houses-1"]
    first = answer["runs"][2]
    assert (first["target"], first["source"], first["verdict"]) == ("price", "houses", "converged")
    assert first["score"]["name"] == "mean_absolute_error"
    assert first["score"]["low"] < first["score"]["value"] < first["score"]["high"]


def test_a_killed_run_is_listed_as_interrupted(steepest, killed: Path) -> None:
    runs = json.loads(steepest("runs", "--store", killed, "--json").stdout)["runs"]
    assert [(run["run"], run["status"], run["steps"]) for run in runs] == [
        ("killed-2", "interrupted", None),
        ("killed-1", "interrupted", 29),
    ]
    assert runs[1]["verdict"] is None
    assert "interrupted" in steepest("runs", "--store", killed).stdout


def test_the_store_of_the_working_folder_and_of_the_environment(
    steepest, fitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = steepest("runs")
    assert missing.exit_code == 2
    assert missing.stderr == (
        "Error: there is no store at steepest.db yet; `steepest fit` begins one, and --store "
        "names another\n"
    )
    assert list(Path.cwd().iterdir()) == []
    monkeypatch.setenv("STEEPEST_STORE", str(fitted))
    assert "houses-1" in steepest("runs").stdout


def test_a_name_cannot_write_to_the_terminal(steepest) -> None:
    with Store("steepest.db").begin("a", {"summary": '{"source": "x", "target": "a\\u001b[2Jb"}'}):
        pass
    answer = steepest("runs").stdout
    assert "a\ufffd[2Jb" in answer
    assert "\x1b" not in answer


def test_names_are_not_read_as_markup(steepest) -> None:
    store = Store("steepest.db")
    with store.begin("a", {"summary": '{"source": "x", "target": "[red]price[/]"}'}):
        pass
    assert "[red]price[/]" in steepest("runs").stdout


def test_a_file_that_is_no_store_is_refused(steepest, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a note")
    answer = steepest("runs", "--store", "notes.txt")
    assert answer.exit_code == 2
    assert "Error: notes.txt is not a store of runs, or it is damaged" in answer.stderr
    assert (tmp_path / "notes.txt").read_text() == "a note"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_where_a_width_is_said_the_table_keeps_it(
    steepest, fitted: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = steepest("runs", "--store", fitted).stdout.splitlines()
    assert max(map(len, lines)) <= width


def test_a_run_by_pieces_says_how_far_it_is(steepest, tmp_path: Path) -> None:
    walk = (
        '{"what":"step","number":12,"pieces":1,"of_pieces":4,"size":10,"of_size":40,"seconds":1,'
        '"rows":5,"of_rows":20}'
    )
    with Store(tmp_path / "s.db").begin("far", {"workers": f'{{"pass":{walk},"engine":"local"}}'}):
        answer = steepest("runs", "--store", "s.db")
        assert "running" in answer.stdout
        assert "pass 12 of the rows, 25 %" in answer.stdout


def test_runs_that_are_named_alike_tell_their_data_apart(steepest) -> None:
    store = Store("steepest.db")
    for source in ("here/big.parquet", "there/big.parquet"):
        with store.begin("big", {"summary": f'{{"source": "{source}", "target": "y"}}'}):
            pass
    answer = steepest("runs").stdout
    assert "here/big.parquet" in answer
    assert "there/big.parquet" in answer
